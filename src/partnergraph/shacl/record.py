"""One record, judged against a large store by what it touches.

The record is laid into the store for a while. Its focus nodes are noted in a graph of their own, so
that the queries begin with them and look up by index what they need. A record touches the nodes it
describes, which are judged by all shapes, and the nodes it points to. A thing of others may break a
rule only now, because of a link that ends at it: it is judged by the shapes that look at the
property of such a link, and what was broken there before is not told.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from partnergraph import names
from partnergraph.shacl import literals
from partnergraph.shacl.dialect import FOCUS, NEW, Dialect
from partnergraph.shacl.plan import Hierarchy, Near, Plan, Queries, ask
from partnergraph.shacl.results import Result
from partnergraph.shacl.shapes import Shape, Target
from partnergraph.store import Iri, Literal, Quad, Store, Term

_TYPE = Iri(names.RDF + "type")
_GRAPH = Iri(FOCUS)
_IRI = re.compile(r"<([^<>\s]+)>")


def judge_record(
    plan: Plan,
    store: Store,
    quads: Iterable[Quad],
    hierarchy: Hierarchy,
    *,
    exact: bool = False,
) -> list[Result]:
    """Judge a record against what a store holds in its default graph.

    Args:
        plan: the shapes.
        store: the data; the record is laid into it and taken out again.
        quads: the record, whatever graph its statements are in.
        hierarchy: for each class the classes right below it.
        exact: whether literals in the store are stand-ins.

    Raises:
        ShapesError: a shape is ill-formed.
    """
    reader = literals.Reader()
    record = list(reader.read(Quad(q.subject, q.predicate, q.object) for q in quads))
    shapes = plan.nearby(hierarchy, exact=exact or reader.stood_in)
    own: dict[Any, None] = dict.fromkeys(quad.subject for quad in record)
    links: dict[Any, set[str]] = {}
    for quad in record:
        if quad.object not in own and quad.predicate != _TYPE:
            links.setdefault(quad.object, set()).add(quad.predicate.value)
    new = [Quad(Iri(NEW), _GRAPH, node, _GRAPH) for node in own]
    with store.beside(new):
        others: dict[Any, set[str]] = {n: by for n, by in links.items() if isinstance(n, Iri)}
        before = set(_outside(store, shapes, _Targets(store, hierarchy), others))
        with store.beside(record):
            targets = _Targets(store, hierarchy)
            found = dict.fromkeys(_own(store, shapes, targets, own))
            found |= dict.fromkeys(_outside(store, shapes, targets, links))
    return [result for result in found if result not in before]


def _own(
    store: Store, shapes: Iterable[Near], targets: "_Targets", nodes: Iterable[Term]
) -> Iterator[Result]:
    """Yield what is broken at the nodes that a record describes."""
    chosen = [(near, targets.among(near.shape, nodes)) for near in shapes]
    return _ask(store, [(near, focus, near.queries) for near, focus in chosen if focus])


def _outside(
    store: Store, shapes: Iterable[Near], targets: "_Targets", links: Mapping[Term, set[str]]
) -> Iterator[Result]:
    """Yield what is broken at the nodes that a record points to.

    Args:
        store: the data.
        shapes: the shapes.
        targets: what tells focus nodes.
        links: for each node the properties of the links that end at it.
    """
    chosen = []
    for near in shapes:
        looked_at = mentioned(near)
        nodes = [node for node, by in links.items() if by & looked_at]
        if focus := targets.among(near.shape, nodes):
            chosen.append((near, focus, near.outside))
    return _ask(store, chosen)


def _ask(store: Store, chosen: Sequence[tuple[Near, list[Term], Queries]]) -> Iterator[Result]:
    notes = [
        Quad(Iri(near.noted), _GRAPH, node, _GRAPH) for near, focus, _ in chosen for node in focus
    ]
    with store.beside(notes):
        for _, _, queries in chosen:
            for _, results in ask(store, queries.selects, threads=1):
                yield from results


def mentioned(near: Near) -> set[str]:
    """Return the IRIs that the targets of a shape and the queries for it look at."""
    targets = {str(target.value) for target in near.shape.targets}
    return targets | _in_texts(tuple(select.text for select in near.queries.selects))


@lru_cache(256)
def _in_texts(texts: tuple[str, ...]) -> set[str]:
    return {iri for text in texts for iri in _IRI.findall(text)}


class _Targets:
    """The targets of shapes among some nodes, as a store tells them now."""

    def __init__(self, store: Store, hierarchy: Hierarchy) -> None:
        self._store = store
        self._dialect = Dialect(hierarchy)
        self._types: dict[Term, set[str]] = {}

    def among(self, shape: Shape, nodes: Iterable[Term]) -> list[Term]:
        """Return the nodes that are focus nodes of a shape."""
        tests = [self._test(target) for target in shape.targets]
        return [node for node in nodes if any(test(node) for test in tests)]

    def _test(self, target: Target) -> Callable[[Term], bool]:
        value = str(target.value)
        if target.kind == "targetClass":
            classes = set(self._dialect.classes(value))
            return lambda node: not classes.isdisjoint(self._types_of(node))
        if target.kind == "targetSubjectsOf":
            return lambda node: self._linked(node, value, None)
        if target.kind == "targetObjectsOf":
            return lambda node: self._linked(None, value, node)
        named = self._dialect.term(target.value)
        return lambda node: str(node) == named

    def _linked(self, subject: Term | None, predicate: str, value: Term | None) -> bool:
        if isinstance(subject, Literal):
            return False
        return any(True for _ in self._store.match(subject, Iri(predicate), value))

    def _types_of(self, node: Term) -> set[str]:
        if node not in self._types:
            found = () if isinstance(node, Literal) else self._store.match(node, _TYPE)
            self._types[node] = {q.object.value for q in found if isinstance(q.object, Iri)}
        return self._types[node]
