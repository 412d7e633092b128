"""Shapes compiled to queries, and the asking of them.

The queries depend on the class hierarchy of the data, and on whether literals have stand-ins, so
they are written once for each of both that is met.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rdflib import Graph
from rdflib.term import Node

from partnergraph import names, terms
from partnergraph.errors import QuerySyntaxError
from partnergraph.shacl import compiler, literals
from partnergraph.shacl.compiler import Select
from partnergraph.shacl.dialect import FOCUS, Dialect
from partnergraph.shacl.paths import Path
from partnergraph.shacl.results import Result, told
from partnergraph.shacl.shapes import Custom, Shape, Shapes
from partnergraph.shacl.wrong import Refused
from partnergraph.store import Iri, Literal, Quad, Store, Term, parse

Hierarchy = Mapping[str, Sequence[str]]
"""For each class the classes right below it."""


@dataclass(frozen=True)
class NotCompiled:
    """A shape that is left to another engine, and why."""

    shape: Node
    reason: str


@dataclass(frozen=True)
class Queries:
    """The queries for one hierarchy, with or without stand-ins."""

    selects: tuple[Select, ...]
    refused: tuple[NotCompiled, ...]
    marks: tuple[str, ...] = ()
    """Updates to make before they are asked."""


@dataclass(frozen=True)
class Near:
    """A shape with the queries for few focus nodes, and what these are noted as.

    ``outside`` are the queries for nodes that are only linked to by those that are new.
    """

    shape: Shape
    noted: str
    queries: Queries
    outside: Queries


class Plan:
    """Shapes, ready to be asked of a store.

    Args:
        graph: the shapes graph.

    Raises:
        ShapesError: a shape is ill-formed.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.shapes = Shapes(graph)
        self._written: dict[tuple[object, ...], Queries] = {}
        self._nearby: dict[tuple[object, ...], tuple[Near, ...]] = {}
        self.refused = self.queries().refused
        """The shapes that cannot be compiled whatever the data are."""

    def as_quads(self) -> list[Quad]:
        """Return the shapes as a graph of a store, for the queries that look into it."""
        told = self.graph.serialize(format="nt", encoding="utf-8")
        graph = Iri(compiler.SHAPES_GRAPH)
        return [
            Quad(q.subject, q.predicate, q.object, graph) for q in parse(told, "ntriples", "shapes")
        ]

    def queries(
        self,
        hierarchy: Hierarchy | None = None,
        *,
        exact: bool = False,
        marking: bool = False,
    ) -> Queries:
        """Return the queries for a class hierarchy.

        Args:
            hierarchy: for each class the classes right below it.
            exact: whether the data have literals that are stand-ins.
            marking: whether instances may be noted in the store.
        """
        key = (_key(hierarchy), exact, marking)
        if key not in self._written:
            dialects = (
                (shape, Dialect(hierarchy, exact, marking=marking))
                for shape in self.shapes.targeted()
            )
            self._written[key] = self._write(dialects)
        return self._written[key]

    def nearby(
        self, hierarchy: Hierarchy | None = None, *, exact: bool = False
    ) -> "tuple[Near, ...]":
        """Return for each shape with targets the queries for few focus nodes.

        Args:
            hierarchy: for each class the classes right below it.
            exact: whether the data have literals that are stand-ins.
        """
        key = (_key(hierarchy), exact)
        if key not in self._nearby:
            self._nearby[key] = tuple(
                self._near(shape, f"{FOCUS}:{number}", hierarchy, exact)
                for number, shape in enumerate(self.shapes.targeted())
            )
        return self._nearby[key]

    def _near(self, shape: Shape, name: str, hierarchy: Hierarchy | None, exact: bool) -> Near:
        own = Dialect(hierarchy, exact, nearby=name)
        outside = Dialect(hierarchy, exact, nearby=name, outside=True)
        return Near(shape, name, self._write([(shape, own)]), self._write([(shape, outside)]))

    def _write(self, dialects: Iterable[tuple[Shape, Dialect]]) -> Queries:
        selects: list[Select] = []
        refused: list[NotCompiled] = []
        marks: dict[str, None] = {}
        for shape, dialect in dialects:
            try:
                selects += _readable(compiler.selects(self.shapes, shape, dialect))
                marks |= dict.fromkeys(dialect.marks())
            except Refused as error:
                refused.append(NotCompiled(shape.node, error.reason))
        return Queries(tuple(selects), tuple(refused), tuple(marks))


def _readable(selects: list[Select]) -> list[Select]:
    """Return queries, all of which an engine can read.

    Raises:
        Refused: it cannot read one.
    """
    store = Store.in_memory()
    for select in selects:
        try:
            store.check(select.text)
        except QuerySyntaxError as error:
            raise Refused("its query cannot be put into one for all focus nodes") from error
    return selects


def _key(hierarchy: Hierarchy | None) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((upper, *lower) for upper, lower in (hierarchy or {}).items()))


def hierarchy(store: Store) -> dict[str, tuple[str, ...]]:
    """Return for each class of a store's default graph the classes right below it."""
    found: dict[str, list[str]] = {}
    for row in store.bindings(f"SELECT ?a ?b {{ ?a <{names.RDFS}subClassOf> ?b }}"):
        lower, upper = row["a"], row["b"]
        if isinstance(lower, Iri) and isinstance(upper, Iri):
            found.setdefault(upper.value, []).append(lower.value)
    return {upper: tuple(sorted(lower)) for upper, lower in found.items()}


def ask(
    store: Store, selects: Sequence[Select], threads: int = 2
) -> Iterator[tuple[Select, list[Result]]]:
    """Yield the results of each query as they come, in the order of the queries.

    Args:
        store: the data, in its default graph.
        selects: the queries.
        threads: how many are asked at once; the engine works outside Python's lock.
    """
    if threads == 1:
        yield from ((select, list(_results(store, select))) for select in selects)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from zip(selects, pool.map(lambda s: list(_results(store, s)), selects), strict=True)


def _results(store: Store, select: Select) -> Iterator[Result]:
    shape = select.shape
    for row in store.bindings(select.text):
        focus = _original(row["this"])
        value = row.get(select.value.removeprefix("?")) if select.value else None
        path = _path(row.get(select.path.removeprefix("?")), shape) if select.path else shape.path
        for check in select.checks:
            if check.flag and not _true(row.get(check.flag.removeprefix("?"))):
                continue
            constraint = check.constraint
            messages = constraint.messages or shape.messages
            yield Result(
                focus=focus,
                path=path,
                value=None if value is None else _original(value),
                component=constraint.component,
                shape=shape.node,
                severity=shape.severity,
                messages=told(messages, _named(row, constraint.value)) if messages else (),
                constraint=constraint.source,
            )


def _path(term: Term | None, shape: Shape) -> Path | None:
    return Path("", predicate=term.value) if isinstance(term, Iri) else shape.path


def _original(term: Term) -> Term:
    return literals.original(term) if isinstance(term, Literal) else term


def _true(term: Term | None) -> bool:
    return isinstance(term, Literal) and term.value == "true"


def _named(row: Mapping[str, Term], value: object) -> dict[str, Node | None]:
    named: dict[str, Node | None] = {name: terms.node(_original(t)) for name, t in row.items()}
    return {**named, **value.arguments} if isinstance(value, Custom) else named
