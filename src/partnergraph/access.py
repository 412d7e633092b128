"""How everybody reads a store on disk: our own look-ups here, strangers' queries in children."""

import contextlib
import datetime
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from partnergraph import sparql, updates
from partnergraph.directory import StoreDirectory
from partnergraph.errors import LimitError, RefusedError
from partnergraph.pool import Answer, Job, Pool, Ticket
from partnergraph.report import Engine, Report
from partnergraph.settings import Settings
from partnergraph.store import Store

if TYPE_CHECKING:
    from partnergraph.explain import Explained

KIB = 1024
Source = tuple[str, bytes]
"""The name and the bytes of a file."""


class Access:
    """Reads the generation of a store that is current when a request comes in."""

    def __init__(self, directory: StoreDirectory, limits: Settings) -> None:
        self.directory = directory
        self.limits = limits
        self.pool = Pool(limits)
        self._holds = [contextlib.ExitStack()]
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._seals: tuple[str, dict[str, str] | None] = ("", None)
        self._path: Path | None = None
        self._store: Store | None = None

    def close(self) -> None:
        """Stop the children and let go of the store."""
        self.pool.close()
        self._store = None
        for hold in self._holds:
            hold.close()

    def _renew(self) -> tuple[Path, Store]:
        """Return the current generation; whoever committed before now sees its own write."""
        with self._lock:
            if self._store is None or self._path != self.directory.current():
                hold = contextlib.ExitStack()
                path = hold.enter_context(self.directory.reading())
                store = Store.open(path, writable=False)
                # The one before is held on to: a child may be about to open it.
                self._holds.append(hold)
                while len(self._holds) > 2:
                    self._holds.pop(0).close()
                self._path, self._store = path, store
            assert self._path
            return self._path, self._store

    @property
    def store(self) -> Store:
        """The current generation, for look-ups of our own that are known to be quick."""
        return self._renew()[1]

    @property
    def version(self) -> str:
        """The name of the current generation."""
        return self._renew()[0].name

    def query(
        self,
        query: str,
        *,
        result_format: str = "json",
        graph_format: str = "turtle",
        default_graphs: tuple[str, ...] = (),
        named_graphs: tuple[str, ...] = (),
        raw: bool = False,
        base: str = "",
        ticket: Ticket | None = None,
    ) -> Answer:
        """Answer a query in a child.

        Raises:
            PartnergraphError: refused by the guard, wrong syntax, or stopped at a limit.
        """
        sparql.guard(query, max_bytes=self.limits.query_kib * KIB)
        path, _ = self._renew()
        about = {
            "path": str(path),
            "result_format": result_format,
            "graph_format": graph_format,
            "default_graphs": default_graphs,
            "named_graphs": named_graphs,
            "raw": raw,
            "base": base,
        }
        seconds = self.limits.query_seconds
        return self.pool.run(Job("query", about, query.encode(), seconds, ticket or Ticket()))

    def graph(self, graph: str, graph_format: str, ticket: Ticket | None = None) -> Answer:
        """Write a named graph, or the default graph for an empty name, in a child.

        Raises:
            PartnergraphError: there is none of that name, or a limit stopped it.
        """
        path, _ = self._renew()
        about: dict[str, object] = {"path": str(path), "format": graph_format}
        seconds = self.limits.query_seconds
        return self.pool.run(Job("graph", about, graph.encode(), seconds, ticket or Ticket()))

    def write(
        self,
        operation: str,
        values: dict[str, object],
        body: bytes = b"",
        ticket: Ticket | None = None,
    ) -> object:
        """Change graphs in a child, on a copy that then becomes the current generation.

        Args:
            operation: a key of :data:`partnergraph.graph_store.OPERATIONS`.
            values: its arguments, except those that the body holds.
            body: the text of an update, or documents one after the other.
            ticket: the way to stop it; the store is then as it was.

        Raises:
            RefusedError: the store is served read-only, or what would be written is not theirs.
            PartnergraphError: as the operation, or a limit stopped it.
        """
        if not self.directory.is_writer:
            raise RefusedError("the store is served read-only")
        if operation in {"update", "patch"}:
            updates.guard(body.decode(), max_bytes=self.limits.query_kib * KIB)
        ticket = ticket or Ticket()
        with self._writing:
            generation, seals = self._seals
            if generation != self.directory.current().name:
                seals = None
            if operation == "update":
                values = {**values, "seals": seals}
            with self.directory.draft() as path:
                about: dict[str, object] = {
                    "path": str(path),
                    "operation": operation,
                    "values": values,
                }
                job = Job("write", about, body, self.limits.query_seconds, ticket)
                told = json.loads(b"".join(self.pool.run(job)))
                if ticket.stopped:
                    raise LimitError("the request was stopped before it was committed")
            # No operation changes what is sealed, so the seals hold for the new generation.
            self._seals = (path.name, told if operation == "update" else seals)
            return told

    def rows(
        self, query: str, ticket: Ticket | None = None, **dataset: Any
    ) -> tuple[list[str], list[dict[str, dict[str, str]]]]:
        """Answer a SELECT or ASK query; return columns and rows, as SPARQL's JSON has them."""
        answer = json.loads(b"".join(self.query(query, ticket=ticket, **dataset)))
        if "boolean" in answer:
            text = "yes" if answer["boolean"] else "no"
            return ["answer"], [{"answer": {"type": "literal", "value": text}}]
        return answer["head"].get("vars", []), answer.get("results", {}).get("bindings", [])

    def validate(
        self,
        content: bytes | None,
        format_: str,
        file: str,
        rules: tuple[str, ...] = (),
        ticket: Ticket | None = None,
        *,
        norm: Source | None = None,
        on: datetime.date | None = None,
        engine: Engine = "compiled",
    ) -> Report:
        """Judge a record in a child.

        Args:
            content: the bytes of the record; None for the partnerships of our own graph.
            format_: a key of :data:`partnergraph.store.GRAPH_FORMATS`.
            file: its name, for messages.
            rules: the rules to judge by; empty for all.
            ticket: the way to stop it.
            norm: a version of the strategy other than ours.
            on: the day that rules about time take as today.
            engine: what judges.

        Raises:
            PartnergraphError: the record cannot be read, or a limit stopped the work.
        """
        about: dict[str, object] = {
            "format": format_,
            "file": file,
            "rules": rules,
            "engine": engine,
        }
        return Report.from_dict(self._judge("validate", about, content, ticket, norm, on))

    def explain(
        self,
        subject: str,
        detail: str,
        language: str,
        *,
        content: bytes | None = None,
        format_: str = "",
        ticket: Ticket | None = None,
        norm: Source | None = None,
        on: datetime.date | None = None,
    ) -> "Explained":
        """Explain a rule, a verdict, a criterion or a contribution in a child.

        Args:
            subject: a rule, a partnership of our graph, or the name of the file in ``content``.
            detail: a rule or an aim; empty for the subject as a whole.
            language: of the texts.
            content: the bytes of a record that is not in our graph; None for none.
            format_: the format of the content.
            ticket: the way to stop it.
            norm: a version of the strategy other than ours.
            on: the day that rules about time take as today.

        Raises:
            PartnergraphError: as :func:`partnergraph.explain.explain` and :meth:`validate`.
        """
        from partnergraph.forms.explained import read

        about: dict[str, object] = {
            "subject": subject,
            "detail": detail,
            "lang": language,
            "format": format_,
        }
        return read(self._judge("explain", about, content, ticket, norm, on))

    def run(
        self, kind: str, about: dict[str, object], seconds: float, ticket: Ticket | None = None
    ) -> Answer:
        """Have a child do some other work with our own graphs.

        Args:
            kind: of the work.
            about: what the child needs to know.
            seconds: how long it may take.
            ticket: the way to stop it.
        """
        path, _ = self._renew()
        about = {**about, "path": str(path)}
        return self.pool.run(Job(kind, about, b"", seconds, ticket or Ticket()))

    def _judge(
        self,
        kind: str,
        about: dict[str, object],
        content: bytes | None,
        ticket: Ticket | None,
        norm: Source | None,
        on: datetime.date | None,
    ) -> dict[str, Any]:
        path, _ = self._renew()
        about = {
            **about,
            "path": str(path),
            "own": content is None,
            "norm": norm and [norm[0], norm[1].decode(errors="surrogateescape")],
            "on": on and on.isoformat(),
        }
        answer = self.pool.run(
            Job(kind, about, content or b"", self.limits.validate_seconds, ticket or Ticket())
        )
        fields: dict[str, Any] = json.loads(b"".join(answer))
        return fields


@contextlib.contextmanager
def opened(path: Path, limits: Settings) -> Iterator[Access]:
    """Give access to the store in a folder.

    Raises:
        StoreError: there is none.
    """
    directory = StoreDirectory(path)
    directory.current()
    access = Access(directory, limits)
    try:
        yield access
    finally:
        access.close()
