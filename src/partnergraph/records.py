"""Reading partnership records that somebody else wrote; every file is hostile until read.

A record is RDF in which a partnership is described with our terms. Nothing is fetched,
axioms are refused, and so is anything said about a thing that is not the record's own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from partnergraph import names
from partnergraph.errors import (
    PartnergraphError,
    RefusedError,
    TooLargeError,
    UnreadableInputError,
    UnsupportedFormError,
    Where,
)
from partnergraph.store import GRAPH_FORMATS, Iri, Quad, Store, canonical, parse

SUFFIXES = {
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".trig": "trig",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
    ".xml": "rdfxml",
    ".owl": "rdfxml",
}
MAX_DEPTH = 100
"""Brackets within one another; the JSON-LD parser of the engine dies near 5,000."""

_TYPE = names.RDF + "type"
_AXIOMS = (names.RDFS, names.OWL, names.SH)
_HARMLESS = {names.RDFS + n for n in ("label", "comment", "seeAlso", "isDefinedBy")}
_OURS_TO_DESCRIBE = ("Partnership", "ProspectivePartnership", "Membership", "MemberCount")
_DERIVED = {
    f"{names.NS}contributes{how}" for how in ("Officially", "AsStated", "AsVerified", "AsInferred")
}
_BRACKETS = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\[({]|[\])}]')


@dataclass(frozen=True)
class Record:
    """What a file says, as triples, and the file it came from."""

    file: str
    quads: list[Quad]
    outdated: tuple[str, ...] = ()
    """What to write in place of each deprecated term that the file uses."""

    def iris(self) -> set[str]:
        """Return every IRI that stands as subject or object."""
        return {
            term.value
            for quad in self.quads
            for term in (quad.subject, quad.object)
            if isinstance(term, Iri)
        }


def format_of(file: str) -> str:
    """Return the RDF format that a file's ending stands for.

    Raises:
        UnsupportedFormError: the ending is not known; the known ones are told.
    """
    suffix = Path(file).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnsupportedFormError(
            f"the ending “{suffix}” does not tell the format of {file}",
            hint="Known endings: " + ", ".join(SUFFIXES),
        )
    return SUFFIXES[suffix]


def read(content: bytes, format_: str, file: str, store: Store) -> Record:
    """Read one record file.

    Args:
        content: the bytes of the file.
        format_: a key of :data:`partnergraph.store.GRAPH_FORMATS`.
        file: its name, for messages.
        store: the graph that tells which terms and things are known.

    Raises:
        UnreadableInputError: wrong syntax (with line and column), an empty file, an unknown
            term or thing (with the nearest), or no record in it.
        RefusedError: axioms, or statements about things that are not the record's own.
        TooLargeError: brackets nested too deeply.
    """
    try:
        return _read(content, format_, file, store)
    except PartnergraphError as error:
        if error.where.file is None:
            error.where = Where(file, error.where.line, error.where.column, error.where.name)
        raise


def _read(content: bytes, format_: str, file: str, store: Store) -> Record:
    if format_ not in GRAPH_FORMATS:
        raise UnsupportedFormError(
            f"“{format_}” is not a format that is read here",
            hint="Formats: " + ", ".join(GRAPH_FORMATS),
        )
    if not content.strip():
        raise UnreadableInputError("the file is empty", hint="Nothing was checked")
    refuse_tricks(content, format_)
    base = f"urn:partnergraph:file:{re.sub(r'[^A-Za-z0-9.-]', '-', Path(file).name)}"
    quads = [
        Quad(q.subject, q.predicate, q.object) for q in parse(content, format_, file, base=base)
    ]
    if not quads:
        raise UnreadableInputError("the file holds no statement", hint="Nothing was checked")
    # Whatever a file calls its blank nodes, the same statements give the same names.
    record = Record(file, canonical(quads))
    _refuse_axioms(record)
    _refuse_derived(record)
    _refuse_unknown(record, content, store)
    _refuse_foreign(record, store)
    _refuse_untyped(record, store)
    return replace(record, outdated=_outdated(record, store))


def refuse_tricks(content: bytes, format_: str) -> None:
    """Refuse a document that could harm its parser.

    Raises:
        RefusedError: XML that declares entities.
        TooLargeError: brackets nested too deeply.
    """
    if format_ == "rdfxml":
        # Without NULs UTF-16 reads as ASCII, so one look finds the words in either encoding.
        flat = content.replace(b"\x00", b"").upper()
        if b"<!DOCTYPE" in flat or b"<!ENTITY" in flat:
            raise RefusedError(
                "the XML declares a document type or entities, which are not read",
                hint="Write namespaces in full, or send Turtle",
            )
    if format_ in {"jsonld", "turtle", "trig"}:
        depth = 0
        for match in _BRACKETS.finditer(content):
            piece = match[0]
            if piece in b"[({":
                depth += 1
            elif piece in b"])}":
                depth = max(0, depth - 1)
            if depth > MAX_DEPTH:
                raise TooLargeError(
                    f"more than {MAX_DEPTH} brackets stand within one another",
                    where=Where(line=content.count(b"\n", 0, match.start()) + 1),
                )


def _refuse_axioms(record: Record) -> None:
    for quad in record.quads:
        predicate = quad.predicate.value
        type_ = quad.object.value if predicate == _TYPE and isinstance(quad.object, Iri) else ""
        if (predicate.startswith(_AXIOMS) and predicate not in _HARMLESS) or type_.startswith(
            _AXIOMS
        ):
            raise RefusedError(
                f"the record states the axiom {names.shorten(predicate)} "
                f"{names.shorten(type_) if type_ else ''}".rstrip(),
                hint="A record describes partnerships; it cannot change what terms mean",
            )


def _refuse_derived(record: Record) -> None:
    """Refuse what only reasoning may say, so that no claim looks better founded than it is."""
    for quad in record.quads:
        if quad.predicate.value in _DERIVED:
            raise RefusedError(
                f"the record states {names.shorten(quad.predicate.value)}, which only follows "
                "from an aim that a partnership contributes to",
                hint="State pg:contributesTo with the goal or objective of the Strategic Vision",
            )


def _values(iris: Iterable[str]) -> str:
    return " ".join(str(Iri(iri)) for iri in sorted(iris))


def _refuse_unknown(record: Record, content: bytes, store: Store) -> None:
    """Refuse terms of our namespace that nobody declared, and things of ours that are not there."""
    own = {q.subject.value for q in record.quads if isinstance(q.subject, Iri)}
    used = {q.predicate.value for q in record.quads} | record.iris()
    asked = {
        i for i in used if i.startswith(names.BASE) and (i.startswith(names.NS) or i not in own)
    }
    known = {
        row["s"].value
        for row in store.select(
            f"SELECT DISTINCT ?s WHERE {{ VALUES ?s {{ {_values(asked)} }} ?s ?p ?o }}"
        )
    }
    for iri in sorted(asked - known):
        if iri.startswith((names.GRAPH, names.STATEMENT)):
            continue
        what = "term" if iri.startswith(names.NS) else "thing"
        start = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
        siblings = store.select(
            f"SELECT DISTINCT ?s WHERE {{ ?s a ?c FILTER(STRSTARTS(STR(?s), {_quoted(start)})) }}"
        )
        raise UnreadableInputError(
            f"there is no {what} {names.shorten(iri)}",
            where=_find(content, iri),
            hint=names.nearest(
                names.shorten(iri),
                [names.shorten(row["s"].value) for row in siblings],
                f"See /ns for the terms, or describe {names.shorten(iri)} in the record itself",
            ),
        )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _outdated(record: Record, store: Store) -> tuple[str, ...]:
    used = {q.predicate.value for q in record.quads} | record.iris()
    rows = store.select(
        f"""{names.prologue("owl", "dcterms")}
        SELECT ?old ?new WHERE {{
          VALUES ?old {{ {_values(i for i in used if i.startswith(names.BASE))} }}
          ?old owl:deprecated true . OPTIONAL {{ ?old dcterms:isReplacedBy ?new }}
        }} ORDER BY ?old ?new"""
    )
    return tuple(
        f"{names.shorten(row['old'].value)} is deprecated"
        + (f"; write {names.shorten(row['new'].value)}" if "new" in row else "")
        for row in rows
    )


def _find(content: bytes, iri: str) -> Where:
    """Return line and column of the last part of an IRI in the file, where it stands as a word."""
    local = re.split(r"[#/]", iri)[-1].encode()
    match = re.search(rb"(?<![\w.-])" + re.escape(local) + rb"(?![\w-])", content)
    if not match:
        return Where(name=names.shorten(iri))
    before = content[: match.start()]
    return Where(
        line=before.count(b"\n") + 1,
        column=match.start() - before.rfind(b"\n"),
        name=names.shorten(iri),
    )


def _refuse_foreign(record: Record, store: Store) -> None:
    """Refuse new statements about things of the graph that a record cannot describe."""
    subjects = {q.subject.value for q in record.quads if isinstance(q.subject, Iri)}
    allowed = _values(names.NS + name for name in _OURS_TO_DESCRIBE)
    rows = store.select(
        f"""{names.prologue("rdf", "rdfs")}
        SELECT DISTINCT ?s WHERE {{
          VALUES ?s {{ {_values(subjects)} }} ?s a ?known
          MINUS {{ VALUES ?above {{ {allowed} }} ?s a/rdfs:subClassOf* ?above }}
        }}"""
    )
    taken = {row["s"] for row in rows}
    for quad in record.quads:
        if not isinstance(quad.subject, Iri) or quad.subject not in taken:
            continue
        if not store.ask(f"ASK {{ {quad.subject} {quad.predicate} {quad.object} }}"):
            raise RefusedError(
                f"the record says something new about {names.shorten(quad.subject.value)}, "
                f"which it does not own: {names.shorten(quad.predicate.value)}",
                hint="Leave the statement out; what is known of it comes from the graph",
            )


def _refuse_untyped(record: Record, store: Store) -> None:
    if not partnerships(record.quads, store):
        raise UnreadableInputError(
            "nothing was checked: no node in the file is said to be a partnership",
            hint="Give the record a type, for instance: a pg:CITESStrategicPartnership",
        )


def partnerships(quads: Iterable[Quad], store: Store) -> dict[str, set[str]]:
    """Return the partnership records among quads: their node, as N-Triples writes it, and types."""
    types: dict[str, set[str]] = {}
    for quad in quads:
        if quad.predicate.value == _TYPE and isinstance(quad.object, Iri):
            types.setdefault(str(quad.subject), set()).add(quad.object.value)
    mentioned = set().union(*types.values()) if types else set()
    kinds = {
        row["kind"].value
        for row in store.select(
            f"""{names.prologue("rdfs", "pg")}
            SELECT DISTINCT ?kind WHERE {{
              VALUES ?kind {{ {_values(mentioned)} }} VALUES ?top {{
                pg:Partnership pg:ProspectivePartnership }}
              ?kind rdfs:subClassOf* ?top
            }}"""
        )
    }
    return {node: found for node, found in types.items() if found & kinds}
