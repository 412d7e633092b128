"""How everybody reads a store on disk: our own look-ups here, strangers' queries in children."""

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from partnergraph import sparql
from partnergraph.directory import StoreDirectory
from partnergraph.pool import Answer, Job, Pool, Ticket
from partnergraph.report import Report
from partnergraph.settings import Settings
from partnergraph.store import Store

KIB = 1024


class Access:
    """Reads the generation of a store that is current when a request comes in."""

    def __init__(self, directory: StoreDirectory, limits: Settings) -> None:
        self.directory = directory
        self.limits = limits
        self.pool = Pool(limits)
        self._holds = [contextlib.ExitStack()]
        self._lock = threading.Lock()
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
        }
        seconds = self.limits.query_seconds
        return self.pool.run(Job("query", about, query.encode(), seconds, ticket or Ticket()))

    def rows(
        self, query: str, ticket: Ticket | None = None
    ) -> tuple[list[str], list[dict[str, dict[str, str]]]]:
        """Answer a SELECT or ASK query; return columns and rows, as SPARQL's JSON has them."""
        answer = json.loads(b"".join(self.query(query, ticket=ticket)))
        if "boolean" in answer:
            text = "yes" if answer["boolean"] else "no"
            return ["answer"], [{"answer": {"type": "literal", "value": text}}]
        return answer["head"].get("vars", []), answer.get("results", {}).get("bindings", [])

    def validate(
        self,
        content: bytes,
        format_: str,
        file: str,
        rules: tuple[str, ...] = (),
        ticket: Ticket | None = None,
    ) -> Report:
        """Judge a record in a child, by all rules or by those named.

        Raises:
            PartnergraphError: the record cannot be read, or a limit stopped the work.
        """
        path, _ = self._renew()
        about: dict[str, object] = {
            "path": str(path),
            "format": format_,
            "file": file,
            "rules": rules,
        }
        answer = self.pool.run(
            Job("validate", about, content, self.limits.validate_seconds, ticket or Ticket())
        )
        fields: dict[str, Any] = json.loads(b"".join(answer))
        return Report.from_dict(fields)


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
