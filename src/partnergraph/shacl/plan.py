"""Shapes compiled to queries, and the asking of them.

The queries depend on the class hierarchy of the data, and on whether literals have stand-ins, so
they are written once for each of both that is met.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rdflib import Graph
from rdflib.term import Node

from partnergraph import names, terms
from partnergraph.shacl import compiler, literals
from partnergraph.shacl.compiler import Select
from partnergraph.shacl.dialect import Dialect
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
    ) -> Queries:
        """Return the queries for a class hierarchy.

        Args:
            hierarchy: for each class the classes right below it.
            exact: whether the data have literals that are stand-ins.
        """
        hierarchy = hierarchy or {}
        key = (tuple(sorted((k, *v) for k, v in hierarchy.items())), exact)
        if key not in self._written:
            selects: list[Select] = []
            refused: list[NotCompiled] = []
            for shape in self.shapes.targeted():
                try:
                    selects += compiler.selects(self.shapes, shape, Dialect(hierarchy, exact))
                except Refused as error:
                    refused.append(NotCompiled(shape.node, error.reason))
            self._written[key] = Queries(tuple(selects), tuple(refused))
        return self._written[key]


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
