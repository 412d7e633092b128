"""The W3C test suite for SHACL: its core part and its SPARQL part.

The suite belongs to others and is no part of the project. It is read from
``standards/shacl/tests`` in a folder ``shared`` beside the checkout, or in the folder that
``PARTNERGRAPH_STANDARDS`` names in place of ``standards``; where it is not, these tests are
skipped.
"""

import os
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import findings
import pytest
from rdflib import RDF, SH, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from conftest import ROOT
from partnergraph import shacl, terms
from partnergraph.store import Quad, parse

STANDARDS = Path(os.environ.get("PARTNERGRAPH_STANDARDS", ROOT.parent / "shared" / "standards"))
SUITE = STANDARDS / "shacl" / "tests"
LISTED = {"core": 98, "sparql": 22}
"""How many tests the manifests of the suite list."""
EXCEPTIONS: dict[str, str] = {}
"""Tests that do not pass, each with the reason."""

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

Engine = Callable[[list[Quad], Graph], Graph]
"""From data and shapes to a report."""
Told = tuple[str | tuple[str, ...], ...]
"""A validation result as far as an expected one tells it."""


@dataclass(frozen=True)
class Case:
    """A test of the suite."""

    id: str
    data: Path
    shapes: Path
    expected: Node
    manifest: Path

    @property
    def part(self) -> str:
        return self.id.partition("/")[0]


@cache
def quads(file: Path) -> list[Quad]:
    return parse(file.read_bytes(), "turtle", file.name, base=file.as_uri())


@cache
def graph(file: Path) -> Graph:
    """Return a file with the names that :func:`quads` gives to its blank nodes."""
    result = Graph(identifier=file.as_uri())
    with findings.literals_as_written():
        for quad in quads(file):
            result.add(terms.triple(quad))
    return result


def cases(manifest: Path) -> Iterator[Case]:
    told = graph(manifest)
    here = URIRef(manifest.as_uri())
    for included in told.objects(here, MF.include):
        yield from cases(path(included))
    for entries in told.objects(here, MF.entries):
        for entry in Collection(told, entries):
            assert told.value(entry, RDF.type) == SHT.Validate
            action = told.value(entry, MF.action)
            expected = told.value(entry, MF.result)
            assert expected is not None
            yield Case(
                path(entry).relative_to(SUITE).as_posix(),
                path(told.value(action, SHT.dataGraph)),
                path(told.value(action, SHT.shapesGraph)),
                expected,
                manifest,
            )


def path(node: Node | None) -> Path:
    return Path(urllib.parse.unquote(urllib.parse.urlsplit(str(node)).path))


def by_us(data: list[Quad], shapes: Graph) -> Graph:
    plan = shacl.compile(shapes)
    assert not plan.refused
    return shacl.report(shacl.validate(plan, data))


def by_pyshacl(data: list[Quad], shapes: Graph) -> Graph:
    as_graph = Graph()
    for quad in data:
        as_graph.add(terms.triple(quad))
    return findings.pyshacl_report(shapes, as_graph)


def judge(engine: Engine, case: Case) -> None:
    """Assert that an engine says of a test what the suite says."""
    data, shapes = quads(case.data), graph(case.shapes)
    with findings.literals_as_written():
        report = engine(data, shapes)
    told = graph(case.manifest)
    known = {
        node
        for file in {case.data, case.shapes} & {case.manifest}
        for triple in graph(file)
        for node in triple
        if isinstance(node, BNode)
    }
    more = optional(told, case.expected)
    assert results(report, None, known, more) == results(told, case.expected, known, more)
    conforms = told.value(case.expected, SH.conforms)
    (made,) = report.subjects(RDF.type, SH.ValidationReport)
    assert report.value(made, SH.conforms) == conforms


def optional(told: Graph, expected: Node) -> list[URIRef]:
    """Return the properties that a test checks only where its expected results have them."""
    nodes = list(told.objects(expected, SH.result))
    return [
        predicate
        for predicate in (SH.resultMessage, SH.sourceConstraint)
        if any((node, predicate, None) in told for node in nodes)
    ]


def results(
    report: Graph, node: Node | None, known: set[BNode], more: list[URIRef]
) -> Counter[Told]:
    """Return the results of a report.

    Args:
        report: a graph with it.
        node: the report; the only one in the graph for none.
        known: the blank nodes that have one name in both reports; others are all alike.
        more: properties to tell beside those of every result.
    """

    def written(term: Node | None) -> str:
        if isinstance(term, BNode):
            return f"_:{term}" if term in known else "_:"
        return "" if term is None else term.n3()

    def one(result: Node, predicate: URIRef) -> Node | None:
        found = list(report.objects(result, predicate))
        assert len(found) <= 1, (predicate, found)
        return found[0] if found else None

    if node is None:
        (node,) = report.subjects(RDF.type, SH.ValidationReport)
    return Counter(
        (
            written(one(result, SH.focusNode)),
            findings.path_in(report, way) if (way := one(result, SH.resultPath)) else "",
            written(one(result, SH.value)),
            written(one(result, SH.sourceConstraintComponent)),
            written(one(result, SH.sourceShape)),
            written(one(result, SH.resultSeverity)),
            *(tuple(sorted(map(written, report.objects(result, p)))) for p in more),
        )
        for result in report.objects(node, SH.result)
    )


CASES = list(cases(SUITE / "manifest.ttl")) if SUITE.is_dir() else []
absent = pytest.mark.skipif(
    not CASES, reason=f"the {sum(LISTED.values())} W3C tests are not in {SUITE}"
)


@absent
def test_every_test_of_the_manifests_runs() -> None:
    assert Counter(case.part for case in CASES) == LISTED
    assert len({case.id for case in CASES}) == len(CASES)
    assert EXCEPTIONS.keys() <= {case.id for case in CASES if case.part != "core"}


@absent
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_the_suite_says_is_found(request: pytest.FixtureRequest, case: Case) -> None:
    if reason := EXCEPTIONS.get(case.id):
        request.applymarker(pytest.mark.xfail(reason=reason))
    if case.expected == SHT.Failure:
        with pytest.raises(shacl.ShapesError):
            by_us(quads(case.data), graph(case.shapes))
    else:
        judge(by_us, case)
