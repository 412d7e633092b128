"""The graph over HTTP, from a live server."""

import json
import re
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from rdflib import Graph
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from conftest import ROOT, serving
from partnergraph import catalogue, names
from partnergraph.web import pages

SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/partnergraph/ns#StrategicGoal> } ORDER BY ?s"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as opened:
        yield opened


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    fields: dict[str, object] = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(fields)
    assert fields["status"] == status
    assert "Traceback" not in response.text
    return fields


def test_it_is_live_and_ready_and_tells_its_limits(client: httpx.Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    ready = client.get("/health/ready").json()
    assert ready["status"] == "ready"
    assert ready["limits"]["query_seconds"] > 0
    assert ready["children_without_network"] in {True, False}


@pytest.mark.parametrize("form", ["get", "form", "direct"])
def test_a_query_comes_in_three_ways(client: httpx.Client, form: str) -> None:
    response = {
        "get": lambda: client.get("/sparql", params={"query": SELECT}),
        "form": lambda: client.post("/sparql", data={"query": SELECT}),
        "direct": lambda: client.post(
            "/sparql", content=SELECT, headers={"content-type": "application/sparql-query"}
        ),
    }[form]()
    assert response.headers["content-type"] == "application/sparql-results+json"
    found = [b["s"]["value"] for b in response.json()["results"]["bindings"]]
    assert found == [f"{names.ID}sv/{n}" for n in range(1, 6)]


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv"),
        (SELECT, "text/tab-separated-values;q=0.9, text/csv;q=0.5", "text/tab-separated-values"),
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "text/*", "text/csv"),
        (SELECT, "application/json", "application/sparql-results+json"),
        ("ASK { ?s ?p ?o }", "application/sparql-results+xml", "application/sparql-results+xml"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "text/turtle", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "application/ld+json", "application/ld+json"),
        ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1", "*/*", "text/turtle"),
        ("DESCRIBE <https://w3id.org/partnergraph/id/sv/1>", "application/rdf+xml",
         "application/rdf+xml"),
    ],
)  # fmt: skip
def test_the_answer_has_the_form_the_client_likes_best(
    client: httpx.Client, query: str, accept: str, media: str
) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media
    assert "accept" in response.headers["vary"].lower()


def test_wrong_requests_are_problems_that_say_what_to_do(client: httpx.Client) -> None:
    fields = problem(client.get("/sparql", params={"query": "SELECT * {\n ?s ?p }"}), 400)
    assert fields["where"] == {"line": 2, "column": 8}
    problem(client.get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D"), 400)
    problem(client.post("/sparql", data={"nothing": "x"}), 400)
    problem(client.post("/sparql", content="x", headers={"content-type": "text/plain"}), 415)
    refused = client.get("/sparql", params={"query": SELECT}, headers={"accept": "image/png"})
    assert "text/csv" in str(problem(refused, 406)["hint"])
    problem(client.get("/sparql", params={"query": "SELECT * " + "{" * 300 + "}" * 300}), 413)
    service = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    problem(client.get("/sparql", params={"query": service}), 403)
    problem(client.get("/sparql", params={"query": "DROP ALL"}), 400)
    fields = problem(client.get("/sparql", params={"qeury": SELECT}), 400)
    assert "query" in str(fields["hint"])
    problem(client.get("/nothing"), 404)
    problem(client.delete("/sparql"), 405)
    csv = client.get("/sparql", params={"query": "ASK {}"}, headers={"accept": "text/csv"})
    problem(csv, 406)


@pytest.mark.slow
def test_a_request_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, request_mib="1") as url:
        large = b"#" * (2 << 20)
        sent = {"content-type": "application/sparql-query"}
        problem(httpx.post(f"{url}/sparql", content=large, headers=sent), 413)
        problem(
            httpx.post(f"{url}/validate", content=large, headers={"content-type": "text/turtle"}),
            413,
        )
        problem(httpx.post(f"{url}/validate", files={"file": ("x.ttl", large)}), 413)

        def unannounced() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.ttl"\r\n\r\n'
            for _ in range(32):
                yield b"#" * 65536
            yield b"\r\n--x--\r\n"

        form = {"content-type": "multipart/form-data; boundary=x"}
        problem(httpx.post(f"{url}/validate", content=unannounced(), headers=form), 413)


def test_a_dataset_of_the_protocol_replaces_the_default_graph(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    graph = names.GRAPH + "regions"

    def n(**more: str) -> int:
        answer = client.get("/sparql", params={"query": count, **more}).json()
        return int(answer["results"]["bindings"][0]["n"]["value"])

    regions = n(**{"default-graph-uri": graph})
    assert 0 < regions < n()
    assert n(**{"named-graph-uri": graph}) == 0
    fields = client.get("/sparql", params={"query": count, "default-graph-uri": "a b"})
    problem(fields, 400)


def test_without_a_query_there_is_a_service_description(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"accept": "text/turtle"})
    graph = Graph().parse(data=response.text, format="turtle")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert graph.query(f"ASK {{ ?s a <{sd}Service> ; <{sd}endpoint> ?e }}").askAnswer


@pytest.mark.parametrize("question", catalogue.questions().values(), ids=lambda q: q.id)
def test_each_question_has_a_page_and_downloads(
    client: httpx.Client, question: catalogue.Question
) -> None:
    page = client.get(f"/queries/{question.id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    rows = client.get(f"/queries/{question.id}.json").json()
    assert rows["head"]["vars"] == list(question.columns)
    csv = client.get(f"/queries/{question.id}.csv")
    assert csv.text.splitlines()[0].split(",") == list(question.columns)
    for parameter in question.parameters.values():
        asked = client.get(
            f"/queries/{question.id}.json", params={parameter.name: parameter.example}
        )
        assert asked.status_code == 200


def test_questions_are_listed_and_wrong_ones_are_told_the_right_ones(client: httpx.Client) -> None:
    listed = client.get("/queries", headers={"accept": "application/json"}).json()
    assert [q["id"] for q in listed] == list(catalogue.questions())
    assert "partner-names" in str(problem(client.get("/queries/partner-name"), 404)["hint"])
    wrong = client.get("/queries/value-types", params={"valuetype": "scale"})
    assert "valueType" in str(problem(wrong, 404)["hint"])
    problem(client.get("/queries/value-types", params={"valueType": "x> <y"}), 400)
    posted = client.post("/queries/value-types.json", data={"valueType": "shared-learning"})
    assert len(posted.json()["results"]["bindings"]) == 1


FORMS = {
    "text/html": "html",
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
}


@pytest.mark.parametrize(
    "path",
    ["/id/partnership/iccwc", "/id/paragraph/S22.b.ii", "/id/document/cites-dec-17.55",
     "/id/sdg/15.7", "/id/value-type/scale", "/rule/S13.f-gain", "/query/value-types",
     "/graph/inferred"],
)  # fmt: skip
@pytest.mark.parametrize("media", FORMS)
def test_a_thing_leads_to_a_document_in_the_form_asked_for(
    client: httpx.Client, path: str, media: str
) -> None:
    redirect = client.get(path, headers={"accept": media})
    assert redirect.status_code == 303
    assert redirect.headers["location"] == f"{path}.{FORMS[media]}"
    document = client.get(redirect.headers["location"])
    assert document.status_code == 200
    assert document.headers["content-type"].partition(";")[0] == media
    if media != "text/html":
        form = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}[FORMS[media]]
        graph = Graph()
        if form == "json-ld":
            assert names.BASE + path[1:] in document.text
        else:
            graph.parse(data=document.text, format=form)
            assert graph.query(f"ASK {{ <{names.BASE}{path[1:]}> ?p ?o }}").askAnswer


def test_a_thing_that_is_not_there_is_told_the_nearest(client: httpx.Client) -> None:
    fields = problem(client.get("/id/organization/whoa"), 404)
    assert "organization:woah" in str(fields["hint"])
    problem(client.get("/id/organization/whoa.ttl"), 404)
    problem(client.get("/id/partnership/iccwc", headers={"accept": "image/png"}), 406)
    problem(client.get("/ns.docx"), 404)
    problem(client.get('/id/partnership/a"b'), 404)


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "nt", "rdf", "html"])
def test_the_ontology_is_there_in_every_form(client: httpx.Client, suffix: str) -> None:
    response = client.get(f"/ns.{suffix}")
    assert response.status_code == 200
    assert "CITESStrategicPartnership" in response.text


def test_a_record_is_checked_as_a_body_and_as_an_upload(client: httpx.Client) -> None:
    record = (ROOT / "shapes/examples/S13.f-gain/invalid.ttl").read_bytes()
    body = client.post("/validate", content=record, headers={"content-type": "text/turtle"})
    upload = client.post("/validate", files={"file": ("r.ttl", record)})
    for response in (body, upload):
        verdicts = response.json()["reports"][0]["verdicts"]
        (verdict,) = [v for v in verdicts if v["record"].endswith("/p")]
        assert "S13.f-gain" in {finding["rule"] for finding in verdict["findings"]}
    shown = client.post(
        "/validate", files={"file": ("r.ttl", record)}, headers={"accept": "text/html"}
    )
    assert "<code>S13.f-gain</code>" in shown.text
    turtle = client.post(
        "/validate", files={"file": ("r.ttl", record)}, headers={"accept": "text/turtle"}
    )
    assert "ValidationReport" in turtle.text


def test_a_bad_record_is_a_problem_with_its_place(client: httpx.Client) -> None:
    def check(content: bytes, name: str = "r.ttl") -> httpx.Response:
        return client.post("/validate", files={"file": (name, content)})

    assert problem(check(b"<a> <b>"), 400)["where"] == {"file": "r.ttl", "line": 1, "column": 8}
    problem(check(b""), 400)
    problem(check(b"x", "r.docx"), 415)
    problem(check(b"<!DOCTYPE a []><a/>", "r.rdf"), 403)
    untyped = problem(check(b"<http://x/a> <http://x/b> 1 ."), 400)
    assert "nothing was checked" in str(untyped["detail"])
    problem(client.post("/validate", content=b"x", headers={"content-type": "image/png"}), 415)
    problem(client.post("/validate", data={"file": "x"}, files={"other": b""}), 400)


@pytest.mark.slow
def test_a_hostile_pattern_in_a_record_is_stopped_and_hurts_nobody(tmp_path: Path) -> None:
    record = "@prefix pg: <https://w3id.org/partnergraph/ns#> .\n" + "\n".join(
        f'<http://x/{n}> a pg:CITESStrategicPartnership ; pg:commonVision "{"a" * 500}" .'
        for n in range(400)
    )
    with serving(tmp_path, validate_seconds="1") as url:
        fields = problem(
            httpx.post(
                f"{url}/validate",
                content=record.encode(),
                headers={"content-type": "text/turtle"},
                timeout=60,
            ),
            503,
        )
        assert "longer than 1 s" in str(fields["detail"])
        assert httpx.get(f"{url}/sparql", params={"query": "ASK {}"}).status_code == 200


@pytest.mark.slow
def test_a_runaway_query_is_stopped_while_others_are_served(tmp_path: Path) -> None:
    with serving(tmp_path, query_seconds="3") as url:
        answers: list[httpx.Response] = []

        def run() -> None:
            answers.append(httpx.get(f"{url}/sparql", params={"query": RUNAWAY}, timeout=30))

        thread = threading.Thread(target=run)
        thread.start()
        served = 0
        while thread.is_alive():
            response = httpx.get(f"{url}/sparql", params={"query": SELECT}, timeout=30)
            assert response.status_code == 200
            served += 1
        thread.join()
        fields = problem(answers[0], 503)
        assert "longer than 3 s" in str(fields["detail"])
        assert answers[0].headers["retry-after"]
        assert served > 5


@pytest.mark.slow
def test_a_client_that_goes_away_frees_its_place(tmp_path: Path) -> None:
    with serving(tmp_path, query_seconds="60", parallel_queries="1", waiting_seconds="20") as url:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}/sparql", params={"query": RUNAWAY}, timeout=1)
        begun = time.monotonic()
        assert httpx.get(f"{url}/sparql", params={"query": SELECT}, timeout=30).status_code == 200
        assert time.monotonic() - begun < 10


@pytest.mark.slow
def test_an_answer_that_is_stopped_on_its_way_breaks_the_connection(tmp_path: Path) -> None:
    with (
        serving(tmp_path, result_mib="1") as url,
        pytest.raises(httpx.RemoteProtocolError),
        httpx.stream(
            "GET", f"{url}/sparql", params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }"}
        ) as r,
    ):
        assert r.status_code == 200
        for _ in r.iter_bytes():
            pass


def test_sparqlwrapper_reads_our_answers(server: str) -> None:
    client = SPARQLWrapper(f"{server}/sparql")
    client.setReturnFormat(JSON)
    for method in ("GET", POST):
        client.setMethod(method)
        client.setQuery(SELECT)
        found: Any = client.queryAndConvert()
        assert len(found["results"]["bindings"]) == 5


class _Page(HTMLParser):
    """Collects what a page must and must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


PAGES = ["/", "/queries", "/queries/value-types", "/sparql", "/ns", "/validate",
         "/id/partnership/iccwc.html", "/trace/S22.a"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_a_page_is_in_the_language_asked_for_and_well_made(
    client: httpx.Client, path: str, language: str
) -> None:
    response = client.get(path, params={"lang": language}, headers={"accept": "text/html"})
    assert response.status_code == 200
    page = _Page()
    page.feed(response.text)
    tags = [tag for tag, _ in page.tags]
    assert [a["lang"] for tag, a in page.tags if tag == "html"] == [language]
    assert tags.count("h1") == tags.count("main") == 1
    assert "script" not in tags
    assert not any(name.startswith("on") or name == "style" for _, a in page.tags for name in a)
    labelled = {a.get("for") for tag, a in page.tags if tag == "label"}
    fields = [a for tag, a in page.tags if tag in {"input", "textarea", "select"}]
    assert all(a.get("id") in labelled for a in fields if a.get("type") != "hidden")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_language_follows_the_browser_and_then_english(client: httpx.Client) -> None:
    def lang(**headers: str) -> str:
        found = re.search(r'<html lang="(\w+)"', client.get("/", headers=headers).text)
        assert found
        return found[1]

    assert lang(**{"accept-language": "de, es;q=0.8, fr;q=0.5"}) == "es"
    assert lang(**{"accept-language": "de"}) == "en"


def test_every_text_of_the_pages_is_in_every_language() -> None:
    assert list(pages.missing_texts()) == []


@pytest.mark.slow
def test_every_link_of_the_first_pages_leads_somewhere(client: httpx.Client) -> None:
    seen: set[str] = set()
    for path in PAGES:
        page = _Page()
        page.feed(client.get(path, headers={"accept": "text/html"}).text)
        for tag, attributes in page.tags:
            address = attributes.get("href" if tag in {"a", "link"} else "src") or ""
            if address.startswith("/"):
                seen.add(address.partition("#")[0])
    assert len(seen) > 100
    for address in sorted(seen):
        response = client.get(address, headers={"accept": "text/html"}, follow_redirects=True)
        assert response.status_code == 200, address


def test_text_from_the_graph_or_a_query_is_never_markup(client: httpx.Client) -> None:
    hostile = "<script>alert(1)</script>"
    query = (
        f'SELECT ?x {{ VALUES ?x {{ "{hostile}" <http://x/%22onload=> <javascript:alert(1)> }} }}'
    )
    shown = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"}).text
    assert hostile not in shown
    assert "&lt;script&gt;" in shown
    assert 'href="javascript' not in shown
    name = client.post(
        "/validate",
        files={"file": (f"{hostile}.ttl", b"oops")},
        headers={"accept": "text/html"},
    )
    assert name.headers["content-type"] == "application/problem+json"


def test_every_route_is_in_the_api_description(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"]
    for route in ("/sparql", "/queries", "/queries/{name}", "/id/{rest}", "/ns", "/validate",
                  "/trace/{paragraph}", "/health/live", "/health/ready", "/sparql/update",
                  "/graphs", "/graphs/{name}", "/.well-known/void"):  # fmt: skip
        assert route in described
    assert described["/graphs"].keys() == {"get", "put", "post", "delete", "patch"}
    assert described["/graphs/{name}"].keys() == described["/graphs"].keys()
    assert described["/sparql/update"].keys() == {"post"}
    assert "/partnerships" not in described, "what is not built is absent"
    assert json.dumps(described)


def test_a_browser_of_another_site_may_ask(client: httpx.Client) -> None:
    preflight = client.options(
        "/sparql",
        headers={
            "origin": "https://example.org",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight.headers
