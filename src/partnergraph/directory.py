"""A store on disk as a row of generations: one process writes, any number read.

::

    STORE/lock               held by the writer; names it
    STORE/current            the name of the generation that counts
    STORE/generations/0007/  a store that nobody ever changes again

A commit copies the current generation (hard links, a few milliseconds), changes the copy,
waits until it is on disk, and only then renames ``current``. So a reader never sees half a
write, a killed writer leaves the previous state, and no reader has a live writer beside it.
"""

import contextlib
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from partnergraph.errors import StoreError
from partnergraph.store import Store


class StoreDirectory:
    """The folder of a store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._generations = path / "generations"
        self._current = path / "current"
        self._lock: int | None = None

    def exists(self) -> bool:
        """Say whether a store was ever committed here."""
        return self._current.is_file()

    def current(self) -> Path:
        """Return the folder of the generation that counts.

        Raises:
            StoreError: there is no store here.
        """
        try:
            name = self._current.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise StoreError(
                f"there is no store in {self.path}", hint="Make one with: partnergraph load"
            ) from None
        return self._generations / name

    @contextlib.contextmanager
    def reading(self) -> Iterator[Path]:
        """Hold the current generation, so that no writer removes it meanwhile."""
        while True:
            folder = self.current()
            try:
                held = os.open(folder, os.O_RDONLY)
            except FileNotFoundError:
                continue  # a writer replaced and removed it between the two lines above
            try:
                fcntl.flock(held, fcntl.LOCK_SH)
                if folder.is_dir():
                    yield folder
                    return
            finally:
                os.close(held)

    @contextlib.contextmanager
    def writing(self, purpose: str, url: str = "") -> Iterator[None]:
        """Be the one writer.

        Args:
            purpose: what to tell a second writer, such as ``partnergraph serve``.
            url: where a second writer can reach this one instead.

        Raises:
            StoreError: another process is the writer; it is named.
        """
        try:
            self._generations.mkdir(parents=True, exist_ok=True)
            held = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(
                f"the folder {self.path} cannot be written: {error.strerror}"
            ) from error
        try:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._held_by(os.read(held, 4096)) from None
            os.ftruncate(held, 0)
            os.pwrite(
                held, json.dumps({"pid": os.getpid(), "what": purpose, "url": url}).encode(), 0
            )
            self._lock = held
            self._remove_leftovers()
            yield
        finally:
            self._lock = None
            os.close(held)

    def _held_by(self, note: bytes) -> StoreError:
        try:
            holder = json.loads(note)
            who = f"{holder['what']} (process {holder['pid']})"
            url = holder["url"]
        except (ValueError, KeyError, TypeError):
            who, url = "another process", ""
        hint = f"Use --store {url}" if url else "Wait until it is done"
        return StoreError(f"{who} is writing to the store in {self.path}", hint=hint)

    @property
    def is_writer(self) -> bool:
        """Whether this process is the one that may commit."""
        return self._lock is not None

    @contextlib.contextmanager
    def commit(self) -> Iterator[Store]:
        """Give a store to change; it becomes the current generation when the block ends well.

        Raises:
            StoreError: this process is not the writer.
        """
        with self.draft() as fresh:
            store = Store.open(fresh, writable=True)
            try:
                yield store
                store.sync()
            finally:
                # An open store goes on tidying its files, also where the folder is to be removed.
                store.close()

    @contextlib.contextmanager
    def draft(self) -> Iterator[Path]:
        """Give the folder of a copy; it becomes the current generation when the block ends well.

        Whoever changes the copy, here or in another process, brings it to disk and closes it.

        Raises:
            StoreError: this process is not the writer.
        """
        if self._lock is None:
            raise StoreError("only the writer can commit")
        number = 1 + max((int(p.name) for p in self._generations.glob("[0-9]*")), default=0)
        fresh = self._generations / f"{number:04d}"
        store: Store | None = None
        try:
            if self.exists():
                previous = Store.open(self.current(), writable=False)
                previous.copy_to(fresh)
                previous.close()
            yield fresh
        except BaseException:
            # Closed first, or it would go on writing files into the folder that is removed.
            if store:
                store.close()
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        self._switch(fresh.name)
        self._remove_leftovers()

    def _switch(self, name: str) -> None:
        for folder in (self._generations / name, self._generations):
            _sync(folder)
        draft = self.path / "current.new"
        draft.write_text(name, encoding="ascii")
        _sync(draft)
        draft.replace(self._current)
        _sync(self.path)

    def _remove_leftovers(self) -> None:
        """Remove every generation but the current one and those that a reader holds."""
        kept = self.current().name if self.exists() else ""
        for folder in self._generations.iterdir():
            if folder.name == kept:
                continue
            held = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            else:
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError:  # a file system that cannot sync a folder
        if sys.platform == "linux":
            raise
    finally:
        os.close(opened)
