"""The process in which a stranger's query or record is handled; it may be killed at any time.

Run as ``python -m partnergraph.child`` by :mod:`partnergraph.pool`, never by hand. It reads
jobs from its standard input and writes frames to its standard output. A job is one line of
JSON followed by its bytes; a frame is a letter, a length and that many bytes:

``H``  what the answer is (JSON), before its first byte
``D``  a piece of the answer
``E``  the error the job ended with (JSON)
``.``  the job is done
"""

import datetime
import fcntl
import io
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from partnergraph import graph_store, mistakes, names, sparql
from partnergraph.errors import FaultError, LimitError, PartnergraphError, QuerySyntaxError
from partnergraph.store import GRAPH_FORMATS, Store, write_graph

if TYPE_CHECKING:
    from partnergraph import norms
    from partnergraph.parts import Staging
    from partnergraph.reach import Reach

_CLONE_NEWUSER, _CLONE_NEWNET, _PR_SET_PDEATHSIG = 0x10000000, 0x40000000, 1


def main() -> None:
    """Handle jobs until the parent closes the pipe."""
    parent = int(sys.argv[1])
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not end up among the frames
    isolated = _leave_the_world(parent)
    _send(answers, b"H", json.dumps({"isolated": isolated}).encode())
    while line := requests.readline():
        job = json.loads(line)
        body = requests.read(job["length"])
        frames = _Frames(answers, job["answer_bytes"])
        try:
            # What a store maps does not count against the job.
            store = _draft(job["path"]) if job["kind"] == "write" else _store(job["path"])
            _limit(job)
            _JOBS[job["kind"]](store, job, body, frames)
            frames.end(b".")
        except PartnergraphError as error:
            frames.end(b"E", _pack(error))
        except MemoryError:
            frames.end(b"E", _pack(LimitError("the work needed more memory than it may use")))
        except Exception as error:
            fault = FaultError(f"{type(error).__name__} while handling a {job['kind']}")
            frames.end(b"E", _pack(fault))
            raise


def _pack(error: PartnergraphError) -> bytes:
    fields = {
        "kind": type(error).__name__,
        "detail": error.detail,
        "hint": error.hint,
        "where": error.where.as_dict(),
    }
    return json.dumps(fields).encode()


def _send(answers: IO[bytes], letter: bytes, content: bytes) -> None:
    answers.write(letter + struct.pack(">I", len(content)) + content)
    answers.flush()


class _Frames(io.RawIOBase):
    """A file to write the answer to; it counts, and stops at the limit."""

    def __init__(self, answers: IO[bytes], most: int) -> None:
        self._answers = answers
        self._most = most
        self._pending = bytearray()
        self._total = 0
        self._about: dict[str, object] | None = None
        self._over = False

    def announce(self, about: dict[str, object]) -> None:
        """Say what the answer is; sent with its first piece, so that a limit before is told."""
        self._about = about

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, piece: Any) -> int:
        """Take a piece of the answer."""
        self._total += len(piece)
        if self._total > self._most:
            raise LimitError(
                f"the answer is longer than {self._most:,} bytes",
                hint="Ask for less with LIMIT, or for fewer columns",
            )
        self._pending += piece
        if len(self._pending) >= 65536:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        """Send what was taken so far."""
        if self._over:  # a writer around this file that is cleared away later flushes it again
            return
        if self._about is not None:
            _send(self._answers, b"H", json.dumps(self._about).encode())
            self._about = None
        if self._pending:
            _send(self._answers, b"D", bytes(self._pending))
            self._pending.clear()

    def end(self, letter: bytes, content: bytes = b"") -> None:
        """Send the last frame of the job; whatever comes later belongs to no job."""
        self._over = True
        _send(self._answers, letter, content)

    def say(self, fields: object) -> None:
        """Answer with one value, as JSON."""
        self.announce({})
        self.write(json.dumps(fields).encode())
        self.flush()


_open: dict[str, Any] = {}


def _store(path: str) -> Store:
    """Return the store in a folder, opened anew when it is another than last time."""
    if _open.get("path") != path:
        if _open:
            os.close(_open["held"])
        _open.clear()
        # Held while it is open here, so that no writer removes it under a long answer.
        held = os.open(path, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_SH)
        _open.update(path=path, held=held, store=Store.open(Path(path), writable=False))
    store: Store = _open["store"]
    return store


def _draft(path: str) -> Store:
    """Return a draft of a store, to be written."""
    return Store.open(Path(path), writable=True)


def _query(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    query = body.decode()
    if sparql.mentions_service(query):
        sparql.refuse_service(query)
    try:
        store.answer(
            query,
            job["result_format"],
            job["graph_format"],
            cast(IO[bytes], frames),
            lambda media: frames.announce({"media": media}),
            job["default_graphs"],
            job["named_graphs"],
            raw=job["raw"],
            base=job["base"] or None,
            rows_at_most=job["answer_rows"],
        )
    except QuerySyntaxError as error:
        raise mistakes.located(error, query, update=False) from error
    frames.flush()


def _graph(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    graph = body.decode()
    graph_store.must_exist(store, graph)
    frames.announce({"media": GRAPH_FORMATS[job["format"]][0]})
    prefixes = names.PREFIXES if job["format"] == "turtle" else None
    triples = (quad.triple for quad in store.quads(graph or None))
    write_graph(triples, job["format"], cast(IO[bytes], frames), prefixes)
    frames.flush()


def _write(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    values = dict(job["values"])
    if job["operation"] == "put":
        values["documents"] = _documents(values["documents"], body)
    elif job["operation"] in {"update", "patch"}:
        values["text"] = body.decode()
    try:
        told = graph_store.OPERATIONS[job["operation"]](store, **values)
        store.sync()
    except QuerySyntaxError as error:
        raise mistakes.located(error, body.decode(), update=True) from error
    finally:
        store.close()
    frames.say(told)


def _documents(listed: list[list[Any]], body: bytes) -> Iterator[graph_store.Document]:
    """Yield the documents that a body holds one after the other: length, format and name."""
    end = 0
    for length, format_, name in listed:
        yield graph_store.Document(body[end : end + length], format_, name)
        end += length


def _validate(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    from partnergraph import load, records, validation

    norm, on = _norm(job), _day(job)
    if job["own"]:
        report = load.own_report(store, norm, on=on, engine=job["engine"])
    else:
        record = records.read(body, job["format"], job["file"], store)
        report = validation.judge(
            store, record, job["rules"], norm=norm, on=on, engine=job["engine"]
        )
    frames.say(report.as_dict())


def _explain(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    from partnergraph import records
    from partnergraph.explain import explain

    record = None
    if not job["own"]:
        record = records.read(body, job["format"], job["subject"], store)
    explained = explain(
        store,
        job["subject"],
        job["detail"],
        language=job["lang"],
        record=record,
        norm=_norm(job),
        on=_day(job),
    )
    frames.say(asdict(explained))


def _reading(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    from partnergraph import parts

    frames.announce({})

    def say(**told: object) -> None:
        frames.write(json.dumps(told).encode() + b"\n")
        frames.flush()

    def progress(read: int) -> None:
        say(read=read)

    folder = Path(job["folder"])
    staged = parts.stage(
        Path(job["source"]), job["format"], folder, store, progress, name=job["file"]
    )
    say(**asdict(staged))


_staging: dict[str, Any] = {}


def _staged(store: Store, job: dict[str, Any]) -> "tuple[Staging, Reach]":
    """Return the large file in a folder, and how far the rules look."""
    if _staging.get("folder") != job["folder"]:
        from partnergraph import norms, parts, reach, sight

        norm = _norm(job) or norms.current()
        _staging.clear()
        _staging.update(
            folder=job["folder"],
            found=parts.Staging(Path(job["folder"]), job["file"], store),
            reach=reach.reach(norm, norm.choose(job["rules"]), sight.axioms(store)),
        )
    return _staging["found"], _staging["reach"]


def _strays(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    staging, _ = _staged(store, job)
    frames.announce({})
    frames.write(json.dumps(staging.strays()).encode())
    frames.flush()


def _part(store: Store, job: dict[str, Any], body: bytes, frames: _Frames) -> None:
    from dataclasses import replace

    from partnergraph import validation
    from partnergraph.forms import stream

    staging, reach = _staged(store, job)
    fetch = staging.part if job["of"] == "records" else staging.stray_part
    record = fetch(job["start"], job["stop"], reach)
    report = validation.judge(
        store,
        record,
        job["rules"],
        norm=_norm(job),
        on=_day(job),
        detailed=False,
        engine=job["engine"],
        exact=staging.stands_in,
    )
    told = (report.public() if job["public"] else report).apart(f"{job['of'][0]}{job['start']}-")
    frames.announce(
        {
            "report": replace(told, verdicts=(), loose=()).as_dict(),
            "told": {
                **stream.counted(told),
                "fails": told.fails(job["failing"]),
                "nodes": len({quad.subject for quad in record.quads}),
            },
        }
    )
    frames.write(stream.piece(told, job["form"], job["lang"]))
    frames.flush()


def _norm(job: dict[str, Any]) -> "norms.Norm | None":
    """Return the version of the strategy that a job names; None for ours."""
    return _revised(*job["norm"]) if job["norm"] else None


@lru_cache(1)
def _revised(file: str, text: str) -> "norms.Norm":
    from partnergraph import norms

    return norms.revised(norms.current(), text.encode(errors="surrogateescape"), file)


def _day(job: dict[str, Any]) -> datetime.date | None:
    return datetime.date.fromisoformat(job["on"]) if job["on"] else None


_JOBS: dict[str, Callable[[Store, dict[str, Any], bytes, _Frames], None]] = {
    "query": _query,
    "graph": _graph,
    "write": _write,
    "validate": _validate,
    "explain": _explain,
    "reading": _reading,
    "strays": _strays,
    "part": _part,
}


def _limit(job: dict[str, Any]) -> None:
    """Set the limits of the next job on processor time and memory."""
    spent = sum(os.times()[:2])
    seconds = int(spent + job["seconds"]) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    # A file that is looked at through a map needs addresses and no memory.
    most = _address_space() + job["memory_bytes"] + job.get("mapped_bytes", 0)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))


def _address_space() -> int:
    """Return the bytes of address space in use, which a mapped store and threads make large."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # not Linux
        return 1 << 30
    return pages * resource.getpagesize()


def _leave_the_world(parent: int) -> bool:
    """Die with the parent, dump no core, and drop the network; say whether the last worked."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a child ends
    if sys.platform != "linux":
        return False  # elsewhere the end of the pipe tells that the parent is gone
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    return bool(
        libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
    )


if __name__ == "__main__":
    main()
