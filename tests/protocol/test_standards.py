"""The W3C test suites for the SPARQL 1.1 protocols and the service description, on a live server.

The suites belong to others and are no part of the project. They are read from
``standards/sparql11`` in a folder ``shared`` beside the checkout, or in the folder that
``PARTNERGRAPH_STANDARDS`` names in place of ``standards``; where they are not, these tests are
skipped.

They empty whole stores and write to the default graph, so they run on a scratch store, in which
that is allowed to whoever shows a token; every request here shows it. The suites leave the paths
to the server tested: here they are /sparql for queries, /sparql/update for updates, and /graphs.
"""

import http.client
import os
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.term import Node

from conftest import ALLOWED, ROOT

STANDARDS = Path(os.environ.get("PARTNERGRAPH_STANDARDS", ROOT.parent / "shared" / "standards"))
SUITE = STANDARDS / "sparql11"
MANIFESTS = {
    "protocol": "protocol/manifest.ttl",
    "direct": "graph-store-protocol/manifest-direct.ttl",
    "indirect": "graph-store-protocol/manifest-indirect.ttl",
}
LISTED = {"protocol": 34, "direct": 5, "indirect": 9}
"""How many tests each manifest lists; one of the direct ones is described and not listed."""
DESCRIPTION = {"returns-rdf", "has-endpoint-triple", "conforms-to-schema"}
"""The tests of the service description; the manifest says in words what each looks at."""
EXCEPTIONS: dict[str, str] = {}
"""Tests that do not pass, each with the reason."""

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
STATUSES = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}


@dataclass(frozen=True)
class Expected:
    """What the answer to a request has to be; what is empty is not looked at."""

    statuses: tuple[str, ...]
    boolean: str
    format: str
    location: str
    media: str
    body: str


@dataclass(frozen=True)
class Sent:
    """A request of a test."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    expected: Expected


@dataclass(frozen=True)
class Case:
    """A test of a suite: graphs that are there before, and requests in their order."""

    id: str
    part: str
    graphs: dict[str, Path]
    requests: tuple[Sent, ...]


def cases(part: str) -> Iterator[Case]:
    told = Graph().parse(SUITE / MANIFESTS[part])

    def text(node: Node | None, predicate: URIRef) -> str:
        return str(told.value(node, predicate) or "")

    def listed(node: Node | None) -> Collection:
        assert node is not None
        return Collection(told, node)

    def headers(node: Node | None) -> dict[str, str]:
        found = told.value(node, HT.headers)
        return {
            text(h, HT.fieldName): text(h, HT.fieldValue) for h in (listed(found) if found else ())
        }

    def expected(node: Node) -> Expected:
        names = [str(s).rpartition("#")[2] for s in told.objects(node, MF.expectedStatus)]
        body = told.value(node, HT.body)
        return Expected(
            tuple(STATUSES.get(n) or n.removeprefix("StatusCode")[0] for n in names),
            text(node, MF.expectedBoolean),
            text(node, MF.expectedFormat),
            text(node, MF.expectedLocation),
            headers(node).get("content-type", ""),
            text(body, CNT.chars),
        )

    def sent(node: Node) -> Sent:
        body = told.value(node, HT.body)
        encoding = text(body, CNT.characterEncoding) or "utf-8"
        (answer,) = told.objects(node, HT.resp)
        return Sent(
            text(node, HT.methodName),
            text(node, HT.absolutePath),
            headers(node),
            text(body, CNT.chars).encode(encoding),
            expected(answer),
        )

    for kind in (MF.ProtocolTest, MF.GraphStoreProtocolTest):
        for test in sorted(told.subjects(RDF.type, kind), key=str):
            yield Case(
                str(test).rpartition("#")[2],
                part,
                {
                    text(data, RDFS.label): Path(urllib.parse.urlsplit(text(data, UT.graph)).path)
                    for data in told.objects(test, UT.graphData)
                },
                tuple(
                    sent(node)
                    for node in listed(told.value(told.value(test, MF.action), HT.requests))
                ),
            )


CASES = [case for part in MANIFESTS for case in cases(part)] if SUITE.is_dir() else []
absent = pytest.mark.skipif(
    not CASES, reason=f"the {sum(LISTED.values()) + len(DESCRIPTION)} W3C tests are not in {SUITE}"
)


@absent
def test_every_test_of_the_manifests_runs() -> None:
    assert Counter(case.part for case in CASES) == LISTED
    assert all(case.requests for case in CASES)
    for part, manifest in MANIFESTS.items():
        told = Graph().parse(SUITE / manifest)
        (entries,) = told.objects(None, MF.entries)
        listed = {str(entry).rpartition("#")[2] for entry in Collection(told, entries)}
        assert listed <= {case.id for case in CASES if case.part == part}
    told = Graph().parse(SUITE / "service-description" / "manifest.ttl")
    tests = told.subjects(RDF.type, MF.ServiceDescriptionTest)
    assert {str(test).rpartition("#")[2] for test in tests} == DESCRIPTION
    assert EXCEPTIONS.keys() <= {case.id for case in CASES}


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(url: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Got:
    """Send a request with its path to the letter, which most clients would tidy."""
    parts = urllib.parse.urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {**headers, **ALLOWED}.items():
            connection.putheader(name, value)
        if body or method in {"POST", "PUT"}:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def prepare(url: str, case: Case) -> None:
    """Empty the store and fill the graphs of a test."""
    update = {"content-type": "application/sparql-update"}
    assert ask(url, "POST", "/sparql/update", update, b"DROP ALL").status == 204
    for graph, file in case.graphs.items():
        path = f"/graphs?graph={urllib.parse.quote(graph, safe='')}"
        sent = {"content-type": "application/n-triples"}
        assert ask(url, "PUT", path, sent, file.read_bytes()).status == 201


def our_path(case: Case, sent: Sent) -> str:
    """Return the path of a request on our server."""
    if case.part != "protocol":
        return sent.path.replace("/gsp", "/graphs", 1)
    queries = sent.headers.get("content-type", "") == "application/sparql-query"
    ours = "/sparql" if queries or "update" not in case.id else "/sparql/update"
    return sent.path.replace("/sparql/", ours, 1)


@absent
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.part}/{case.id}")
def test_what_the_suite_says_is_answered(
    request: pytest.FixtureRequest, scratch: str, case: Case
) -> None:
    if reason := EXCEPTIONS.get(case.id):
        request.applymarker(pytest.mark.xfail(reason=reason))
    prepare(scratch, case)
    values: dict[str, str] = {}
    for sent in case.requests:
        path = our_path(case, sent)
        for variable, value in values.items():
            path = path.replace(variable, value)
        got = ask(scratch, sent.method, path, sent.headers, sent.body)
        judge(sent.expected, got, values)


def judge(expected: Expected, got: Got, values: dict[str, str]) -> None:
    """Assert that an answer is as expected; note values that later requests use."""
    status = str(got.status)
    assert any(status.startswith(one) for one in expected.statuses), (status, got.body)
    # Refused for want of a token would be right for the wrong reason.
    assert status not in {"401", "403"}
    media = got.headers.get("content-type", "")
    if expected.boolean:
        assert media == "application/sparql-results+json"
        assert got.body.decode() == f'{{"head":{{}},"boolean":{expected.boolean}}}'
    if expected.format:
        plain = media.partition(";")[0]
        assert plain in {
            "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
            "tabular": {"application/sparql-results+json", "application/sparql-results+xml",
                        "text/csv", "text/tab-separated-values"},
            "RDF": {"text/turtle", "application/rdf+xml", "application/n-triples",
                    "application/ld+json"},
        }[expected.format]  # fmt: skip
    if expected.location:
        assert got.headers["location"]
        values[expected.location] = got.headers["location"]
    if expected.media:
        assert media == expected.media
    if expected.body:
        assert isomorphic(
            Graph().parse(data=got.body, format="turtle"),
            Graph().parse(data=expected.body, format="turtle"),
        )


def described(url: str) -> Graph:
    got = ask(url, "GET", "/sparql", {"accept": "text/turtle"}, b"")
    assert got.status == 200
    assert got.headers["content-type"] == "text/turtle; charset=utf-8"
    return Graph().parse(data=got.body, format="turtle")


@pytest.fixture(params=["ours", "scratch"])
def served(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("server" if request.param == "ours" else "scratch")
    return url


@absent
def test_returns_rdf(served: str) -> None:
    assert len(described(served)) > 10


@absent
def test_has_endpoint_triple(served: str) -> None:
    assert URIRef(f"{served}/sparql") in set(described(served).objects(None, SD.endpoint))


DOMAINS = {
    "endpoint": "Service", "supportedLanguage": "Service", "feature": "Service",
    "resultFormat": "Service", "inputFormat": "Service", "defaultDataset": "Service",
    "defaultGraph": "Dataset", "namedGraph": "Dataset", "name": "NamedGraph",
    "graph": "NamedGraph",
}  # fmt: skip
"""What the vocabulary says of the subject of each of its properties that we use."""
RANGES = {
    "defaultDataset": "Dataset", "defaultGraph": "Graph", "namedGraph": "NamedGraph",
    "graph": "Graph",
}  # fmt: skip
KNOWN = {
    "supportedLanguage": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
    "feature": {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs",
                "BasicFederatedQuery"},
}  # fmt: skip
"""The values that the vocabulary has for a property."""


@absent
def test_conforms_to_schema(served: str) -> None:
    graph = described(served)
    used = set()
    for subject, predicate, value in graph:
        if not str(predicate).startswith(SD):
            continue
        name = str(predicate).removeprefix(SD)
        used.add(name)
        assert (subject, RDF.type, SD[DOMAINS[name]]) in graph
        if name in RANGES:
            assert (value, RDF.type, SD[RANGES[name]]) in graph
        if name in KNOWN:
            assert str(value).removeprefix(SD) in KNOWN[name]
    assert {"endpoint", "resultFormat", "defaultDataset", "defaultGraph"} <= used
    for service in graph.subjects(RDF.type, SD.Service):
        assert len(list(graph.objects(service, SD.endpoint))) == 1
    for named in graph.subjects(RDF.type, SD.NamedGraph):
        assert len(list(graph.objects(named, SD.name))) == 1
