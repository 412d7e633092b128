"""What the tests share: a filled store, its folder, and a live server on loopback."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph import load
from partnergraph.access import Access
from partnergraph.directory import StoreDirectory
from partnergraph.settings import Settings
from partnergraph.store import Store

ROOT = Path(__file__).parents[1]
TOKEN = "a token that only tests know"
WRITERS = json.dumps({"the tests": hashlib.sha256(TOKEN.encode()).hexdigest()})
"""The setting ``write_tokens`` that lets :data:`TOKEN` write."""
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> StoreDirectory:
    """The folder of a store that holds our graphs; tests only read it."""
    directory = StoreDirectory(tmp_path_factory.mktemp("store"))
    with directory.writing("the tests"):
        load.ensure(directory)
    return directory


@pytest.fixture(scope="session")
def store(loaded: StoreDirectory) -> Iterator[Store]:
    """Our graphs, to be read."""
    with loaded.reading() as path:
        yield Store.open(path, writable=False)


@pytest.fixture(scope="session")
def access(loaded: StoreDirectory) -> Iterator[Access]:
    """Our graphs, asked through children."""
    opened = Access(loaded, Settings())
    yield opened
    opened.close()


@contextlib.contextmanager
def serving(store: Path, *arguments: str, **settings: str) -> Iterator[str]:
    """Run ``partnergraph serve`` on a free port and give its URL."""
    with running(store, *arguments, **settings) as (url, _):
        yield url


@contextlib.contextmanager
def running(store: Path, *arguments: str, **settings: str) -> Iterator[tuple[str, int]]:
    """Run ``partnergraph serve`` on a free port and give its URL and its process id.

    All tests are one client, so its rate is high unless a test is about it.
    """
    settings = {"requests_per_minute": "100000", **settings}
    environment = {**os.environ, **{f"PARTNERGRAPH_{k.upper()}": v for k, v in settings.items()}}
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "partnergraph",
            "serve",
            "--port",
            "0",
            "--store",
            str(store),
            *arguments,
        ],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            assert process.stderr
            said = ""
            for line in process.stderr:
                said += line
                if found := re.search(r"serving (http://\S+)", line):
                    break
            else:
                raise AssertionError(f"the server ended: {said}")
            yield found[1], process.pid
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture(scope="session")
def server(loaded: StoreDirectory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a live server over our graphs."""
    folder = tmp_path_factory.mktemp("served") / "store"
    shutil.copytree(loaded.path, folder)
    with serving(folder) as url:
        yield url


@pytest.fixture(scope="session")
def writable(loaded: StoreDirectory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a live server over our graphs, to which :data:`TOKEN` may write."""
    folder = tmp_path_factory.mktemp("writable") / "store"
    shutil.copytree(loaded.path, folder)
    with serving(folder, write_tokens=WRITERS) as url:
        yield url


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a live server without our graphs, to which :data:`TOKEN` may write."""
    folder = tmp_path_factory.mktemp("scratch")
    with serving(folder, scratch="true", write_tokens=WRITERS) as url:
        yield url
