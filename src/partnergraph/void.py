"""What the public graphs hold, counted when they are loaded and told in VoID.

The statements fill a graph of their own that is no part of what they count.
"""

from collections.abc import Iterator
from urllib.parse import quote

from partnergraph import __version__, names
from partnergraph.facts import LANGUAGES
from partnergraph.store import Iri, Literal, Quad, Store
from partnergraph.words import word

VOID = "http://rdfs.org/ns/void#"
PUBLIC = names.VOID + "#public"
"""The dataset of all public graphs together: the default graph of a query."""
LICENSE = "https://creativecommons.org/licenses/by/4.0/"

COUNTS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
}
"""The query whose answer each statistic is."""
PARTITIONS = {
    ("class", "entities"): "SELECT ?of (COUNT(DISTINCT ?s) AS ?n) { ?s a ?of } GROUP BY ?of",
    ("property", "triples"): "SELECT ?of (COUNT(*) AS ?n) { ?s ?of ?o } GROUP BY ?of",
}
"""For each way to divide the dataset, and what is counted in a part, the query that does it."""
SIZES = f"""SELECT ?of (COUNT(*) AS ?n) {{
  {{ GRAPH <{names.MANIFEST}> {{ ?of <{names.NS}inDefaultGraph> true }} }}
  UNION {{ VALUES ?of {{ <{names.MANIFEST}> }} }}
  GRAPH ?of {{ ?s ?p ?o }}
}} GROUP BY ?of"""
"""How many statements each public graph holds."""


def quads(store: Store) -> Iterator[Quad]:
    """Yield the description of the public graphs of a store."""
    graph, public = Iri(names.VOID), Iri(PUBLIC)

    def state(subject: Iri, predicate: str, value: Iri | Literal) -> Quad:
        return Quad(subject, Iri(predicate), value, graph)

    yield state(public, names.RDF + "type", Iri(VOID + "Dataset"))
    for language in LANGUAGES:
        title = Literal(word("void.title", language), language=language)
        description = Literal(word("void.description", language), language=language)
        yield state(public, names.DCTERMS + "title", title)
        yield state(public, names.DCTERMS + "description", description)
    yield state(public, names.DCTERMS + "license", Iri(LICENSE))
    yield state(public, names.OWL + "versionInfo", Literal(__version__))
    yield state(public, VOID + "uriSpace", Literal(names.BASE))
    for statistic, query in COUNTS.items():
        (row,) = store.select(query)
        yield state(public, VOID + statistic, _number(row["n"]))
    for (kind, counted), query in PARTITIONS.items():
        for row in store.select(query):
            part = Iri(f"{names.VOID}#{kind}.{quote(names.shorten(row['of'].value), safe='')}")
            yield state(public, f"{VOID}{kind}Partition", part)
            yield state(part, VOID + kind, Iri(row["of"].value))
            yield state(part, VOID + counted, _number(row["n"]))
    for row in store.select(SIZES):
        subset = Iri(row["of"].value)
        yield state(public, VOID + "subset", subset)
        yield state(subset, names.RDF + "type", Iri(VOID + "Dataset"))
        yield state(subset, VOID + "triples", _number(row["n"]))


def _number(term: object) -> Literal:
    assert isinstance(term, Literal)
    return Literal(term.value, datatype=Iri(names.XSD + "integer"))
