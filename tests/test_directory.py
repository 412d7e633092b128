"""Stores on disk: one writer, readers that never see half a write, and what a kill leaves."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from partnergraph.directory import StoreDirectory
from partnergraph.errors import StoreError
from partnergraph.store import Iri, Literal, Quad, Store


def quads(*values: str) -> list[Quad]:
    return [Quad(Iri("http://x/s"), Iri("http://x/p"), Literal(value)) for value in values]


def values(directory: StoreDirectory) -> list[str]:
    with directory.reading() as path:
        return sorted(q.object.value for q in Store.open(path, writable=False).quads())  # type: ignore[union-attr]


@pytest.fixture
def directory(tmp_path: Path) -> StoreDirectory:
    made = StoreDirectory(tmp_path / "store")
    with made.writing("the tests"), made.commit() as store:
        store.add(quads("one"))
    return made


def test_a_commit_adds_to_what_was_there(directory: StoreDirectory) -> None:
    with directory.writing("the tests"), directory.commit() as store:
        store.add(quads("two"))
    assert values(directory) == ["one", "two"]


def test_a_failed_commit_leaves_the_previous_state(directory: StoreDirectory) -> None:
    with directory.writing("the tests"):
        with pytest.raises(RuntimeError), directory.commit() as store:
            store.add(quads("two"))
            raise RuntimeError
        assert values(directory) == ["one"]
        assert len(list((directory.path / "generations").iterdir())) == 1


def test_a_reader_keeps_its_generation_while_a_writer_goes_on(directory: StoreDirectory) -> None:
    with directory.reading() as path:
        for value in ("two", "three"):
            with directory.writing("the tests"), directory.commit() as store:
                store.add(quads(value))
        assert len(Store.open(path, writable=False)) == 1
    assert values(directory) == ["one", "three", "two"]
    with directory.writing("the tests"):
        assert [p.name for p in (directory.path / "generations").iterdir()] == ["0003"]


def test_a_second_writer_is_told_who_the_first_is(directory: StoreDirectory) -> None:
    with (
        directory.writing("partnergraph serve", "http://127.0.0.1:8000/sparql"),
        pytest.raises(StoreError) as caught,
        StoreDirectory(directory.path).writing("load"),
    ):
        pass
    assert f"partnergraph serve (process {os.getpid()})" in caught.value.detail
    assert "--store http://127.0.0.1:8000/sparql" in caught.value.hint
    with StoreDirectory(directory.path).writing("load"):
        pass


def test_what_was_committed_is_closed_for_whoever_wrote_it(directory: StoreDirectory) -> None:
    with directory.writing("the tests"), directory.commit() as store:
        store.add(quads("two"))
    with pytest.raises(AttributeError):
        store.add(quads("three"))


def test_only_the_writer_commits(directory: StoreDirectory) -> None:
    with pytest.raises(StoreError), directory.commit():
        pass


def test_a_missing_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        StoreDirectory(tmp_path / "none").current()
    assert "partnergraph load" in caught.value.hint


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError), StoreDirectory(tmp_path / "file").writing("load"):
        pass


@pytest.mark.parametrize("step", ["copy_to", "add", "sync", "_switch"])
def test_a_writer_killed_at_any_step_leaves_the_previous_state(
    directory: StoreDirectory, step: str
) -> None:
    script = f"""
        import os, signal
        from pathlib import Path
        from partnergraph.directory import StoreDirectory
        from partnergraph.store import Iri, Literal, Quad, Store
        def die(*_): os.kill(os.getpid(), signal.SIGKILL)
        owner = Store if hasattr(Store, {step!r}) else StoreDirectory
        setattr(owner, {step!r}, die)
        directory = StoreDirectory(Path({str(directory.path)!r}))
        with directory.writing("a victim"), directory.commit() as store:
            store.add([Quad(Iri("http://x/s"), Iri("http://x/p"), Literal("half"))])
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert values(directory) == ["one"]
    with directory.writing("the next"), directory.commit() as store:
        store.add(quads("two"))
    assert values(directory) == ["one", "two"]
