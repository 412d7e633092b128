"""The SPARQL 1.1 Protocol for queries, beyond what the W3C suite looks at."""

import json
import socket
import subprocess
import urllib.parse
from collections.abc import Iterator

import httpx
import pytest

from conftest import serving
from partnergraph import names, void
from partnergraph.directory import StoreDirectory
from partnergraph.store import Iri, Literal, Quad, Store

SD = "http://www.w3.org/ns/sparql-service-description#"
RESULTS = {
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
}
GRAPHS = {"text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"}
GRAPH = names.GRAPH + "regions"


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as opened:
        yield opened


def media(client: httpx.Client, query: str, accept: str | None) -> str:
    headers = {} if accept is None else {"accept": accept}
    request = client.build_request("GET", "/sparql", params={"query": query})
    request.headers.pop("accept")
    request.headers.update(headers)
    response = client.send(request)
    assert response.status_code == 200, response.text
    return response.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("application/xml", "application/sparql-results+xml"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.3", "application/sparql-results+xml"),
        ("*/*;q=0.1, text/tab-separated-values", "text/tab-separated-values"),
        # The more specific range counts for a type, whatever its weight.
        ("text/*;q=0.9, text/csv;q=0.1, application/*;q=0.5", "text/tab-separated-values"),
        ("text/csv;q=0, text/*", "text/tab-separated-values"),
        ("TEXT/CSV; Q=0.5", "text/csv"),
        ("image/png, text/csv;q=0.001", "text/csv"),
        ("text/csv;charset=utf-8;q=0.7", "text/csv"),
        ("text/csv;q=nonsense, application/sparql-results+json;q=0.1",
         "application/sparql-results+json"),
    ],
)  # fmt: skip
def test_the_best_liked_form_is_sent(client: httpx.Client, accept: str, chosen: str) -> None:
    assert media(client, "SELECT ?s { ?s ?p ?o } LIMIT 1", accept) == chosen


@pytest.mark.parametrize("accept", sorted(RESULTS | GRAPHS))
def test_every_form_is_spoken(client: httpx.Client, accept: str) -> None:
    query = "SELECT ?s { ?s ?p ?o } LIMIT 1" if accept in RESULTS else "CONSTRUCT WHERE { ?s a ?o }"
    assert media(client, query, accept) == accept


@pytest.mark.parametrize(
    ("query", "accept", "offered"),
    [
        ("SELECT * {}", "image/png", RESULTS),
        ("SELECT * {}", "text/turtle", RESULTS),
        ("SELECT * {}", "*/*;q=0", RESULTS),
        ("DESCRIBE <http://x/>", "text/csv", GRAPHS),
    ],
)
def test_a_form_that_is_not_spoken_is_told_the_others(
    client: httpx.Client, query: str, accept: str, offered: set[str]
) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert response.status_code == 406
    assert all(one in response.json()["hint"] for one in offered)
    assert response.headers["access-control-allow-origin"] == "*"


def links(response: httpx.Response) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for link in response.headers["link"].split(", "):
        target, _, rel = link.partition("; rel=")
        found.setdefault(rel.strip('"').removeprefix(SD), set()).add(target.strip("<>"))
    return found


def test_each_answer_says_which_graphs_it_was_worked_out_on(
    client: httpx.Client, server: str
) -> None:
    ask, described = "ASK {}", {f"{server}/sparql"}

    def told(query: str = ask, **parameters: str | list[str]) -> dict[str, set[str]]:
        response = client.get("/sparql", params={"query": query, **parameters})
        assert response.status_code == 200, response.text
        return links(response)

    assert told() == {"defaultGraph": {void.PUBLIC}, "describedby": described}
    question = client.get("/queries/value-types.csv")
    assert links(question) == {"defaultGraph": {void.PUBLIC}, "describedby": described}
    of_request: dict[str, str | list[str]] = {
        "default-graph-uri": [GRAPH, "http://x/a"],
        "named-graph-uri": "http://x/é",
    }
    of_query = f"PREFIX g: <{names.GRAPH}> ASK FROM g:regions FROM NAMED <http://x/n> {{}}"
    assert told(ask, **of_request) == {
        "defaultGraph": {GRAPH, "http://x/a"},
        "namedGraph": {"http://x/%C3%A9"},
        "describedby": described,
    }
    assert told(of_query) == {
        "defaultGraph": {GRAPH},
        "namedGraph": {"http://x/n"},
        "describedby": described,
    }
    # The dataset of the request counts where both name one, by the protocol.
    assert told(of_query, **{"named-graph-uri": "http://x/m"}) == {
        "namedGraph": {"http://x/m"},
        "describedby": described,
    }


def test_the_default_graph_that_is_told_is_the_one_asked(
    client: httpx.Client, store: Store
) -> None:
    """Its parts, as the service description lists them, together hold what a query sees."""
    described = client.get("/sparql", headers={"accept": "application/n-triples"}).text
    parts = {
        line.split()[2].strip("<>")
        for line in described.splitlines()
        if line.startswith(f"<{void.PUBLIC}> <{void.VOID}subset>")
    }
    assert len(parts) > 20
    union = {line for part in parts for line in store.lines(part).splitlines()}
    assert union == set(store.lines().splitlines())


def test_relative_names_are_resolved_against_the_service(client: httpx.Client, server: str) -> None:
    answer = client.get("/sparql", params={"query": "SELECT (<a> AS ?x) {}"}).json()
    assert answer["results"]["bindings"][0]["x"]["value"] == f"{server}/a"


@pytest.mark.parametrize(
    ("content", "content_type", "status", "words"),
    [
        (b"ASK {}", "", 415, "no Content-Type"),
        (b"ASK {}", "text/plain", 415, "text/plain"),
        (b"ASK { ?s ?p '\xff' }", "application/sparql-query", 400, "not UTF-8"),
        ("ASK {}".encode("utf-16"), "application/sparql-query", 400, "not UTF-8"),
        (b"ASK {}", "application/sparql-query; charset=iso-8859-1", 400, "iso-8859-1"),
        (b"query=ASK+%7B+%3Fs+%3Fp+%27%ff%27+%7D", "application/x-www-form-urlencoded", 400,
         "UTF-8"),
        (b"query=ASK+%7B%7D&query=ASK+%7B%7D", "application/x-www-form-urlencoded", 400, "2 times"),
        (b"", "application/x-www-form-urlencoded", 400, "0 times"),
        (b"update=CLEAR+ALL", "application/x-www-form-urlencoded", 400, "update"),
        (b"CLEAR ALL", "application/sparql-update", 415, "sparql-update"),
        (b"ASK {} ASK {}", "application/sparql-query", 400, "expected"),
        (b"ASK {} #" + b"from <a> " * 100_000, "application/sparql-query", 413, "262,144"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_what_is_wrong(
    client: httpx.Client, content: bytes, content_type: str, status: int, words: str
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = client.post("/sparql", content=content, headers=headers)
    assert response.status_code == status
    assert words in response.json()["detail"]
    assert response.headers["access-control-allow-origin"] == "*"


def test_wrong_syntax_is_told_with_its_place_and_what_was_expected(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": "SELECT ?s\nWHERE { ?s a }"})
    assert response.status_code == 400
    assert response.json()["where"] == {"line": 2, "column": 14}
    assert response.json()["detail"].startswith("“}” does not fit here: expected one of")
    for query in ("%ff", "ASK%20%7B%7D&lang=%e9"):
        assert client.get(f"/sparql?query={query}").status_code == 400
    both = client.post(
        "/sparql?query=ASK%7B%7D",
        content=b"ASK {}",
        headers={"content-type": "application/sparql-query"},
    )
    assert both.status_code == 400
    assert client.get("/sparql", params={"default-graph-uri": GRAPH}).status_code == 400


def test_the_description_is_rdf_unless_a_browser_asks(client: httpx.Client) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept, chosen in (("*/*", "text/turtle"), (browser, "text/html")):
        response = client.get("/sparql", headers={"accept": accept})
        assert response.headers["content-type"].startswith(chosen)
    for accept in GRAPHS:
        assert client.get("/sparql", headers={"accept": accept}).status_code == 200
    assert client.get("/sparql", headers={"accept": "text/csv"}).status_code == 406


@pytest.mark.parametrize(
    "path",
    ["/sparql", "/sparql?query=ASK%7B%7D", "/sparql?query=ASK%7B", "/graphs?default", "/queries",
     "/id/partnership/iccwc", "/health/ready", "/nothing", "/static/style.css"],
)  # fmt: skip
def test_head_is_get_without_its_body(client: httpx.Client, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    for name in ("content-type", "link", "location", "vary"):
        assert head.headers.get(name) == get.headers.get(name)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/sparql/update", "OPTIONS, POST"),
        ("/graphs", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("/graphs/loaded/x", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("/queries", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_and_a_wrong_method_tell_the_right_ones(
    client: httpx.Client, path: str, methods: str
) -> None:
    options = client.options(path)
    assert (options.status_code, options.headers["allow"]) == (204, methods)
    assert ("accept-patch" in options.headers) == ("PATCH" in methods)
    wrong = client.request("PROPFIND", path)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, methods)
    assert wrong.headers["access-control-allow-origin"] == "*"
    assert wrong.headers["content-type"] == "application/problem+json"
    assert client.options("/nothing").status_code == 404


def test_rdf_xml_and_xml_results_are_well_formed_or_refused(client: httpx.Client) -> None:
    for query, accept in (
        ("CONSTRUCT { <http://x/s> <http://x/1> 1 } {}", "application/rdf+xml"),
        ("CONSTRUCT { <http://x/s> <http://x/p> '\\u000B' } {}".replace("\\u000B", "\x0b"),
         "application/rdf+xml"),
        ("SELECT ('\x0b' AS ?x) {}", "application/sparql-results+xml"),
    ):  # fmt: skip
        response = client.get("/sparql", params={"query": query}, headers={"accept": accept})
        assert response.status_code == 406, response.text
        assert "XML" in response.json()["detail"]
        assert client.get("/sparql", params={"query": query}).status_code == 200


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server with small limits on answers."""
    directory = StoreDirectory(tmp_path_factory.mktemp("narrow"))
    with directory.writing("the tests"), directory.commit() as store:
        store.add(
            Quad(Iri(f"http://x/{n}"), Iri("http://x/p"), Literal(str(n))) for n in range(2000)
        )
    with serving(directory.path, scratch="true", result_mib="1", result_rows="20000") as url:
        yield url


PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 1000000"


def test_curl_sees_a_broken_answer_and_never_a_whole_one(narrow: str) -> None:
    def curl(*more: str) -> subprocess.CompletedProcess[bytes]:
        query = ["--get", "--data-urlencode", f"query={PRODUCT}", f"{narrow}/sparql"]
        return subprocess.run(
            ["curl", "--silent", "--show-error", *more, *query], capture_output=True, check=False
        )

    for accept in sorted(RESULTS):
        broken = curl("--header", f"Accept: {accept}")
        assert broken.returncode == 18, broken.stderr  # CURLE_PARTIAL_FILE
        assert len(broken.stdout) > 60_000
    with pytest.raises(json.JSONDecodeError):
        json.loads(curl().stdout)
    # An answer over HTTP/1.0 has no end but the connection's, so it is whole or refused.
    refused = curl("--http1.0", "--include")
    assert refused.returncode == 0
    assert b" 503 " in refused.stdout.splitlines()[0]
    assert b"longer than 1,048,576 bytes" in refused.stdout


def test_the_connection_ends_without_the_last_chunk(narrow: str) -> None:
    parts = urllib.parse.urlsplit(narrow)
    query = urllib.parse.urlencode({"query": PRODUCT})
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding: chunked" in received.lower()
    assert not received.endswith(b"0\r\n\r\n")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server whose answers may have five rows."""
    with serving(tmp_path_factory.mktemp("few"), result_rows="5", scratch="true") as url:
        yield url


ODD = '\'}},{"\', "<result>", "a\\nb", \'{"\', \'[{"\', "}},{", "x"'
"""Values that look like the beginning of a row in one form or another."""


@pytest.mark.parametrize("accept", sorted(RESULTS | GRAPHS))
def test_rows_are_counted_exactly_in_every_form(few: str, accept: str) -> None:
    def ask(rows: int) -> httpx.Response:
        values = ", ".join(ODD.split(", ")[:rows]).replace(", ", " ")
        select = f"SELECT ?type ?b {{ VALUES ?type {{ {values} }} VALUES ?b {{ 'b' }} }}"
        graph = "CONSTRUCT { <http://x/s> <http://x/p> ?type } WHERE "
        query = select if accept in RESULTS else graph + select.partition("?b ")[2]
        return httpx.get(f"{few}/sparql", params={"query": query}, headers={"accept": accept})

    for rows in (0, 1, 4, 5):
        assert ask(rows).status_code == 200
    for rows in (6, 7):
        stopped = ask(rows)
        assert stopped.status_code == 503
        assert "more than 5 rows" in stopped.json()["detail"]


@pytest.mark.slow
def test_everything_public_fits_into_one_answer(client: httpx.Client, store: Store) -> None:
    """A harvester that takes all must not meet a limit by default."""
    query = {"query": "SELECT * { ?s ?p ?o }"}
    for accept in sorted(RESULTS):
        answer = client.get("/sparql", params=query, headers={"accept": accept})
        assert answer.status_code == 200
        if accept == "text/tab-separated-values":
            assert answer.text.count("\n") == 1 + len(list(store.quads()))


def test_a_large_answer_begins_before_it_ends(server: str) -> None:
    """The product of all statements with themselves has 3 thousand million rows."""
    query = {"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }"}
    with httpx.stream("GET", f"{server}/sparql", params=query, timeout=15) as response:
        assert response.status_code == 200
        assert next(response.iter_raw())
