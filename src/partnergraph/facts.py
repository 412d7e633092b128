"""Fact tables: CSV files in which one row is one statement with its source and status.

The columns are ``subject,predicate,object,type,source,status,note``. The type says how to
read the object: ``iri`` (a short name), ``url`` (an absolute IRI), a language (``en fr es``)
or the name of an XSD datatype. Each row becomes one triple and one ``rdf:Statement`` that
holds where the triple comes from; the note of a row is kept there too.
"""

import csv
import datetime
import hashlib
import io
import re
from collections.abc import Iterator

from partnergraph import names
from partnergraph.errors import PartnergraphError, UnreadableInputError, Where
from partnergraph.store import BlankNode, Iri, Literal, Quad, Term, Triple

COLUMNS = ("subject", "predicate", "object", "type", "source", "status", "note")
LANGUAGES = ("en", "fr", "es")

_NUMBER = r"[+-]?\d+"
_LEXICAL = {
    "string": r"[^\x00]+",
    "boolean": "true|false",
    "integer": _NUMBER,
    "decimal": rf"{_NUMBER}(\.\d+)?",
    "gYear": r"\d{4}",
    "gYearMonth": r"\d{4}-(0[1-9]|1[0-2])",
    "date": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
}

_SUBJECT, _PREDICATE, _OBJECT = (Iri(names.RDF + n) for n in ("subject", "predicate", "object"))
_SOURCE = Iri(names.DCTERMS + "source")
_STATUS = Iri(names.NS + "statementStatus")
_NOTE = Iri(names.SKOS + "note")


def read(content: bytes, file: str, graph: str) -> Iterator[Quad]:
    """Yield the quads of a fact table, in the order of its rows.

    Args:
        content: the bytes of the file, UTF-8.
        file: the name to give in error messages.
        graph: IRI of the named graph that the quads belong to.

    Raises:
        UnreadableInputError: with file and line, for an empty table, a wrong header,
            a row too short or too long, an unknown prefix, type or status, a value that its
            type cannot have, a missing source, or a row given twice.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableInputError("the file is not UTF-8", where=Where(file, line)) from error
    rows = csv.reader(io.StringIO(text), strict=True)
    try:
        header = tuple(next(rows, ()))
        if header != COLUMNS:
            raise UnreadableInputError(
                f"the first line is not the header {','.join(COLUMNS)}", where=Where(file, 1)
            )
        yield from _quads(rows, file, Iri(graph))
    except csv.Error as error:
        raise UnreadableInputError(
            f"broken CSV: {error}", where=Where(file, rows.line_num)
        ) from error


def _quads(rows: "Iterator[list[str]]", file: str, graph: Iri) -> Iterator[Quad]:
    seen: dict[tuple[str, ...], int] = {}
    line = 1
    for row in rows:
        line = rows.line_num  # type: ignore[attr-defined]
        try:
            if len(row) != len(COLUMNS):
                raise UnreadableInputError(
                    f"{len(row)} cells where {len(COLUMNS)} belong",
                    hint="Put quotation marks around a cell that holds a comma",
                )
            if (first := seen.setdefault(tuple(row[:5]), line)) != line:
                raise UnreadableInputError(f"the statement stands in line {first} already")
            yield from _statement(*row, graph=graph)
        except PartnergraphError as error:
            raise UnreadableInputError(
                error.detail, where=Where(file, line), hint=error.hint
            ) from error
    if line == 1:
        raise UnreadableInputError("the table has no rows", where=Where(file, 1))


def _statement(
    subject: str,
    predicate: str,
    object_: str,
    type_: str,
    source: str,
    status: str,
    note: str,
    *,
    graph: Iri,
) -> Iterator[Quad]:
    if not source:
        raise UnreadableInputError("the source is missing", hint="Name a paragraph or a source")
    if status == "inferred" and not note:
        raise UnreadableInputError(
            "the row is our own reading and does not say why", hint="Fill the note"
        )
    triple = Iri(names.expand(subject)), Iri(names.expand(predicate)), _term(object_, type_)
    yield Quad(*triple, graph)
    yield from statement(
        triple,
        # The same statement from two rows has a node for each, so that each source keeps its
        # own status; the key is the content, so the node's IRI never changes with the order.
        key="\x1f".join((subject, predicate, object_, type_, source, status)),
        sources=[names.expand(short) for short in source.split(" ")],
        status=status,
        note=note,
        graph=graph,
    )


def statement(
    triple: "tuple[Iri | BlankNode | Triple, Iri, Term | Triple]",
    *,
    key: str,
    sources: list[str],
    status: str,
    note: str,
    graph: Iri,
) -> Iterator[Quad]:
    """Yield the ``rdf:Statement`` that says where a triple comes from.

    Args:
        triple: what is stated.
        key: text that the node's IRI is made of.
        sources: IRIs of paragraphs, sources or graphs.
        status: last part of a concept of the scheme ``statement-status``.
        note: English text, or empty.
        graph: the graph to put it in.
    """
    node = Iri(names.STATEMENT + hashlib.sha256(key.encode()).hexdigest()[:16])
    for part, value in zip((_SUBJECT, _PREDICATE, _OBJECT), triple, strict=True):
        yield Quad(node, part, value, graph)
    for source in sources:
        yield Quad(node, _SOURCE, Iri(source), graph)
    yield Quad(node, _STATUS, Iri(names.expand(f"statement-status:{status}")), graph)
    if note:
        yield Quad(node, _NOTE, Literal(note, language="en"), graph)


def _term(text: str, type_: str) -> Iri | Literal:
    if not text or text != text.strip():
        raise UnreadableInputError(f"the object “{text}” is empty or has spaces around it")
    if type_ == "iri":
        return Iri(names.expand(text))
    if type_ == "url":
        if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", text):
            raise UnreadableInputError(f"“{text}” is not an http(s) address")
        return Iri(text)
    if type_ in LANGUAGES:
        return Literal(text, language=type_)
    if type_ not in _LEXICAL:
        known = ("iri", "url", *LANGUAGES, *_LEXICAL)
        raise UnreadableInputError(
            f"“{type_}” is not a type",
            hint=names.nearest(type_, known, f"Types: {', '.join(known)}"),
        )
    if not re.fullmatch(_LEXICAL[type_], text, re.ASCII):
        raise UnreadableInputError(f"“{text}” is not a {type_}")
    if type_ == "date" and not _real_day(text):
        raise UnreadableInputError(f"“{text}” is not a day of the calendar")
    return Literal(text, datatype=Iri(names.XSD + type_))


def _real_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
