"""Judging a large file: put into a store of its own, then judged in parts by several children.

The file is read and judged in children only; here their answers are put in order and written as
they come, and what is kept of them is counted, so that memory does not grow with the file.
"""

import datetime
import json
import math
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from partnergraph.access import Access, Source
from partnergraph.forms.stream import Stream
from partnergraph.pool import Ticket
from partnergraph.report import Basis, Engine, Report
from partnergraph.settings import MIB

RECORDS = 64
"""Partnership records in a part."""
STRAYS = 5000
"""Nodes in a part of those that belong to no record."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Asked:
    """What is asked about files."""

    rules: tuple[str, ...] = ()
    norm: Source | None = None
    on: datetime.date | None = None
    engine: Engine = "compiled"
    public: bool = False
    form: str = "text"
    language: str = "en"
    failing: tuple[str, ...] = ("Violation",)


def judge(
    access: Access,
    files: Iterable[tuple[Path, str]],
    asked: Asked,
    output: Callable[[bytes], object],
    progress: Progress = lambda *_: None,
) -> bool:
    """Judge files in parts, and write the reports; say whether a record fails.

    Args:
        access: our own graphs.
        files: each with its format.
        asked: what is asked.
        output: takes the bytes of the reports.
        progress: told how far the work is.

    Raises:
        PartnergraphError: a file cannot be read or judged in parts, or a limit was reached.
    """
    on = asked.on or datetime.datetime.now(datetime.UTC).date()
    stream = Stream(asked.form, asked.language)
    fails = False
    # Nothing is written before the first file is found to be one that can be judged.
    pending = [stream.begin()]
    for file, format_ in files:
        with tempfile.TemporaryDirectory(prefix="partnergraph-") as folder:
            run = _Run(access, file, format_, Path(folder), replace(asked, on=on), stream)
            for made in run.pieces(progress):
                pending.append(made)
                while pending:
                    output(pending.pop(0))
            fails = fails or run.fails
    output(stream.end())
    return fails


class _Run:
    """The judging of one file."""

    def __init__(
        self,
        access: Access,
        file: Path,
        format_: str,
        folder: Path,
        asked: Asked,
        stream: Stream,
    ) -> None:
        self._access = access
        self._stream = stream
        self._folder = folder
        self._tickets: list[Ticket] = []
        assert asked.on
        self._about: dict[str, object] = {
            "folder": str(folder),
            "file": str(file),
            "source": str(file.absolute()),
            "format": format_,
            "mapped_bytes": file.stat().st_size,
            "rules": asked.rules,
            "norm": asked.norm and [asked.norm[0], asked.norm[1].decode(errors="surrogateescape")],
            "on": asked.on.isoformat(),
            "engine": asked.engine,
            "public": asked.public,
            "form": asked.form,
            "lang": asked.language,
            "failing": asked.failing,
        }
        self._size = file.stat().st_size
        self._total: Report | None = None
        self._outcomes: Counter[str] = Counter()
        self._belonging = 0
        self.fails = False

    def pieces(self, progress: Progress) -> Iterator[bytes]:
        """Yield the report, piece by piece."""
        limits = self._access.limits
        # A large file has the time of one validation for each part that would be a file.
        seconds = limits.validate_seconds * math.ceil(self._size / (limits.request_mib * MIB))
        staged: dict[str, Any] = {}
        for line in _lines(self._access.run("reading", self._about, seconds, self._ticket())):
            told = json.loads(line)
            if "read" in told:
                progress("reading", told["read"], self._size)
            else:
                staged = told
        records, nodes = staged["records"], staged["nodes"]
        parts = math.ceil(records / RECORDS)
        opened = False
        for done, made in self._parts("records", records, RECORDS):
            if not opened:
                assert self._total
                opened = True
                yield self._stream.open(self._whole(staged, parts))
            progress("judging", min(done * RECORDS, records), records)
            yield self._stream.add(made)
        yield self._stream.strays()
        if self._belonging < nodes:
            found = json.loads(b"".join(self._access.run("strays", self._about, seconds)))
            for _, made in self._parts("strays", found, STRAYS):
                yield self._stream.add(made)
        yield self._stream.close(self._whole(staged, parts), self._outcomes)

    def _ticket(self) -> Ticket:
        self._tickets.append(Ticket())
        return self._tickets[-1]

    def _parts(self, kind: str, number: int, size: int) -> Iterator[tuple[int, bytes]]:
        """Judge parts in several children at once; yield what they made, in order."""
        workers = self._access.limits.parallel_queries
        waiting: deque[Future[tuple[Report, dict[str, int], bytes]]] = deque()
        done = 0
        executor = ThreadPoolExecutor(workers)
        try:
            starts = iter(range(0, number, size))
            while True:
                while len(waiting) < 2 * workers and (start := next(starts, None)) is not None:
                    stop = min(start + size, number)
                    waiting.append(executor.submit(self._part, kind, start, stop))
                if not waiting:
                    break
                report, told, made = waiting.popleft().result()
                self._count(report, told)
                done += 1
                yield done, made
        finally:
            for ticket in self._tickets:
                ticket.stop()
            executor.shutdown(cancel_futures=True)

    def _part(self, kind: str, start: int, stop: int) -> tuple[Report, dict[str, int], bytes]:
        about = {**self._about, "of": kind, "start": start, "stop": stop}
        ticket = self._ticket()
        try:
            answer = self._access.run("part", about, self._access.limits.validate_seconds, ticket)
            made = b"".join(answer)
        finally:
            self._tickets.remove(ticket)
        fields = answer.about
        return Report.from_dict(fields["report"]), fields["told"], made

    def _count(self, report: Report, told: dict[str, int]) -> None:
        self._belonging += told.pop("nodes")
        self.fails = bool(told.pop("fails")) or self.fails
        self._outcomes.update(told)
        total = self._total
        if total is None:
            self._total = report
            return
        self._total = replace(
            total,
            statements=total.statements + report.statements,
            typed=total.typed + report.typed,
            focus_nodes={
                rule: n + report.focus_nodes[rule] for rule, n in total.focus_nodes.items()
            },
            unseen=(*total.unseen, *report.unseen),
            basis=replace(total.basis, left={**total.basis.left, **report.basis.left}),
        )

    def _whole(self, staged: dict[str, Any], parts: int) -> Report:
        """Return the report on the file as far as it is known, without what was written."""
        assert self._total
        basis: Basis = replace(
            self._total.basis,
            parts=parts,
            content="" if self._about["public"] else staged["digest"],
        )
        return replace(self._total, basis=basis, outdated=tuple(staged["outdated"]))


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines from pieces of any length."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
