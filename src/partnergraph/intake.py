"""What a record of a stranger may not say: tricks, axioms, and news of what is not its own.

The statements are asked in a store, so that a file of any size is checked in the same way.
"""

import itertools
import mmap
import re
from collections.abc import Iterable, Iterator

from partnergraph import names
from partnergraph.errors import RefusedError, TooLargeError, UnreadableInputError, Where
from partnergraph.shacl import literals
from partnergraph.store import Iri, Literal, Quad, Store, Triple

Content = bytes | mmap.mmap
MAX_DEPTH = 100
"""Brackets within one another; the JSON-LD parser of the engine dies near 5,000."""

_TYPE = Iri(names.RDF + "type")
_AXIOMS = (names.RDFS, names.OWL, names.SH)
_HARMLESS = {names.RDFS + n for n in ("label", "comment", "seeAlso", "isDefinedBy")}
_OURS_TO_DESCRIBE = ("Partnership", "ProspectivePartnership", "Membership", "MemberCount")
_DERIVED = {
    f"{names.NS}contributes{how}" for how in ("Officially", "AsStated", "AsVerified", "AsInferred")
}
_BRACKETS = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\[({]|[\])}]')
_CHUNK = 1 << 22


def refuse_tricks(content: Content, format_: str) -> None:
    """Refuse what harms a parser, before one sees it.

    Raises:
        RefusedError: XML that declares entities.
        TooLargeError: brackets nested too deeply.
    """
    if format_ == "rdfxml":
        # Without NULs UTF-16 reads as ASCII, so one look finds the words in either encoding.
        flat = bytes(content).replace(b"\x00", b"").upper()
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
                    where=Where(line=_lines(content, match.start()) + 1),
                )


def check(statements: Store, content: Content, store: Store) -> tuple[str, ...]:
    """Refuse what records may not say; return what to write in place of deprecated terms.

    Args:
        statements: what the file says, in the default graph.
        content: the file, for the place of a mistake.
        store: the graph that tells which terms and things are known.

    Raises:
        UnreadableInputError: an unknown term or thing, with the nearest.
        RefusedError: axioms, or statements about things that are not the record's own.
    """
    predicates = sorted(_iris(statements, "SELECT DISTINCT ?i { ?s ?i ?o }"))
    _refuse_axioms(statements, predicates)
    _refuse_derived(predicates)
    _refuse_unknown(statements, predicates, content, store)
    _refuse_foreign(statements, store)
    return _outdated(statements, store)


def _iris(store: Store, query: str) -> Iterator[str]:
    return (row["i"].value for row in store.bindings(query))


def _refuse_axioms(statements: Store, predicates: Iterable[str]) -> None:
    for predicate in predicates:
        if predicate.startswith(_AXIOMS) and predicate not in _HARMLESS:
            _refuse_axiom(names.shorten(predicate))
    query = f"SELECT DISTINCT ?i {{ ?s {_TYPE} ?i FILTER(isIRI(?i)) }}"
    for type_ in sorted(_iris(statements, query)):
        if type_.startswith(_AXIOMS):
            _refuse_axiom(f"rdf:type {names.shorten(type_)}")


def _refuse_axiom(told: str) -> None:
    raise RefusedError(
        f"the record states the axiom {told}",
        hint="A record describes partnerships; it cannot change what terms mean",
    )


def _refuse_derived(predicates: Iterable[str]) -> None:
    """Refuse what only reasoning may say, so that no claim looks better founded than it is."""
    for predicate in predicates:
        if predicate in _DERIVED:
            raise RefusedError(
                f"the record states {names.shorten(predicate)}, which only follows "
                "from an aim that a partnership contributes to",
                hint="State pg:contributesTo with the goal or objective of the Strategic Vision",
            )


def _values(iris: Iterable[str]) -> str:
    return " ".join(str(Iri(iri)) for iri in sorted(iris))


def _refuse_unknown(
    statements: Store, predicates: Iterable[str], content: Content, store: Store
) -> None:
    """Refuse terms of our namespace that nobody declared, and things of ours that are not there."""
    used = itertools.chain(
        predicates,
        _distinct(statements, "?s ?p ?i"),
        (iri for iri in _distinct(statements, "?i ?p ?o") if iri.startswith(names.NS)),
    )
    iri = min(_unknown(used, statements, store), default="")
    if not iri:
        return
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


def _distinct(statements: Store, pattern: str) -> Iterator[str]:
    """Yield the IRIs at one place of a pattern; a filter in the query would look at each row."""
    for row in statements.bindings(f"SELECT DISTINCT ?i {{ {pattern} }}"):
        term = row["i"]
        if isinstance(term, Iri):
            yield term.value
        elif isinstance(term, Triple):
            raise RefusedError(
                f"the record has a statement about a statement: {term}",
                hint="Say it about the thing itself, or about a node of its own",
            )


def _unknown(used: Iterable[str], statements: Store, store: Store) -> Iterator[str]:
    """Yield the IRIs of ours that neither our graph nor the file describes."""
    for iri in used:
        if (
            iri.startswith(names.BASE)
            and not iri.startswith((names.GRAPH, names.STATEMENT))
            and not _any(store.match(Iri(iri)))
            and (iri.startswith(names.NS) or not _any(statements.match(Iri(iri))))
        ):
            yield iri


def _any(quads: Iterable[Quad]) -> bool:
    return any(True for _ in quads)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _outdated(statements: Store, store: Store) -> tuple[str, ...]:
    rows = store.select(
        f"""{names.prologue("owl", "dcterms")}
        SELECT ?old ?new WHERE {{
          ?old owl:deprecated true . OPTIONAL {{ ?old dcterms:isReplacedBy ?new }}
          FILTER(STRSTARTS(STR(?old), {_quoted(names.BASE)}))
        }} ORDER BY ?old ?new"""
    )
    return tuple(
        f"{names.shorten(row['old'].value)} is deprecated"
        + (f"; write {names.shorten(row['new'].value)}" if "new" in row else "")
        for row in rows
        if _is_used(statements, Iri(row["old"].value))
    )


def _is_used(statements: Store, iri: Iri) -> bool:
    places = (
        statements.match(iri),
        statements.match(None, iri),
        statements.match(None, None, iri),
    )
    return _any(itertools.chain(*places))


def _find(content: Content, iri: str) -> Where:
    """Return line and column of the last part of an IRI in the file, where it stands as a word."""
    local = re.split(r"[#/]", iri)[-1].encode()
    match = re.search(rb"(?<![\w.-])" + re.escape(local) + rb"(?![\w-])", content)
    if not match:
        return Where(name=names.shorten(iri))
    return Where(
        line=_lines(content, match.start()) + 1,
        column=match.start() - content.rfind(b"\n", 0, match.start()),
        name=names.shorten(iri),
    )


def _lines(content: Content, end: int) -> int:
    """Return how many lines end before a place."""
    starts = range(0, end, _CHUNK)
    return sum(content[at : min(at + _CHUNK, end)].count(b"\n") for at in starts)


def _refuse_foreign(statements: Store, store: Store) -> None:
    """Refuse new statements about things of the graph that a record cannot describe."""
    allowed = _values(names.NS + name for name in _OURS_TO_DESCRIBE)
    # One look-up each: a query with many values would go through all that the graph has.
    known = {iri for iri in _distinct(statements, "?i ?p ?o") if _any(store.match(Iri(iri), _TYPE))}
    if known:
        taken = _iris(
            store,
            f"""{names.prologue("rdf", "rdfs")}
            SELECT DISTINCT ?i WHERE {{
              VALUES ?i {{ {_values(known)} }} ?i a ?known
              MINUS {{ VALUES ?above {{ {allowed} }} ?i a/rdfs:subClassOf* ?above }}
            }}""",
        )
        for subject in sorted(taken):
            for quad in statements.match(Iri(subject)):
                told = quad.object
                if isinstance(told, Literal):
                    told = literals.original(told)
                if not store.ask(f"ASK {{ {quad.subject} {quad.predicate} {told} }}"):
                    raise RefusedError(
                        f"the record says something new about {names.shorten(subject)}, "
                        f"which it does not own: {names.shorten(quad.predicate.value)}",
                        hint="Leave the statement out; what is known of it comes from the graph",
                    )
