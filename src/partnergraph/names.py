"""The only place where an IRI of ours is written, and the way between IRIs and short names.

A short name (CURIE) is ``prefix:local``. The prefix is either that of a vocabulary
(``pg``, ``skos``…) or a kind of thing (``organization``, ``paragraph``…), in which
case it stands for ``https://w3id.org/partnergraph/id/{kind}/``.
"""

import difflib
import re
from functools import cache

from partnergraph.errors import UnreadableInputError

BASE = "https://w3id.org/partnergraph/"
NS = BASE + "ns#"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
PARAGRAPH = ID + "paragraph/"
RULE = BASE + "rule/"
QUERY = BASE + "query/"
STATEMENT = ID + "statement/"

ONTOLOGY = BASE + "ns"
INFERRED = GRAPH + "inferred"
FINDINGS = GRAPH + "findings"
MANIFEST = GRAPH + "manifest"
CATALOGUE = GRAPH + "questions"
VOID = GRAPH + "void"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
SH = "http://www.w3.org/ns/shacl#"

VOCABULARIES = {
    "pg": NS,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "sh": SH,
    "rule": RULE,
    "query": QUERY,
    "graph": GRAPH,
}

THINGS = (
    "country",
    "discrepancy",
    "document",
    "event",
    "example",
    "framework",
    "group",
    "indicator",
    "initiative",
    "judgement-question",
    "kmgbf",
    "member-count",
    "membership",
    "norm",
    "office",
    "organization",
    "output",
    "paragraph",
    "partnership",
    "project",
    "prospect",
    "region",
    "review-question",
    "scheme",
    "sdg",
    "series",
    "source",
    "stage",
    "sv",
    "tool",
)

SCHEMES = (
    "area-status",
    "check-result",
    "cites-value",
    "cost-kind",
    "culture-aspect",
    "document-status",
    "duration-type",
    "finance-mechanism",
    "force",
    "formality",
    "level",
    "modality",
    "net-value",
    "outcome-kind",
    "partner-kind",
    "phase",
    "polarity",
    "record-status",
    "resource-kind",
    "risk-kind",
    "role",
    "rule-level",
    "secretariat-value",
    "species-group",
    "statement-status",
    "thematic-area",
    "value-type",
)

PREFIXES = {**VOCABULARIES, **{kind: f"{ID}{kind}/" for kind in (*THINGS, *SCHEMES)}}

_PLAIN = r"[A-Za-z0-9_](?:[A-Za-z0-9_.~-]*[A-Za-z0-9_~-])?"
_LOCAL = re.compile(f"{_PLAIN}(?:#{_PLAIN})?")


def expand(short: str) -> str:
    """Return the IRI for a short name; an absolute http(s) IRI is returned as it is.

    Raises:
        UnreadableInputError: the prefix is unknown, or the local part is not a plain name.
    """
    if short.startswith(("http://", "https://")):
        return short
    prefix, colon, local = short.partition(":")
    if not colon or not _LOCAL.fullmatch(local):
        raise UnreadableInputError(
            f"“{short}” is not a short name such as organization:woah or pg:hasPartner",
            hint="Write prefix:name, or a whole IRI that starts with https://",
        )
    if prefix not in PREFIXES:
        raise UnreadableInputError(
            f"“{prefix}” in “{short}” is not a prefix that is known here",
            hint=nearest(prefix, PREFIXES, "Known prefixes: " + ", ".join(sorted(PREFIXES))),
        )
    return PREFIXES[prefix] + local


def expand_or(short: str) -> str:
    """Return the IRI for a short name, or an empty text for what is none."""
    try:
        return expand(short)
    except UnreadableInputError:
        return ""


@cache
def _longest_first() -> list[tuple[str, str]]:
    return sorted(((iri, p) for p, iri in PREFIXES.items()), key=lambda pair: -len(pair[0]))


def shorten(iri: str) -> str:
    """Return the short name of an IRI, or the IRI itself where there is none."""
    for start, prefix in _longest_first():
        if iri.startswith(start) and _LOCAL.fullmatch(iri, len(start)):
            return f"{prefix}:{iri[len(start) :]}"
    return iri


def nearest(word: str, known: object, otherwise: str = "") -> str:
    """Return “Did you mean …?” for the known words closest to ``word``, else ``otherwise``."""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)  # type: ignore[call-overload]
    return f"Did you mean {' or '.join(close)}?" if close else otherwise


def prologue(*prefixes: str) -> str:
    """Return SPARQL ``PREFIX`` lines for the given prefixes."""
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in prefixes)
