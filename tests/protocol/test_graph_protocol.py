"""The SPARQL 1.1 Graph Store HTTP Protocol, beyond what the W3C suite looks at."""

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from conftest import ALLOWED
from partnergraph import names
from partnergraph.store import Store

TURTLE = {"content-type": "text/turtle"}
OURS = names.GRAPH + "partnerships"
FORMS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
SENT = '<http://x/s> <http://x/p> "é", <here>, [ <http://x/q> 1 ] .'


@pytest.fixture
def ours(writable: str) -> Iterator[httpx.Client]:
    """A client of a server over our graphs that may write to it."""
    with httpx.Client(base_url=writable, headers=ALLOWED, timeout=60) as opened:
        yield opened


@pytest.fixture
def client(scratch: str) -> Iterator[httpx.Client]:
    """A client of a scratch server that may write to it; every test begins with no graph."""
    with httpx.Client(base_url=scratch, headers=ALLOWED, timeout=60) as opened:
        assert opened.post("/sparql/update", data={"update": "DROP ALL"}).status_code == 204
        yield opened


def triples(client: httpx.Client, path: str) -> Graph:
    answer = client.get(path, headers={"accept": "application/n-triples"})
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.text, format="nt")


def problem(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    return str(response.json()["detail"])


def test_our_graphs_are_read_by_name_and_directly(server: str, store: Store) -> None:
    for path in (f"/graphs?graph={quote(OURS)}", "/graphs/partnerships"):
        answer = httpx.get(server + path, headers={"accept": "application/n-triples"})
        assert answer.content == store.lines(OURS)
        assert answer.headers["link"] == f'<{OURS}>; rel="canonical"'
    alias = quote(f"{server}/graphs/partnerships", safe="")
    assert httpx.head(f"{server}/graphs?graph={alias}").status_code == 200
    default = httpx.get(f"{server}/graphs?default", headers={"accept": "application/n-triples"})
    assert len(default.content.splitlines()) == len(store.lines().splitlines())
    missing = httpx.get(f"{server}/graphs/partnership")
    assert "graph:partnerships" in missing.json()["hint"]
    assert "no graph" in problem(missing, 404)


@pytest.mark.parametrize("media", FORMS)
def test_a_graph_is_read_in_every_form(server: str, store: Store, media: str) -> None:
    answer = httpx.get(f"{server}/graphs/regions", headers={"accept": media})
    assert answer.headers["content-type"].partition(";")[0] == media
    if media != "application/ld+json":  # rdflib would read each term of it anew, and slowly
        found = Graph().parse(data=answer.text, format=FORMS[media])
        assert len(found) == len(store.lines(names.GRAPH + "regions").splitlines())
    assert httpx.get(f"{server}/graphs/regions", headers={"accept": "text/csv"}).status_code == 406


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/graphs?default", "copy of our own graphs"),
        (f"/graphs?graph={quote(OURS)}", "our own graphs"),
        ("/graphs/partnerships", "our own graphs"),
        ("/graphs/not-there-yet", "our own graphs"),
        ("/graphs/loaded/", "our own graphs"),
        (f"/graphs?graph={quote(names.ONTOLOGY)}", "our own graphs"),
        (f"/graphs?graph={quote(names.MANIFEST)}", "our own graphs"),
    ],
)
def test_our_graphs_are_not_written(ours: httpx.Client, method: str, path: str, words: str) -> None:
    media = "application/sparql-update" if method == "PATCH" else "text/turtle"
    refused = ours.request(method, path, content=b"", headers={"content-type": media})
    assert words in problem(refused, 403)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_nobody_writes_without_leave(server: str, writable: str, method: str) -> None:
    path = "/graphs/loaded/x"
    off = httpx.request(method, server + path, content=b"", headers={**TURTLE, **ALLOWED})
    assert "writing is off" in problem(off, 403)
    unknown = httpx.request(method, writable + path, content=b"", headers=TURTLE)
    problem(unknown, 401)
    assert unknown.headers["www-authenticate"].startswith("Bearer")


def test_a_user_writes_and_removes_a_graph_beside_ours(ours: httpx.Client) -> None:
    before = ours.get("/health/ready").json()["store"]
    assert ours.put("/graphs/loaded/a/b", content=SENT.encode(), headers=TURTLE).status_code == 201
    name = f"{names.GRAPH}loaded/a/b"
    asked = ours.get("/sparql", params={"query": f"ASK {{ GRAPH <{name}> {{ ?s ?p 'é' }} }}"})
    assert asked.json()["boolean"] is True
    plain = ours.get("/sparql", params={"query": "ASK { ?s <http://x/p> 'é' }"})
    assert plain.json()["boolean"] is False
    assert (None, None, None) in triples(ours, "/graphs/loaded/a/b")
    assert ours.delete("/graphs/loaded/a/b").status_code == 204
    assert ours.head("/graphs/loaded/a/b").status_code == 404
    assert int(ours.get("/health/ready").json()["store"]) == int(before) + 2


@pytest.mark.parametrize("media", FORMS)
def test_a_graph_is_written_in_every_form(client: httpx.Client, media: str) -> None:
    sent = Graph().parse(data=SENT, format="turtle", publicID="http://x/base")
    content = sent.serialize(format=FORMS[media]).encode()
    path = "/graphs?graph=http://x/g"
    assert client.put(path, content=content, headers={"content-type": media}).status_code == 201
    assert isomorphic(triples(client, path), sent)


def test_relative_names_in_a_document_are_those_of_its_graph(client: httpx.Client) -> None:
    client.put("/graphs/loaded/a/b", content=SENT.encode(), headers=TURTLE)
    assert (
        f"<{names.GRAPH}loaded/a/here>"
        in client.get("/graphs/loaded/a/b", headers={"accept": "application/n-triples"}).text
    )


def test_an_empty_graph_is_a_graph(client: httpx.Client) -> None:
    path = "/graphs?graph=http://x/empty"
    assert client.put(path, content=b"", headers=TURTLE).status_code == 201
    assert (client.get(path).status_code, len(triples(client, path))) == (200, 0)
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404


def test_posting_merges_and_keeps_blank_nodes_apart(client: httpx.Client) -> None:
    path = "/graphs?graph=http://x/merged"
    content = b"_:a <http://x/p> 1 ."
    assert client.post(path, content=content, headers=TURTLE).status_code == 201
    assert client.post(path, content=content, headers=TURTLE).status_code == 204
    assert len(triples(client, path)) == 2
    files = [("a", ("a.ttl", content, "text/turtle")), ("b", ("b.nt", b"_:a <x:b> _:c .", ""))]
    assert client.post(path, files=files).status_code == 204
    assert len(triples(client, path)) == 4
    assert client.put(path, files=files).status_code == 204
    assert len(triples(client, path)) == 2


def test_posting_to_the_store_makes_a_graph(client: httpx.Client, scratch: str) -> None:
    made = [client.post("/graphs", content=SENT.encode(), headers=TURTLE) for _ in range(2)]
    places = [answer.headers["location"] for answer in made]
    assert [answer.status_code for answer in made] == [201, 201]
    assert len(set(places)) == 2
    for answer, place in zip(made, places, strict=True):
        assert place.startswith(f"{scratch}/graphs/loaded/")
        assert len(triples(client, place)) == 4
        assert len(triples(client, f"/graphs?graph={quote(place, safe='')}")) == 4
        name = answer.headers["link"].partition(">")[0].removeprefix("<")
        asked = client.get("/sparql", params={"query": f"ASK {{ GRAPH <{name}> {{ ?s ?p 'é' }} }}"})
        assert asked.json()["boolean"] is True


def test_a_patch_changes_one_graph_only(client: httpx.Client) -> None:
    path, media = "/graphs?graph=http://x/patched", {"content-type": "application/sparql-update"}
    change = b"DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } WHERE { ?s ?p 1 }"
    assert client.patch(path, content=change, headers=media).status_code == 404
    client.put(path, content=b"_:a <http://x/p> 1 .", headers=TURTLE)
    client.put("/graphs?default", content=b"_:a <http://x/p> 1 .", headers=TURTLE)
    assert client.patch(path, content=change, headers=media).status_code == 204
    assert [str(o) for o in triples(client, path).objects()] == ["2"]
    assert [str(o) for o in triples(client, "/graphs?default").objects()] == ["1"]
    other = b"INSERT DATA { GRAPH <http://x/other> { <x:a> <x:b> 1 } }"
    assert "one graph" in problem(client.patch(path, content=other, headers=media), 400)
    assert client.head("/graphs?graph=http://x/other").status_code == 404
    assert "does not fit" in problem(client.patch(path, content=b"X", headers=media), 400)
    load = b"LOAD <http://127.0.0.1:9/>"
    problem(client.patch(path, content=load, headers=media), 403)
    assert "Send" in client.patch(path, content=b"", headers=TURTLE).json()["hint"]


def test_the_default_graph_of_a_scratch_store_is_written(client: httpx.Client) -> None:
    assert client.put("/graphs?default", content=SENT.encode(), headers=TURTLE).status_code == 204
    assert len(triples(client, "/graphs?default")) == 4
    assert client.delete("/graphs?default").status_code == 204
    assert len(triples(client, "/graphs?default")) == 0


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/graphs", "one graph"),
        ("/graphs?default&graph=http://x/g", "one graph"),
        ("/graphs?graph=http://x/g&graph=http://x/h", "one graph"),
        ("/graphs?grpah=http://x/g", "one graph"),
        ("/graphs?default=yes", "no value"),
        ("/graphs?graph=relative", "not the IRI"),
        ("/graphs?graph=", "not the IRI"),
        ("/graphs?graph=http://x/%3E", "not the IRI"),
        ("/graphs?graph=http://x/%ff", "UTF-8"),
        ("/graphs/loaded/x?default", "named twice"),
        (f"/graphs?graph={names.GRAPH}loaded/../partnerships", "dots"),
    ],
)
def test_a_request_names_one_graph(client: httpx.Client, path: str, words: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert words in problem(client.request(method, path, headers=TURTLE), 400)


@pytest.mark.parametrize(
    ("content", "media", "status", "words"),
    [
        (b"<a> <b>", "text/turtle", 400, "expected"),
        (b"x", "text/plain", 415, "text/plain"),
        (b"", "", 415, "no Content-Type"),
        (b"<a> <b> <c> <d> .", "application/n-quads", 415, "n-quads"),
        (b"<a> <b> <c> .", "text/turtle; charset=iso-8859-1", 400, "iso-8859-1"),
        (b"<a> <b> '\xff' .", "text/turtle", 400, "UTF-8"),
        (b"<!DOCTYPE a []><a/>", "application/rdf+xml", 403, "document type"),
        (b"[" * 200, "application/ld+json", 413, "brackets"),
        (b'{"@context": "http://127.0.0.1:9/c", "a": 1}', "application/ld+json", 400, "context"),
        (b'{"@id": "x:g", "@graph": [{"@id": "x:a", "x:b": 1}]}', "application/ld+json", 400,
         "names graphs"),
        (b"--b\r\n\r\n--b--", "multipart/form-data; boundary=b", 400, ""),
        (b"--b--", "multipart/form-data; boundary=b", 400, "no file"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_read_changes_nothing(
    client: httpx.Client, content: bytes, media: str, status: int, words: str
) -> None:
    path = "/graphs?graph=http://x/kept"
    client.put(path, content=b"<x:a> <x:b> 1 .", headers=TURTLE)
    headers = {"content-type": media} if media else {}
    for method in ("PUT", "POST"):
        refused = client.request(method, path, content=content, headers=headers)
        assert words in problem(refused, status)
    assert len(triples(client, path)) == 1


def test_a_mistake_in_a_file_of_a_form_is_told_with_its_file(client: httpx.Client) -> None:
    files = [("a", ("good.ttl", b"<x:a> <x:b> 1 .")), ("b", ("bad.ttl", b"<x:a> <x:b>"))]
    refused = client.post("/graphs", files=files)
    problem(refused, 400)
    assert refused.json()["where"]["file"] == "bad.ttl"
    refused = client.post("/graphs", files=[("a", ("a.nq", b""))])
    assert "n-quads" in problem(refused, 415)
