"""A few child processes that handle queries and records of strangers, and the limits on them.

A job that runs past its time, needs too much memory, or crashes its process costs that job
only: the process is killed, another takes its place at the next job.
"""

import contextlib
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

from partnergraph import errors
from partnergraph.errors import FaultError, LimitError, PartnergraphError, Where
from partnergraph.settings import MIB, Settings


class Ticket:
    """The way to stop a job from another thread, whether it waits, works or answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.stopped = False

    def hold(self, process: subprocess.Popen[bytes]) -> None:
        """Say which process does the job."""
        with self._lock:
            self._process = process
            if self.stopped:
                process.kill()

    def release(self) -> None:
        """Say that the process is free for another job."""
        with self._lock:
            self._process = None

    def stop(self) -> None:
        """Kill the process that does the job, if one does."""
        with self._lock:
            self.stopped = True
            if self._process:
                self._process.kill()


@dataclass(frozen=True)
class Job:
    """Work for a child: its kind, what it needs to know, its bytes, and its longest time."""

    kind: str
    about: dict[str, object]
    body: bytes
    seconds: float
    ticket: Ticket = field(default_factory=Ticket)


class Answer:
    """What a child says to a job: first what it is, then its pieces."""

    def __init__(self, about: dict[str, Any], pieces: Iterator[bytes]) -> None:
        self.about = about
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


class _Child:
    """One process with its pipes."""

    def __init__(self) -> None:
        # Only what a child needs of the environment: no proxy, no credential.
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "PYTHONPATH", "LANG", "HOME"}}
        # Each arena of the allocator reserves 64 MiB that would count against the limit.
        kept["MALLOC_ARENA_MAX"] = "2"
        self.process = subprocess.Popen(
            # -P: a module in the working folder must not pass for one of ours.
            [sys.executable, "-P", "-m", "partnergraph.child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
        )
        assert self.process.stdin and self.process.stdout
        self._in: IO[bytes] = self.process.stdin
        self._out: IO[bytes] = self.process.stdout
        self.greeting: dict[str, bool] | None = None

    def greet(self) -> bool:
        """Wait until the process is there; say whether it is without network."""
        if self.greeting is None:
            _, content = self.frame()
            self.greeting = json.loads(content)
        return bool(self.greeting["isolated"])

    def start(self, job: Job, limits: Settings) -> None:
        self.greet()
        header = {
            **job.about,
            "kind": job.kind,
            "length": len(job.body),
            "seconds": job.seconds,
            "memory_bytes": limits.query_mib * MIB,
            "answer_bytes": limits.result_mib * MIB,
            "answer_rows": limits.result_rows,
        }
        self._in.write(json.dumps(header).encode() + b"\n" + job.body)
        self._in.flush()

    def frame(self) -> tuple[bytes, bytes]:
        """Return the next letter and its content.

        Raises:
            EOFError: the process has ended.
        """
        head = self._out.read(5)
        if len(head) < 5:
            raise EOFError
        (length,) = struct.unpack(">I", head[1:])
        content = self._out.read(length)
        if len(content) < length:
            raise EOFError
        return head[:1], content

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._in.close()
        self._out.close()


class Pool:
    """At most ``parallel_queries`` children, made when first needed and kept."""

    def __init__(self, limits: Settings) -> None:
        self._limits = limits
        self._places: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(limits.parallel_queries):
            self._places.put(None)
        self._running: set[Ticket] = set()
        # A child dies with the thread that made it, as Linux has it, so one thread that
        # lives as long as the pool makes them all.
        self._nursery = ThreadPoolExecutor(1, thread_name_prefix="nursery")
        self._closed = False
        self.isolated: bool | None = None
        """Whether children are without network; None until the first one greeted."""

    def _new_child(self) -> _Child:
        return self._nursery.submit(_Child).result()

    def warm(self) -> None:
        """Start one child ahead of the first job."""
        child = self._places.get() or self._new_child()
        self.isolated = child.greet()
        self._places.put(child)

    @property
    def free(self) -> int:
        """How many places are free."""
        return self._places.qsize()

    def pids(self) -> list[int]:
        """Return the process ids of the children that wait for work."""
        return [child.process.pid for child in list(self._places.queue) if child]

    def close(self) -> None:
        """Kill every child; a job that still runs loses its own."""
        self._closed = True
        for ticket in list(self._running):
            ticket.stop()
        for _ in range(self._limits.parallel_queries):
            with contextlib.suppress(queue.Empty):
                if child := self._places.get_nowait():
                    child.kill()
        self._nursery.shutdown(wait=False)

    def run(self, job: Job) -> Answer:
        """Hand a job to a child and return its answer when that begins.

        Raises:
            LimitError: no place was free in time, or a limit ended the job before it answered.
            PartnergraphError: whatever the job raised.
        """
        try:
            child = self._places.get(timeout=self._limits.waiting_seconds)
        except queue.Empty:
            raise LimitError(
                f"{self._limits.parallel_queries} queries are running already, and none ended in "
                f"{self._limits.waiting_seconds:g} s",
                hint="Try again a little later",
            ) from None
        frames = self._frames(child, job)
        try:
            about = json.loads(next(frames))
        except BaseException:
            frames.close()
            raise
        return Answer(about, frames)

    def _frames(self, child: _Child | None, job: Job) -> Generator[bytes]:
        """Yield the header of the answer and then its pieces; give the place back at the end."""
        overdue = threading.Event()
        begun = time.monotonic()
        alive: _Child | None = child if child and child.process.poll() is None else None
        if child and not alive:
            child.kill()
        child = alive or self._new_child()
        self._running.add(job.ticket)
        job.ticket.hold(child.process)

        def stop(it: _Child = child) -> None:
            overdue.set()
            it.process.kill()

        timer = threading.Timer(job.seconds, stop)
        timer.daemon = True
        timer.start()
        done = False
        try:
            child.start(job, self._limits)
            self.isolated = child.greet()
            while True:
                letter, content = child.frame()
                if letter in {b"H", b"D"}:
                    yield content
                    continue
                done = True
                if letter == b"E":
                    raise _unpack(content)
                return
        except (EOFError, BrokenPipeError):
            raise _why(child, job, overdue.is_set(), time.monotonic() - begun) from None
        finally:
            timer.cancel()
            job.ticket.release()
            self._running.discard(job.ticket)
            if not done or overdue.is_set() or job.ticket.stopped or self._closed:
                child.kill()
                child = None
            self._places.put(child)


def _unpack(content: bytes) -> PartnergraphError:
    fields = json.loads(content)
    kind = getattr(errors, fields["kind"])
    error: PartnergraphError = kind(
        fields["detail"], where=Where(**fields["where"]), hint=fields["hint"]
    )
    return error


def _why(child: _Child, job: Job, overdue: bool, seconds: float) -> PartnergraphError:
    """Return the error that tells why a child ended in the middle of a job."""
    code = child.process.wait()
    if overdue or code == -signal.SIGXCPU:
        return LimitError(
            f"the {job.kind} ran longer than {job.seconds:g} s and was stopped",
            hint="Ask for less, for instance with LIMIT or fewer patterns",
        )
    if code in {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV, -signal.SIGBUS}:
        return LimitError(
            f"the {job.kind} needed more memory or depth than it may use and was stopped "
            f"after {seconds:.1f} s",
            hint="Ask for less, or nest it less",
        )
    return FaultError(f"the process that handled the {job.kind} ended with code {code}")
