"""Results of a SHACL engine in a form in which two engines compare."""

import contextlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import pyshacl
import rdflib
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.paths import (
    AlternativePath,
    InvPath,
    MulPath,
    OneOrMore,
    Path,
    SequencePath,
    ZeroOrMore,
    ZeroOrOne,
)
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Node

from partnergraph import shacl, terms
from partnergraph.store import Quad

_REPEATED = {
    SH.zeroOrMorePath: ZeroOrMore,
    SH.oneOrMorePath: OneOrMore,
    SH.zeroOrOnePath: ZeroOrOne,
}


class Found(NamedTuple):
    """A validation result, its terms written as in N-Triples; empty where there is none."""

    focus: str
    path: str
    component: str
    value: str
    severity: str
    shape: str


@contextlib.contextmanager
def literals_as_written() -> Iterator[None]:
    """Keep rdflib from writing literals anew: ``"1"^^xsd:boolean`` as ``"true"``."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def by_us(shapes: Graph, quads: Iterable[Quad]) -> list[Found]:
    """Return what the compiled shapes find."""
    plan = shacl.compile(shapes)
    assert not plan.refused
    return [
        Found(
            _written(terms.node(result.focus)),
            canonical_path(result.path) if result.path else "",
            result.component,
            "" if result.value is None else _written(terms.node(result.value)),
            result.severity,
            _written(result.shape),
        )
        for result in shacl.validate(plan, quads)
    ]


def by_pyshacl(shapes: Graph, data: Graph) -> list[Found]:
    """Return what pySHACL finds."""
    return [
        Found(
            _written(report.value(node, SH.focusNode)),
            path_in(report, path) if (path := report.value(node, SH.resultPath)) else "",
            str(report.value(node, SH.sourceConstraintComponent)),
            _written(report.value(node, SH.value)),
            str(report.value(node, SH.resultSeverity)),
            _written(report.value(node, SH.sourceShape)),
        )
        for report in [pyshacl_report(shapes, data)]
        for node in report.objects(None, SH.result)
    ]


def pyshacl_report(shapes: Graph, data: Graph) -> Graph:
    """Return the report of pySHACL.

    Raises:
        RuntimeError: it makes none.
    """
    # Not in place: it would write into the data, and a shapes graph may be the same.
    _, report, text = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
    if not isinstance(report, Graph):
        raise RuntimeError(text)  # noqa: TRY004
    return report


def path_in(graph: Graph, node: Node) -> str:
    """Return the canonical text of a SHACL path in a graph."""
    return _text(_read(graph, node))


@cache
def canonical_path(sparql: str) -> str:
    """Return the canonical text of a SPARQL property path, whatever its parentheses."""
    query = prepareQuery(f"ASK {{ ?s {sparql} ?o }}")
    pattern = query.algebra.p
    while "triples" not in pattern:
        pattern = pattern.p
    ((_, path, _),) = pattern.triples
    return _text(path)


def _read(graph: Graph, node: Node) -> URIRef | Path:
    if isinstance(node, URIRef):
        return node
    if (node, RDF.first, None) in graph:
        return SequencePath(*(_read(graph, step) for step in Collection(graph, node)))
    for predicate, told in graph.predicate_objects(node):
        if predicate == SH.inversePath:
            return InvPath(_read(graph, told))
        if predicate == SH.alternativePath:
            return AlternativePath(*(_read(graph, one) for one in Collection(graph, told)))
        if predicate in _REPEATED:
            return MulPath(_read(graph, told), _REPEATED[predicate])  # type: ignore[index, arg-type]
    raise ValueError(f"{node!r} is no path")


def _text(path: URIRef | Path) -> str:
    match path:
        case URIRef():
            return path.n3()
        case InvPath():
            return f"^({_text(path.arg)})"
        case MulPath():
            return f"({_text(path.path)}){path.mod}"
        case SequencePath():
            return "/".join(f"({_text(step)})" for step in path.args)
        case AlternativePath():
            return "|".join(f"({_text(one)})" for one in path.args)
        case _:
            raise ValueError(f"SHACL has no such path: {path!r}")


def _written(term: Node | None) -> str:
    if term is None:
        return ""
    return f"_:{term}" if isinstance(term, BNode) else term.n3()
