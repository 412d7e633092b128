"""What the service says it holds is what queries count."""

import httpx
import pytest
from rdflib import RDF, VOID, Graph, Literal, URIRef

from partnergraph import names, void

PUBLIC = URIRef(void.PUBLIC)


@pytest.fixture(scope="module")
def told(server: str) -> Graph:
    answer = httpx.get(f"{server}/.well-known/void", headers={"accept": "text/turtle"})
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    return Graph().parse(data=answer.text, format="turtle")


def rows(server: str, query: str) -> list[dict[str, str]]:
    answer = httpx.get(f"{server}/sparql", params={"query": query}, timeout=60).json()
    return [{k: v["value"] for k, v in row.items()} for row in answer["results"]["bindings"]]


QUESTIONS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s { ?s ?p ?o } }",
    "distinctObjects": "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?o { ?s ?p ?o } }",
    "properties": "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?p { ?s ?p ?o } }",
    "classes": "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?c { ?s a ?c } }",
}


@pytest.mark.parametrize("statistic", QUESTIONS)
def test_a_count_is_what_a_query_counts(server: str, told: Graph, statistic: str) -> None:
    (row,) = rows(server, QUESTIONS[statistic])
    assert int(row["n"]) > 10
    assert told.value(PUBLIC, VOID[statistic]) == Literal(int(row["n"]))


@pytest.mark.parametrize(
    ("kind", "counted", "query"),
    [
        ("class", VOID.entities, "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s a ?x } GROUP BY ?x"),
        ("property", VOID.triples, "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x"),
    ],
)
def test_each_part_is_what_a_query_counts(
    server: str, told: Graph, kind: str, counted: URIRef, query: str
) -> None:
    parts = {
        str(told.value(part, VOID[kind])): int(str(told.value(part, counted)))
        for part in told.objects(PUBLIC, VOID[f"{kind}Partition"])
    }
    assert parts == {row["x"]: int(row["n"]) for row in rows(server, query)}
    assert len(parts) > 10


def test_each_graph_is_as_large_as_it_is_told(server: str, told: Graph) -> None:
    sizes = {
        str(subset): int(str(told.value(subset, VOID.triples)))
        for subset in told.objects(PUBLIC, VOID.subset)
    }
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    counted = {row["g"]: int(row["n"]) for row in rows(server, query)}
    assert counted.pop(names.VOID) > 100
    assert sizes == counted


def test_the_service_description_and_the_store_tell_the_same(server: str, told: Graph) -> None:
    described = Graph().parse(
        data=httpx.get(f"{server}/sparql", headers={"accept": "text/turtle"}).text, format="turtle"
    )
    own = {
        (s, p, o) for s, p, o in told if p not in {VOID.sparqlEndpoint, VOID.dataDump, VOID.feature}
    }
    assert own <= set(described)
    stored = httpx.get(f"{server}/graphs/void", headers={"accept": "application/n-triples"})
    assert set(Graph().parse(data=stored.text, format="nt")) == own
    asked = rows(server, f"SELECT * {{ GRAPH <{names.VOID}> {{ ?s ?p ?o }} }}")
    assert len(asked) == len(own)


def test_it_tells_where_to_ask_and_what_to_fetch(server: str, told: Graph) -> None:
    assert (PUBLIC, RDF.type, VOID.Dataset) in told
    assert told.value(PUBLIC, VOID.sparqlEndpoint) == URIRef(f"{server}/sparql")
    dump = told.value(PUBLIC, VOID.dataDump)
    assert httpx.head(str(dump)).status_code == 200
    titles = told.objects(PUBLIC, URIRef(names.DCTERMS + "title"))
    assert {title.language for title in titles if isinstance(title, Literal)} == {"en", "fr", "es"}


@pytest.mark.parametrize(
    "media", ["text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"]
)
def test_it_is_told_in_every_form(server: str, media: str) -> None:
    answer = httpx.get(f"{server}/.well-known/void", headers={"accept": media})
    assert answer.headers["content-type"].partition(";")[0] == media
    assert void.PUBLIC.partition("#")[2] in answer.text
    refused = httpx.get(f"{server}/.well-known/void", headers={"accept": "text/csv"})
    assert refused.status_code == 406


def test_a_scratch_store_tells_that_it_holds_nothing_of_ours(scratch: str) -> None:
    answer = httpx.get(f"{scratch}/.well-known/void", headers={"accept": "application/n-triples"})
    found = Graph().parse(data=answer.text, format="nt")
    default = URIRef(f"{scratch}/graphs?default")
    assert (default, RDF.type, VOID.Dataset) in found
    assert not list(found.objects(None, VOID.triples))
    link = httpx.get(f"{scratch}/sparql?query=ASK%7B%7D").headers["link"]
    assert link.startswith(f"<{default}>")
