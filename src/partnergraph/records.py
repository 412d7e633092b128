"""Reading partnership records that somebody else wrote; every file is hostile until read.

A record is RDF in which a partnership is described with our terms. Nothing is fetched, and
what a record may not say is refused by :mod:`partnergraph.intake`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from partnergraph import intake, names
from partnergraph.errors import (
    PartnergraphError,
    UnreadableInputError,
    UnsupportedFormError,
    Where,
)
from partnergraph.store import GRAPH_FORMATS, Iri, Quad, Store, canonical, parse

_TYPE = names.RDF + "type"
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


@dataclass(frozen=True)
class Record:
    """What a file says, as triples, and the file it came from; or a part of a large file."""

    file: str
    quads: list[Quad]
    outdated: tuple[str, ...] = ()
    """What to write in place of each deprecated term that the file uses."""
    beside: list[Quad] = field(default_factory=list)
    """What the rest of the file says of the things that a part of it leads to."""

    def iris(self) -> set[str]:
        """Return every IRI that stands as subject or object."""
        return {
            term.value
            for quad in (*self.quads, *self.beside)
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
    intake.refuse_tricks(content, format_)
    quads = [
        Quad(q.subject, q.predicate, q.object)
        for q in parse(content, format_, file, base=base(file))
    ]
    if not quads:
        raise UnreadableInputError("the file holds no statement", hint="Nothing was checked")
    # Whatever a file calls its blank nodes, the same statements give the same names.
    quads = canonical(quads)
    statements = Store.in_memory()
    statements.add(quads)
    outdated = intake.check(statements, content, store)
    if not partnerships(quads, store):
        raise no_record()
    return Record(file, quads, outdated)


def base(file: str) -> str:
    """Return the IRI that a file's relative names are resolved against, which is nobody's."""
    return f"urn:partnergraph:file:{re.sub(r'[^A-Za-z0-9.-]', '-', Path(file).name)}"


def no_record() -> UnreadableInputError:
    """Return the error that says that there was nothing to judge."""
    return UnreadableInputError(
        "nothing was checked: no node in the file is said to be a partnership",
        hint="Give the record a type, for instance: a pg:CITESStrategicPartnership",
    )


def kinds(store: Store) -> frozenset[str]:
    """Return the classes whose instances are partnership records."""
    return frozenset(
        row["kind"].value
        for row in store.select(
            f"""{names.prologue("rdfs", "pg")}
            SELECT DISTINCT ?kind WHERE {{
              VALUES ?top {{ pg:Partnership pg:ProspectivePartnership }}
              ?kind rdfs:subClassOf* ?top
            }}"""
        )
    )


def partnerships(quads: Iterable[Quad], store: Store) -> dict[str, set[str]]:
    """Return the partnership records among quads: their node, as N-Triples writes it, and types."""
    types: dict[str, set[str]] = {}
    for quad in quads:
        if quad.predicate.value == _TYPE and isinstance(quad.object, Iri):
            types.setdefault(str(quad.subject), set()).add(quad.object.value)
    of_records = kinds(store)
    return {node: found for node, found in types.items() if found & of_records}
