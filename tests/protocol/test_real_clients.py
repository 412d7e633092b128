"""Clients that others wrote read our answers: each question of the catalogue, as in process."""

import csv
import io
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
import SPARQLWrapper as wrapper
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from rdflib.query import ResultRow
from rdflib.util import from_n3
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from conftest import ALLOWED
from partnergraph import catalogue
from partnergraph.access import Access

QUESTIONS = ("value-types", "partner-kinds", "claimed-aims", "definition-criteria", "rule-failures",
             "financial-transactions", "source-conflicts")  # fmt: skip
Rows = Counter[tuple[str, ...]]
"""The values of each row, in the order of the columns; nothing where there is no value."""


def expected(access: Access, name: str) -> tuple[list[str], Rows]:
    columns, found = access.rows(catalogue.question(name).ask({}))
    assert found, "a question without rows would prove nothing"
    return columns, rows_of(columns, found)


def rows_of(columns: list[str], bindings: list[dict[str, dict[str, str]]]) -> Rows:
    return Counter(tuple(row.get(c, {}).get("value", "") for c in columns) for row in bindings)


def by_wrapper(url: str, query: str, method: str, form: str) -> Any:
    client = wrapper.SPARQLWrapper(f"{url}/sparql")
    client.setMethod(method)
    client.setReturnFormat(form)
    client.setQuery(query)
    return client.queryAndConvert()


def from_json(found: Any) -> tuple[list[str], Rows]:
    columns = found["head"]["vars"]
    return columns, rows_of(columns, found["results"]["bindings"])


def from_xml(found: Any) -> tuple[list[str], Rows]:
    columns = [v.getAttribute("name") for v in found.getElementsByTagName("variable")]
    rows: Rows = Counter()
    for result in found.getElementsByTagName("result"):
        values = {}
        for binding in result.getElementsByTagName("binding"):
            text = [node.data for node in binding.firstChild.childNodes]
            values[binding.getAttribute("name")] = "".join(text)
        rows[tuple(values.get(c, "") for c in columns)] += 1
    return columns, rows


def from_csv(found: bytes) -> tuple[list[str], Rows]:
    columns, *rows = csv.reader(io.StringIO(found.decode(), newline=""))
    return columns, Counter(tuple(row) for row in rows)


def from_tsv(found: bytes) -> tuple[list[str], Rows]:
    """Read terms as Turtle has them, by the reader of another project."""
    head, *lines = found.decode().rstrip("\n").split("\n")
    rows: Rows = Counter()
    for line in lines:
        rows[tuple(str(from_n3(cell)) if cell else "" for cell in line.split("\t"))] += 1
    return [name.removeprefix("?") for name in head.split("\t")], rows


FORMS: dict[str, Callable[[Any], tuple[list[str], Rows]]] = {
    wrapper.JSON: from_json,
    wrapper.XML: from_xml,
    wrapper.CSV: from_csv,
    wrapper.TSV: from_tsv,
}


@pytest.mark.parametrize("method", [wrapper.GET, wrapper.POST])
@pytest.mark.parametrize("form", FORMS)
def test_sparqlwrapper_reads_every_form_of_a_table(
    server: str, access: Access, method: str, form: str
) -> None:
    for name in QUESTIONS:
        found = by_wrapper(server, catalogue.question(name).query, method, form)
        assert FORMS[form](found) == expected(access, name), name


# SPARQLWrapper makes a graph of a class that rdflib wants to give up.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("method", [wrapper.GET, wrapper.POST])
@pytest.mark.parametrize("form", [wrapper.TURTLE, wrapper.RDFXML, wrapper.JSONLD, wrapper.N3])
def test_sparqlwrapper_reads_graphs(server: str, method: str, form: str) -> None:
    query = "CONSTRUCT { ?p a ?type } WHERE { ?p a ?type FILTER(CONTAINS(STR(?p), 'iccwc')) }"
    found = by_wrapper(server, query, method, form)
    if isinstance(found, bytes):
        found = Graph().parse(data=found, format="turtle")
    wanted = json.loads(by_curl(server, query.replace("CONSTRUCT { ?p a ?type }", "SELECT *")))
    rows = wanted["results"]["bindings"]
    assert {(str(s), str(o)) for s, o in found.subject_objects()} == {
        (row["p"]["value"], row["type"]["value"]) for row in rows
    }
    assert rows


def test_sparqlwrapper_tells_our_errors_apart(server: str) -> None:
    with pytest.raises(QueryBadFormed, match="does not fit here"):
        by_wrapper(server, "SELECT * { ?s ?p }", wrapper.GET, wrapper.JSON)
    client = wrapper.SPARQLWrapper(f"{server}/sparql", updateEndpoint=f"{server}/sparql/update")
    client.setMethod(wrapper.POST)
    client.setQuery("CLEAR ALL")
    with pytest.raises(HTTPError, match="403"):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_as_if_it_were_a_store(server: str, access: Access, method: Any) -> None:
    graph = Graph(SPARQLStore(f"{server}/sparql", method=method))
    for name in QUESTIONS:
        result = graph.query(catalogue.question(name).query)
        columns = [str(variable) for variable in result.vars or []]
        rows = Counter(
            tuple("" if term is None else str(term) for term in row)
            for row in result
            if isinstance(row, ResultRow)
        )
        assert (columns, rows) == expected(access, name), name
    assert graph.query("ASK { ?s a ?o }").askAnswer is True
    assert len(graph) == int(
        access.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[1][0]["n"]["value"]
    )


def test_rdflib_writes_to_a_scratch_store(scratch: str) -> None:
    store = SPARQLUpdateStore(f"{scratch}/sparql", f"{scratch}/sparql/update", headers=ALLOWED)
    graph = Graph(store, identifier=URIRef("http://x/by-rdflib"))
    triple = (URIRef("http://x/s"), URIRef("http://x/p"), Literal("é"))
    graph.add(triple)
    assert triple in graph
    assert len(graph) == 1
    graph.remove(triple)
    assert triple not in graph


WAYS = {
    "form": (),
    "address": ("--get",),
    "old": ("--http1.0",),
    "compressed": ("--compressed",),
    "direct": ("--header", "Content-Type: application/sparql-query"),
}


def by_curl(server: str, query: str, *more: str, way: str = "form") -> bytes:
    sent = ["--data-binary", query] if way == "direct" else ["--data-urlencode", f"query={query}"]
    command = ["curl", "--silent", "--show-error", "--fail", *WAYS[way], *more, *sent]
    return subprocess.run([*command, f"{server}/sparql"], capture_output=True, check=True).stdout


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("media", "read"),
    [
        ("application/sparql-results+json", lambda found: from_json(json.loads(found))),
        ("text/csv", from_csv),
        ("text/tab-separated-values", from_tsv),
    ],
)
def test_curl_reads_every_form(
    server: str,
    access: Access,
    way: str,
    media: str,
    read: Callable[[bytes], tuple[list[str], Rows]],
) -> None:
    for name in QUESTIONS:
        query = catalogue.question(name).query
        found = by_curl(server, query, "--header", f"Accept: {media}", way=way)
        assert read(found) == expected(access, name), name


def test_the_addresses_of_the_catalogue_give_the_same(server: str, access: Access) -> None:
    for name in QUESTIONS:
        found = subprocess.run(
            ["curl", "--silent", "--fail", f"{server}/queries/{name}.csv"],
            capture_output=True,
            check=True,
        )
        assert from_csv(found.stdout) == expected(access, name), name
