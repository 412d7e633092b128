"""The triple store: the only module that knows the engine (Oxigraph).

A store holds named graphs. Its default graph is a real graph of its own, filled by
:mod:`partnergraph.load` with a copy of the public graphs, so that a plain query sees
each public triple once and sees nothing else.
"""

import contextlib
import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import pyoxigraph as engine
from pyoxigraph import BlankNode, Literal, Quad, Triple
from pyoxigraph import NamedNode as Iri

from partnergraph.counting import RowCounter, counted, fit_for_xml, unfit_for_xml
from partnergraph.errors import (
    NotAcceptableError,
    QuerySyntaxError,
    StoreError,
    UnreadableInputError,
    UsageError,
    Where,
)

__all__ = [
    "GRAPH_FORMATS",
    "RESULT_FORMATS",
    "BlankNode",
    "Iri",
    "Literal",
    "Node",
    "Quad",
    "Store",
    "Term",
    "Triple",
    "canonical",
    "parse",
    "parse_from",
    "serialize",
    "stored",
    "write_graph",
]

Term = Iri | BlankNode | Literal
Node = Iri | BlankNode
Row = dict[str, Term]

RESULT_FORMATS: dict[str, tuple[str, engine.QueryResultsFormat]] = {
    "json": ("application/sparql-results+json", engine.QueryResultsFormat.JSON),
    "xml": ("application/sparql-results+xml", engine.QueryResultsFormat.XML),
    "csv": ("text/csv", engine.QueryResultsFormat.CSV),
    "tsv": ("text/tab-separated-values", engine.QueryResultsFormat.TSV),
}
GRAPH_FORMATS: dict[str, tuple[str, engine.RdfFormat]] = {
    "turtle": ("text/turtle", engine.RdfFormat.TURTLE),
    "ntriples": ("application/n-triples", engine.RdfFormat.N_TRIPLES),
    "nquads": ("application/n-quads", engine.RdfFormat.N_QUADS),
    "trig": ("application/trig", engine.RdfFormat.TRIG),
    "jsonld": ("application/ld+json", engine.RdfFormat.JSON_LD),
    "rdfxml": ("application/rdf+xml", engine.RdfFormat.RDF_XML),
}


_ANY = Iri("urn:any")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")

_CLASS = re.compile(r"\[[^\[\]]*\]")
_POSITION = re.compile(
    r"(?:line |error at )(\d+)(?: column |:| between columns )(\d+)(?: and \d+)?"
)


def _place(error: BaseException, file: str | None = None) -> tuple[Where, str]:
    """Return where the engine's message says something is wrong, and the rest of the message."""
    text = str(error.args[0] if error.args else error)
    if match := _POSITION.search(text):
        rest = text[match.end() :].strip(" :")
        return Where(file, int(match[1]), int(match[2])), _readable(rest)
    return Where(file), text


def _readable(message: str) -> str:
    """Return the engine's message with words and marks only, without its classes of characters."""
    if not message.startswith("expected one of "):
        return message
    listed = re.findall(r'"(?:[^"\\]|\\.)+"|\b[A-Z][A-Za-z ]+\b', _CLASS.sub("", message))
    return f"expected one of {', '.join(listed)}" if listed else "expected something else"


def parse(
    content: bytes,
    format_: str,
    file: str = "",
    base: str | None = None,
    *,
    rename: bool = False,
) -> list[Quad]:
    """Parse RDF whole, without touching network or disk.

    Args:
        content: the document.
        format_: a key of :data:`GRAPH_FORMATS`.
        file: the name to give in error messages.
        base: IRI that relative IRIs are resolved against.
        rename: give blank nodes names that no other document has.

    Raises:
        UnreadableInputError: with file, line and column of the first mistake.
    """
    return list(parse_from(io.BytesIO(content), format_, file, base, rename=rename))


def parse_from(
    source: IO[bytes],
    format_: str,
    file: str = "",
    base: str | None = None,
    *,
    rename: bool = False,
) -> Iterator[Quad]:
    """Yield what a file says as it is read, without keeping it.

    Args:
        source: the open file.
        format_: a key of :data:`GRAPH_FORMATS`.
        file: the name to give in error messages.
        base: IRI that relative IRIs are resolved against.
        rename: give blank nodes names that no other document has.

    Raises:
        UnreadableInputError: with file, line and column of the first mistake.
    """
    rdf = GRAPH_FORMATS[format_][1]
    try:
        yield from engine.parse(source, format=rdf, base_iri=base, rename_blank_nodes=rename)
    except (SyntaxError, ValueError) as error:
        where, message = _place(error, file or None)
        hint = ""
        if "LoadDocumentCallback" in message:
            message = "the JSON-LD names a context at an address, and none is fetched"
            hint = "Put the context into the document"
        raise UnreadableInputError(message, where=where, hint=hint) from error


def serialize(quads: Iterable[Quad], format_: str, prefixes: dict[str, str] | None = None) -> bytes:
    """Write quads in the order given; a format for one graph drops the graph names."""
    rdf = GRAPH_FORMATS[format_][1]
    items: Iterable[Any] = quads if rdf.supports_datasets else (q.triple for q in quads)
    return engine.serialize(items, format=rdf, prefixes=prefixes) or b""


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads with canonical blank-node names (RDFC-1.0), sorted by their N-Quads lines."""
    dataset = engine.Dataset(quads)
    dataset.canonicalize(engine.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def stored(literal: Literal) -> Literal:
    """Return what a store makes of a literal: it keeps the value, not always the text."""
    inner = engine.Store()
    inner.add(Quad(_ANY, _ANY, literal))
    found = next(iter(inner)).object
    assert isinstance(found, Literal)
    return found


def write_graph(
    triples: Iterable[Any],
    format_: str,
    output: IO[bytes],
    prefixes: dict[str, str] | None = None,
) -> None:
    """Write triples as they come.

    Raises:
        NotAcceptableError: RDF/XML cannot hold one of them.
    """
    if format_ == "rdfxml":
        triples = _fit(triples)
    engine.serialize(triples, output, format=GRAPH_FORMATS[format_][1], prefixes=prefixes)


def _fit(triples: Iterable[Any]) -> Iterator[Any]:
    for triple in triples:
        text = triple.object.value if isinstance(triple.object, Literal) else ""
        if not fit_for_xml(triple.predicate.value, text):
            raise unfit_for_xml()
        yield triple


def _write_cells(
    found: engine.QuerySolutions,
    format_: str,
    output: IO[bytes],
    rows_at_most: int,
    harmless: Callable[[str], str],
) -> None:
    """Write a table, each cell's text as ``harmless`` leaves it."""
    names = [variable.value for variable in found.variables]
    solutions = counted(found, rows_at_most)
    text = io.TextIOWrapper(output, encoding="utf-8", newline="", write_through=True)
    if format_ == "csv":
        rows = csv.writer(text)
        rows.writerow(names)
        for row in solutions:
            rows.writerow([harmless(_plain(row[name])) for name in names])
    else:
        text.write("\t".join(f"?{name}" for name in names) + "\n")
        for row in solutions:
            text.write("\t".join(_turtle(row[name], harmless) for name in names) + "\n")
    text.flush()
    text.detach()


def _plain(term: Any) -> str:
    return "" if term is None else str(term) if isinstance(term, BlankNode) else term.value


def harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _turtle(term: Any, harmless: Callable[[str], str]) -> str:
    if isinstance(term, Literal) and (safe := harmless(term.value)) != term.value:
        term = Literal(safe, language=term.language) if term.language else Literal(safe)
    return "" if term is None else str(term)


class Store:
    """Named graphs and a default graph, asked by SPARQL."""

    def __init__(self, inner: engine.Store) -> None:
        self._inner = inner

    @classmethod
    def in_memory(cls) -> "Store":
        """Return a new empty store that lives as long as the process."""
        return cls(engine.Store())

    @classmethod
    def open(cls, path: Path, *, writable: bool) -> "Store":
        """Open the store in a folder.

        Raises:
            StoreError: the folder holds no store, or one that is broken or in use.
        """
        try:
            inner = engine.Store(path) if writable else engine.Store.read_only(str(path))
        except OSError as error:
            raise StoreError(f"the store in {path} does not open: {error}") from error
        return cls(inner)

    def close(self) -> None:
        """Let go of the files; the store cannot be used afterwards.

        A writable store goes on tidying its files in the background until it is closed, so
        nobody may read them before.
        """
        del self._inner

    def copy_to(self, path: Path) -> None:
        """Write the state of a store on disk into a new folder, by hard links where it can."""
        self._inner.backup(path)

    def sync(self) -> None:
        """Return when everything written is on disk."""
        self._inner.flush()

    def __len__(self) -> int:
        return len(self._inner)

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, sorted."""
        return sorted(graph.value for graph in self._inner.named_graphs())

    def has_graph(self, graph: str) -> bool:
        """Say whether a named graph is there."""
        return self._inner.contains_named_graph(Iri(graph))

    def add(self, quads: Iterable[Quad]) -> None:
        """Add many quads, without a transaction."""
        self._inner.bulk_extend(quads)

    @contextlib.contextmanager
    def beside(self, quads: Iterable[Quad]) -> Iterator[None]:
        """Add quads for a while; those that were there before stay."""
        new = [quad for quad in dict.fromkeys(quads) if quad not in self._inner]
        try:
            self._inner.extend(new)
            yield
        finally:
            for quad in new:
                self._inner.remove(quad)

    def read(self, file: io.RawIOBase | BinaryIO, format_: str, name: str) -> None:
        """Read a file of RDF into the default graph, without a transaction.

        Args:
            file: the file, as bytes.
            format_: its format.
            name: what errors call it.

        Raises:
            UnreadableInputError: with file, line and column of the first mistake.
        """
        try:
            self._inner.bulk_load(input=file, format=GRAPH_FORMATS[format_][1])  # type: ignore[arg-type]
        except (SyntaxError, ValueError) as error:
            where, message = _place(error, name)
            raise UnreadableInputError(message, where=where) from error

    def drop(self, graph: str | None) -> None:
        """Empty and remove a named graph, or empty the default graph for ``None``."""
        if graph is None:
            self._inner.clear_graph(engine.DefaultGraph())
        else:
            self._inner.remove_graph(Iri(graph))

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """Yield the quads of a named graph, or of the default graph for ``None``."""
        name = engine.DefaultGraph() if graph is None else Iri(graph)
        return self._inner.quads_for_pattern(None, None, None, name)

    def match(
        self,
        subject: Node | None = None,
        predicate: Iri | None = None,
        object_: Term | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads of the default graph that have the terms given."""
        return self._inner.quads_for_pattern(subject, predicate, object_, engine.DefaultGraph())

    def all_named_quads(self) -> Iterator[Quad]:
        """Yield the quads of every named graph."""
        for quad in self._inner:
            if not isinstance(quad.graph_name, engine.DefaultGraph):
                yield quad

    def create(self, graph: str) -> None:
        """Make a named graph, empty unless it is there already."""
        self._inner.add_graph(Iri(graph))

    def lines(self, graph: str | None = None) -> bytes:
        """Return a graph as N-Triples; the same statements give the same bytes in any copy."""
        name = engine.DefaultGraph() if graph is None else Iri(graph)
        return self._inner.dump(format=engine.RdfFormat.N_TRIPLES, from_graph=name) or b""

    def update(self, text: str) -> None:
        """Run a SPARQL update of our own in one transaction."""
        self._inner.update(text)

    def user_update(self, text: str, base: str | None = None) -> None:
        """Run a SPARQL update of a user in one transaction.

        Raises:
            QuerySyntaxError: with line and column.
            UsageError: an operation failed, such as one on a graph that is not there.
        """
        try:
            self._inner.update(text, base_iri=base)
        except SyntaxError as error:
            where, message = _place(error)
            raise QuerySyntaxError(message, where=where) from error
        except (RuntimeError, OSError) as error:
            raise UsageError(f"the update failed: {error}") from error

    def select(self, query: str) -> list[Row]:
        """Run a SELECT query of our own; a variable without a value is left out of its row."""
        return list(self.bindings(query))

    def bindings(self, query: str) -> Iterator[Row]:
        """Yield the rows of a SELECT query of our own as they are found."""
        solutions = self._query(query)
        assert isinstance(solutions, engine.QuerySolutions)
        variables = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: term for name in variables if (term := solution[name]) is not None}

    def check(self, query: str) -> None:
        """Check that the engine can read a query of our own.

        Raises:
            QuerySyntaxError: it cannot, with line and column.
        """
        self._query(query)

    def construct(self, query: str) -> list[Quad]:
        """Run a CONSTRUCT or DESCRIBE query of our own."""
        triples = self._query(query)
        assert isinstance(triples, engine.QueryTriples)
        return [Quad(*triple) for triple in triples]

    def ask(self, query: str) -> bool:
        """Run an ASK query of our own."""
        return bool(self._query(query))

    def answer(
        self,
        query: str,
        result_format: str,
        graph_format: str,
        output: IO[bytes],
        announce: Callable[[str], None],
        default_graphs: list[str] | None = None,
        named_graphs: list[str] | None = None,
        raw: bool = False,
        base: str | None = None,
        rows_at_most: int = sys.maxsize,
    ) -> None:
        """Run any query and write its answer as it is found.

        Args:
            query: SPARQL 1.1.
            result_format: key of :data:`RESULT_FORMATS`, used for SELECT and ASK.
            graph_format: key of :data:`GRAPH_FORMATS`, used for CONSTRUCT and DESCRIBE.
            output: receives the bytes.
            announce: called once with the media type, before the first byte.
            default_graphs: graphs that make up the default graph instead of the public ones.
            named_graphs: graphs that ``GRAPH`` may reach, where not all.
            raw: leave cells of CSV and TSV as they are; otherwise a cell that a spreadsheet
                would run as a formula gets an apostrophe in front.
            base: IRI that relative IRIs are resolved against.
            rows_at_most: how many rows or statements the answer may have.

        Raises:
            QuerySyntaxError: with line and column.
            NotAcceptableError: an ASK query and a format for tables, or what XML cannot hold.
            LimitError: the answer has too many rows.
        """
        found = self._query(query, default_graphs, named_graphs, base)
        if isinstance(found, engine.QueryTriples):
            announce(GRAPH_FORMATS[graph_format][0])
            write_graph(counted(found, rows_at_most), graph_format, output)
            return
        media, results = RESULT_FORMATS[result_format]
        if isinstance(found, engine.QueryBoolean) and result_format in {"csv", "tsv"}:
            raise NotAcceptableError(
                f"a yes-or-no answer has no {result_format.upper()} form",
                hint="Ask for JSON or XML",
            )
        announce(media)
        if result_format in {"csv", "tsv"}:
            assert isinstance(found, engine.QuerySolutions)
            cells = str if raw else harmless
            _write_cells(found, result_format, output, rows_at_most, cells)
        else:
            counting = RowCounter(output, result_format, rows_at_most)
            found.serialize(cast(IO[bytes], counting), format=results)

    def _query(
        self,
        query: str,
        default: list[str] | None = None,
        named: list[str] | None = None,
        base: str | None = None,
    ) -> engine.QuerySolutions | engine.QueryBoolean | engine.QueryTriples:
        # A dataset of the protocol replaces the store's: what it does not name is not there.
        chosen: dict[str, Any] = {}
        if default or named:
            chosen = {
                "default_graph": [Iri(g) for g in default or []],
                "named_graphs": [Iri(g) for g in named or []],
            }
        try:
            return self._inner.query(query, base_iri=base, **chosen)
        except SyntaxError as error:
            where, message = _place(error)
            raise QuerySyntaxError(message, where=where) from error
