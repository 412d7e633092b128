"""A large file in a store of its own, and the parts in which it is judged.

::

    FOLDER/store     the statements; literals that a store rewrites by their stand-ins
    FOLDER/records   the partnership records, one a line, in the order in which they are judged
    FOLDER/stood-in  empty; made when some literal has a stand-in
    FOLDER/strays    nodes that belong to no record, one a line; made when there are any

A node belongs to the first record that leads to it without passing another record. A part holds
what belongs to some records and, beside it, what the file says of the things that rules look at
from there: what :mod:`partnergraph.reach` follows, who bears the same name, who leads.
"""

import hashlib
import itertools
import mmap
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, cast

from partnergraph import intake, names, records
from partnergraph.errors import (
    PartnergraphError,
    StoreError,
    UnreadableInputError,
    UnsupportedFormError,
)
from partnergraph.reach import Reach
from partnergraph.records import Record
from partnergraph.shacl import literals
from partnergraph.store import BlankNode, Iri, Literal, Node, Quad, Store, canonical, parse_from

FORMATS = ("ntriples", "nquads", "turtle", "trig")
"""The formats that can be read without keeping all of a file."""
_AT_ONCE = 200_000
"""How many statements are handed to the store together: more need more memory."""
_CACHED = 1 << 16
_TYPE = Iri(names.RDF + "type")
_LABEL = Iri(names.SKOS + "prefLabel")
_LEADS = Iri(names.NS + "leads")
_BESIDE = Iri("urn:partnergraph:beside")


@dataclass(frozen=True)
class Staged:
    """What is known of a file when it is in its store."""

    digest: str
    """SHA-256 of its bytes."""
    statements: int
    nodes: int
    """How many nodes it describes."""
    records: int
    outdated: tuple[str, ...]
    """What to write in place of each deprecated term that it uses."""


def stage(
    file: Path,
    format_: str,
    folder: Path,
    ours: Store,
    progress: Callable[[int], None] = lambda _: None,
    *,
    name: str = "",
) -> Staged:
    """Put a file into a store of its own, and refuse what records may not say.

    Args:
        file: the records.
        format_: one of :data:`FORMATS`.
        folder: an empty folder.
        ours: the graph that tells which terms and things are known.
        progress: told how many bytes have been read, now and then.
        name: the file's name, for messages.

    Raises:
        PartnergraphError: as :func:`partnergraph.records.read`.
    """
    name = name or str(file)
    try:
        return _stage(file, format_, folder, ours, progress, name)
    except PartnergraphError as error:
        if error.where.file is None:
            error.where = replace(error.where, file=name)
        raise
    except OSError as error:
        raise StoreError(
            f"the file cannot be put into a store in {folder.parent}: {error}",
            hint="A large file needs about as much room there; TMPDIR names another folder",
        ) from error


def _stage(
    file: Path,
    format_: str,
    folder: Path,
    ours: Store,
    progress: Callable[[int], None],
    name: str,
) -> Staged:
    if format_ not in FORMATS:
        raise UnsupportedFormError(
            f"a file in {format_} cannot be judged in parts",
            hint="Write it as N-Triples; judged in parts are: " + ", ".join(FORMATS),
        )
    store = Store.open(folder / "store", writable=True)
    try:
        with file.open("rb") as opened:
            if not opened.read(1):
                raise UnreadableInputError("the file is empty", hint="Nothing was checked")
            opened.seek(0)
            source = _Source(opened, progress)
            with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                intake.refuse_tricks(content, format_)
                base = records.base(name)
                stood_in = _load(store, parse_from(cast(IO[bytes], source), format_, name, base))
                if not len(store):
                    raise UnreadableInputError(
                        "the file holds no statement", hint="Nothing was checked"
                    )
                outdated = intake.check(store, content, ours)
        found = _records(store, records.kinds(ours))
        if not found:
            raise records.no_record()
        _write(folder / "records", found)
        if stood_in:
            (folder / "stood-in").touch()
        (row,) = store.select("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
        return Staged(
            digest=source.digest(),
            statements=len(store),
            nodes=int(row["n"].value),
            records=len(found),
            outdated=outdated,
        )
    finally:
        store.close()


class _Source:
    """A file that tells how much of it has been read, and the hash of that."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], None]) -> None:
        self._file = file
        self._progress = progress
        self._hash = hashlib.sha256()
        self._told = self._read = 0

    def read(self, most: int = -1) -> bytes:
        """Return the next bytes."""
        found = self._file.read(most)
        self._hash.update(found)
        self._read += len(found)
        if self._read - self._told >= 1 << 22 or not found:
            self._told = self._read
            self._progress(self._read)
        return found

    def digest(self) -> str:
        """Return the hash of what has been read."""
        return self._hash.hexdigest()


def _load(store: Store, quads: Iterator[Quad]) -> bool:
    """Put statements into the default graph, so that each comes out as it was written.

    Returns:
        Whether some literal has a stand-in.
    """
    reader = literals.Reader()
    read = reader.read(Quad(q.subject, q.predicate, q.object) for q in quads)
    for first in read:
        store.add(itertools.chain([first], itertools.islice(read, _AT_ONCE)))
    return reader.stood_in


def _records(store: Store, kinds: Iterable[str]) -> list[Node]:
    """Return the partnership records in order; those without a name first, by what they say."""
    values = " ".join(str(Iri(kind)) for kind in sorted(kinds))
    query = f"SELECT DISTINCT ?s {{ VALUES ?kind {{ {values} }} ?s {_TYPE} ?kind }}"
    found = {cast(Node, row["s"]): None for row in store.bindings(query)}
    return _in_order(store, found, found)


def _in_order(store: Store, nodes: Iterable[Node], records_: Container[Node]) -> list[Node]:
    """Return nodes by name; those without one come first, by what they say up to a record."""

    def content(node: Node) -> str:
        told: list[Quad] = []
        pending, seen = [node], {node}
        while pending:
            for quad in store.match(pending.pop()):
                told.append(quad)
                for below in _below([quad]):
                    if below not in seen and below not in records_:
                        seen.add(below)
                        pending.append(below)
        return hashlib.sha256("\n".join(map(str, canonical(told))).encode()).hexdigest()

    nodes = list(nodes)
    blank = [node for node in nodes if isinstance(node, BlankNode)]
    named = [node for node in nodes if isinstance(node, Iri)]
    return [*sorted(blank, key=content), *sorted(named, key=lambda node: node.value)]


def _below(quads: Iterable[Quad], properties: Container[str] | None = None) -> Iterator[Node]:
    """Yield the nodes that statements lead to, by some properties or by all."""
    for quad in quads:
        node = quad.object
        if isinstance(node, Iri | BlankNode) and (
            properties is None or quad.predicate.value in properties
        ):
            yield node


class Staging:
    """A file in its store, to be judged in parts.

    Args:
        folder: what :func:`stage` filled.
        file: its name, for messages.
        ours: our own graphs.
    """

    def __init__(self, folder: Path, file: str, ours: Store) -> None:
        self._folder = folder
        self._file = file
        self._store = Store.open(folder / "store", writable=False)
        self._kinds = records.kinds(ours)
        self._absent: set[Node] = set()
        self._first = lru_cache(_CACHED)(self._first_record)
        self._called = lru_cache(_CACHED)(self._named)

    @cached_property
    def _order(self) -> dict[Node, int]:
        return {node: n for n, node in enumerate(_nodes(self._folder / "records"))}

    @cached_property
    def stands_in(self) -> bool:
        """Whether the file has literals that a store rewrites."""
        return (self._folder / "stood-in").exists()

    def part(self, start: int, stop: int, reach: Reach) -> Record:
        """Return what belongs to some records, with what rules see beside it.

        Args:
            start: the place of the first in the order of records.
            stop: the place after the last.
            reach: how far the rules look.
        """
        told: dict[Node, list[Quad]] = {}
        for number, record in enumerate(itertools.islice(self._order, start, stop), start):
            pending: list[Node] = [record]
            while pending:
                node = pending.pop()
                if node in told:
                    continue
                quads = self._about(node)
                if not quads or (node != record and self._first(node) != number):
                    continue
                told[node] = quads
                pending += _below(quads)
        return self._with_context(told, reach)

    def strays(self) -> int:
        """Note the nodes that belong to no record; return how many there are."""
        found: dict[Node, None] = {}
        for quad in self._store.match():
            node = cast(Node, quad.subject)
            if node not in self._order and self._first(node) is None:
                found[node] = None
        nodes = _in_order(self._store, found, self._order)
        _write(self._folder / "strays", nodes)
        return len(found)

    def stray_part(self, start: int, stop: int, reach: Reach) -> Record:
        """Return some nodes that belong to no record, with what rules see beside them."""
        nodes = itertools.islice(_nodes(self._folder / "strays"), start, stop)
        return self._with_context({node: self._about(node) for node in nodes}, reach)

    def _about(self, node: Node) -> list[Quad]:
        if node in self._absent:
            return []
        found = [
            Quad(q.subject, q.predicate, literals.original(q.object))
            if isinstance(q.object, Literal)
            else q
            for q in self._store.match(node)
        ]
        if not found:
            # Most of these are concepts of ours, which each record mentions.
            if len(self._absent) == _CACHED:
                self._absent.clear()
            self._absent.add(node)
        return found

    def _first_record(self, node: Node) -> int | None:
        """Return the place of the record that a node belongs to; None for no record."""
        if node in self._order:
            return self._order[node]
        first: int | None = None
        pending, seen = [node], {node}
        while pending:
            for quad in self._store.match(None, None, pending.pop()):
                above = cast(Node, quad.subject)
                if above in seen:
                    continue
                seen.add(above)
                if (place := self._order.get(above)) is None:
                    pending.append(above)
                elif first is None or place < first:
                    first = place
        return first

    def _named(self, label: object) -> tuple[Node, ...]:
        """Return the records that bear a name."""
        if not isinstance(label, Literal):
            return ()
        kept = label if literals.kept(label) else literals.exact(label)
        found = (cast(Node, q.subject) for q in self._store.match(None, _LABEL, kept))
        return tuple(node for node in found if node in self._order)

    def _with_context(self, own: dict[Node, list[Quad]], reach: Reach) -> Record:
        beside = self._reached(own, reach)
        labels = {q.object for quads in own.values() for q in quads if q.predicate == _LABEL}
        for label in labels:
            for node in self._called(label):
                if node not in own and node not in beside:
                    told = self._about(node)
                    beside[node] = [q for q in told if q.predicate in (_LABEL, _TYPE)]
        for node in [*own, *beside]:
            if node in self._order:
                for lead in self._store.match(None, _LEADS, node):
                    leader = cast(Node, lead.subject)
                    if leader not in own and leader not in beside:
                        beside[leader] = self._about(leader)
        # Blank nodes get names that depend on nothing but what is said of them.
        quads = canonical(
            [
                *(q for told in own.values() for q in told),
                *(
                    Quad(q.subject, q.predicate, q.object, _BESIDE)
                    for told in beside.values()
                    for q in told
                ),
            ]
        )
        return Record(
            self._file,
            [q for q in quads if q.graph_name != _BESIDE],
            beside=[Quad(*q.triple) for q in quads if q.graph_name == _BESIDE],
        )

    def _reached(self, own: dict[Node, list[Quad]], reach: Reach) -> dict[Node, list[Quad]]:
        """Return what the file says of the things that rules look into from some nodes."""
        beside: dict[Node, list[Quad]] = {}
        frontier = set(_below((q for told in own.values() for q in told), reach.onward))
        for _ in range(reach.steps):
            found: list[Quad] = []
            pending = list(frontier)
            while pending:
                node = pending.pop()
                if node in own or node in beside:
                    continue
                if quads := self._about(node):
                    beside[node] = quads
                    found += quads
                    pending += _below(quads, reach.endless)
            frontier = set(_below(found, reach.onward))
        return beside


def _write(file: Path, nodes: Iterable[Node]) -> None:
    file.write_text("".join(f"{node}\n" for node in nodes), encoding="utf-8")


def _nodes(file: Path) -> Iterator[Node]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            text = line.removesuffix("\n")
            yield BlankNode(text[2:]) if text.startswith("_:") else Iri(text[1:-1])
