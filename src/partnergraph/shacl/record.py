"""One record, judged against a large store by what it touches.

The record is laid into the store for a while. Its focus nodes are noted in a graph of their own, so
that the queries begin with them and look up by index what they need. A record touches the nodes it
describes, and the nodes it points to: a thing of others may break a rule only now, because of a
link that ends at it. What was broken there before is not told.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from partnergraph import names
from partnergraph.shacl import literals
from partnergraph.shacl.dialect import FOCUS, NEW, Dialect
from partnergraph.shacl.plan import Hierarchy, Near, Plan, ask
from partnergraph.shacl.results import Result
from partnergraph.shacl.shapes import Shape, Target
from partnergraph.store import Iri, Quad, Store, Term

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
    linked: dict[Any, None] = dict.fromkeys(
        quad.object for quad in record if quad.predicate != _TYPE and quad.object not in own
    )
    used = {quad.predicate.value for quad in record} - {_TYPE.value}
    affected = [near for near in shapes if used & _names(near)]
    others = [node for node in linked if isinstance(node, Iri)]
    new = [Quad(Iri(NEW), _GRAPH, node, _GRAPH) for node in own]
    with store.beside(new):
        before = set(_ask(store, affected, _Kinds(store, hierarchy), others, outside=True))
        with store.beside(record):
            kinds = _Kinds(store, hierarchy)
            found = dict.fromkeys(_ask(store, shapes, kinds, own))
            found |= dict.fromkeys(_ask(store, affected, kinds, linked, outside=True))
    return [result for result in found if result not in before]


def _ask(
    store: Store,
    shapes: Iterable[Near],
    kinds: "_Kinds",
    nodes: Iterable[Term],
    *,
    outside: bool = False,
) -> Iterator[Result]:
    """Yield what is broken at some nodes."""
    chosen: list[Near] = []
    notes: list[Quad] = []
    for near in shapes:
        focus = kinds.targets(near.shape, nodes)
        if focus:
            chosen.append(near)
            notes += [Quad(Iri(near.noted), _GRAPH, node, _GRAPH) for node in focus]
    with store.beside(notes):
        for near in chosen:
            queries = near.outside if outside else near.queries
            for _, results in ask(store, queries.selects, threads=1):
                yield from results


def _names(near: Near) -> set[str]:
    """Return the IRIs that the targets of a shape and the queries for it look at."""
    targets = {str(target.value) for target in near.shape.targets}
    return targets | _mentioned(tuple(select.text for select in near.queries.selects))


@lru_cache(256)
def _mentioned(texts: tuple[str, ...]) -> set[str]:
    return {iri for text in texts for iri in _IRI.findall(text)}


class _Kinds:
    """The targets of shapes among some nodes, as a store tells them now."""

    def __init__(self, store: Store, hierarchy: Hierarchy) -> None:
        self._store = store
        self._dialect = Dialect(hierarchy)
        self._types: dict[Term, set[str]] = {}

    def targets(self, shape: Shape, nodes: Iterable[Term]) -> list[Term]:
        """Return the nodes that are focus nodes of a shape."""
        tests = [self._test(target) for target in shape.targets]
        return [node for node in nodes if any(test(node) for test in tests)]

    def _test(self, target: Target) -> Callable[[Term], bool]:
        value = str(target.value)
        if target.kind == "targetClass":
            classes = set(self._dialect.classes(value))
            return lambda node: not classes.isdisjoint(self._types_of(node))
        if target.kind == "targetSubjectsOf":
            return lambda node: self._store.holds(node, value, None)
        if target.kind == "targetObjectsOf":
            return lambda node: self._store.holds(None, value, node)
        named = self._dialect.term(target.value)
        return lambda node: str(node) == named

    def _types_of(self, node: Term) -> set[str]:
        if node not in self._types:
            found = self._store.matching(node, _TYPE.value, None)
            self._types[node] = {q.object.value for q in found if isinstance(q.object, Iri)}
        return self._types[node]
