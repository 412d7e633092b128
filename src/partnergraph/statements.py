"""Statements with where each was seen, for people who ask why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rdflib import URIRef

from partnergraph import names, terms
from partnergraph.describe import labels_of
from partnergraph.store import Row, Store

STATUSES = ("official", "stated", "verified", "partly-verified", "unverified", "inferred")
"""The statuses of statements, the best founded first."""


@dataclass(frozen=True)
class Statement:
    """One triple, with where it was seen."""

    subject: str
    predicate: str
    object: str
    """Each as Turtle writes it, with short names."""
    labels: tuple[str, str] = ("", "")
    """The labels of subject and object, empty where there are none."""
    sources: tuple[str, ...] = ()
    """The sources by their short names; empty for what the record itself says."""
    status: str = ""
    note: str = ""


def with_provenance(
    store: Store, triples: Iterable[terms.Triple], language: str
) -> tuple[Statement, ...]:
    """Return triples as statements with labels and, for those of our graph, where they were seen.

    Args:
        store: our own graphs.
        triples: the triples, in the order wanted.
        language: of the labels.
    """
    triples = list(triples)
    told = _provenance(store, triples)
    named = _labels(store, triples, language)
    return tuple(
        replace(
            told.get(triple, Statement(_n3(triple[0]), _n3(triple[1]), _n3(triple[2]))),
            labels=(named.get(str(triple[0]), ""), named.get(str(triple[2]), "")),
        )
        for triple in triples
    )


def _provenance(store: Store, triples: Iterable[terms.Triple]) -> Mapping[terms.Triple, Statement]:
    """Return for each triple of our graph where it was seen, in one query."""
    triples = [t for t in triples if isinstance(t[0], URIRef)]
    if not triples:
        return {}
    pairs = " ".join(sorted({f"({t[0].n3()} {t[1].n3()})" for t in triples}))
    rows = store.select(
        f"""{names.prologue("pg", "rdf", "dcterms", "skos")}
        SELECT ?s ?p ?o ?status ?source ?note WHERE {{
          VALUES (?s ?p) {{ {pairs} }}
          ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ;
              dcterms:source ?source ; pg:statementStatus ?status .
          OPTIONAL {{ ?st skos:note ?note }}
        }} ORDER BY ?s ?p ?o ?source ?note"""
    )
    seen: dict[terms.Triple, list[Row]] = {}
    for row in rows:
        triple = terms.node(row["s"]), terms.node(row["p"]), terms.node(row["o"])
        seen.setdefault(triple, []).append(row)
    return {triple: _told(triple, of) for triple, of in seen.items()}


def _told(triple: terms.Triple, rows: list[Row]) -> Statement:
    """Return a triple with every source of it, and the best status that one of them gives."""
    statuses = {row["status"].value.rpartition("/")[2] for row in rows}
    return Statement(
        _n3(triple[0]),
        _n3(triple[1]),
        _n3(triple[2]),
        sources=tuple(dict.fromkeys(names.shorten(row["source"].value) for row in rows)),
        status=min(statuses, key=STATUSES.index),
        note=" ".join(dict.fromkeys(row["note"].value for row in rows if "note" in row)),
    )


def _labels(store: Store, triples: Iterable[terms.Triple], language: str) -> dict[str, str]:
    iris = {str(n) for t in triples for n in (t[0], t[2]) if isinstance(n, URIRef)}
    return labels_of(store, sorted(iris), language)


def _n3(term: Any) -> str:
    return names.shorten(str(term)) if isinstance(term, URIRef) else str(term.n3())
