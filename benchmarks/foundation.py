"""What the everyday steps cost, each beside a peer in the same run.

Run with ``python benchmarks/foundation.py``; it prints a table in Markdown. Runs of ours and
of the peer alternate, and medians are compared, so that noise hits both.
"""

import contextlib
import io
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import owlrl
import pyoxigraph
import pyshacl
import rdflib

from partnergraph import catalogue, load, names, reason, records, rooms, sight
from partnergraph.access import Access
from partnergraph.directory import StoreDirectory
from partnergraph.export import export
from partnergraph.settings import Settings
from partnergraph.store import Store, parse

RECORD = Path(__file__).parents[1] / "data" / "examples" / "complete-record.ttl"
PYTHON = sys.executable
BARE = (
    "import fastapi, uvicorn; app = fastapi.FastAPI(); "
    "app.get('/health/live')(lambda: {}); "
    "uvicorn.run(app, port=%d, log_level='error')"
)


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compare(
    title: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object], runs: int = 5
) -> None:
    """Print a row: medians of alternating runs, and their ratio."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(runs)]
    mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"| {title} | {_ms(mine)} | {peer} | {_ms(other)} | {mine / other:.2g} × |", flush=True)


def _ms(value: float) -> str:
    return f"{value * 1000:,.2f} ms" if value < 0.1 else f"{value:,.2f} s"


def command(*arguments: str) -> Callable[[], object]:
    """Return work that runs a Python command to its end."""
    return lambda: subprocess.run([PYTHON, *arguments], check=True, capture_output=True)


def until_it_answers(arguments: list[str], port: int) -> Callable[[], object]:
    """Return work that starts a server, waits for its first answer, and stops it."""

    def work() -> None:
        with subprocess.Popen([PYTHON, *arguments], stderr=subprocess.DEVNULL) as process:
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    try:
                        if httpx.get(f"http://127.0.0.1:{port}/health/live").status_code == 200:
                            break
                    except httpx.TransportError:
                        time.sleep(0.005)
            process.kill()

    return work


@contextlib.contextmanager
def server(store: Path, port: int) -> Iterator[httpx.Client]:
    """Run our server over a loaded store."""
    serve = ["-m", "partnergraph", "serve", "--store", str(store), "--port", str(port)]
    with subprocess.Popen([PYTHON, *serve], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while "serving" not in process.stderr.readline():
            pass
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
        process.kill()


def main() -> None:
    """Measure everything."""
    print(f"Python {platform.python_version()}, pyoxigraph {pyoxigraph.__version__}, ", end="")
    print(f"pySHACL {pyshacl.__version__}, {platform.machine()}\n")
    print("| what | ours | peer | peer's | ratio |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        directory = StoreDirectory(path)
        with directory.writing("the benchmark"):
            load.ensure(directory)
        in_use = ["--store", str(path)]
        nothing = command("-c", "pass")
        compare("`partnergraph --version`", command("-m", "partnergraph", "--version"),
                "an empty Python", nothing)  # fmt: skip
        compare("`partnergraph query value-types`, cold",
                command("-m", "partnergraph", "query", "value-types", *in_use),
                "importing rdflib", command("-c", "import rdflib"))  # fmt: skip
        compare("`partnergraph validate`, one record, cold",
                command("-m", "partnergraph", "validate", str(RECORD), *in_use),
                "importing pySHACL", command("-c", "import pyshacl"))  # fmt: skip
        serve = ["-m", "partnergraph", "serve", *in_use, "--port", "8471"]
        compare("server until its first answer, store loaded", until_it_answers(serve, 8471),
                "a bare FastAPI", until_it_answers(["-c", BARE % 8472], 8472))  # fmt: skip
        loading(path)
        judging(directory)
        asking(directory, path)


def loading(path: Path) -> None:
    """Compare loading and reasoning with the engine alone and with owlrl."""
    dump = export(Store.open(StoreDirectory(path).current(), writable=False), "nquads")

    def engine_alone() -> None:
        pyoxigraph.Store().bulk_load(dump, format=pyoxigraph.RdfFormat.N_QUADS)

    compare("load our files, reason, check our records", lambda: load.fill(Store.in_memory()),
            "the engine, the same as N-Quads", engine_alone, runs=3)  # fmt: skip
    ontology = [quad for room in rooms.ontology() for quad in load.read_room(room)]
    facts = [
        quad
        for room in rooms.data()
        for quad in load.read_room(room)
        if not str(quad.subject).startswith(f"<{names.STATEMENT}")
    ]

    def by_owlrl() -> None:
        graph = rdflib.Graph()
        for quad in (*ontology, *facts):
            graph.parse(data=f"{quad.triple} .", format="nt")
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)

    compare("reason over ontology and data", lambda: reason.closure(ontology, facts),
            "owlrl", by_owlrl, runs=1)  # fmt: skip


def judging(directory: StoreDirectory) -> None:
    """Compare judging one record with pySHACL by itself."""
    content = RECORD.read_bytes()
    access = Access(directory, Settings())
    access.validate(content, "turtle", RECORD.name)
    shapes, ontology, data = rdflib.Graph(), rdflib.Graph(), rdflib.Graph()
    for room in rooms.shapes():
        shapes.parse(data=room.read(), format="turtle")
    for room in rooms.ontology():
        ontology.parse(data=room.read(), format="turtle")
    record = records.Record(RECORD.name, parse(content, "turtle"))
    for quad in (*record.quads, *sight.context(access.store, record)):
        data.parse(data=f"{quad.triple} .", format="nt")
    compare("judge one record, warm child", lambda: access.validate(content, "turtle", RECORD.name),
            "pySHACL, graphs in memory already",
            lambda: pyshacl.validate(data, shacl_graph=shapes, ont_graph=ontology))  # fmt: skip
    access.close()


def asking(directory: StoreDirectory, path: Path) -> None:
    """Compare a named question over HTTP and in a child with the engine in process."""
    query = catalogue.question("value-types").ask({})
    access = Access(directory, Settings())
    store = pyoxigraph.Store.read_only(str(directory.current()))

    def in_process() -> None:
        found = store.query(query)
        assert isinstance(found, pyoxigraph.QuerySolutions)
        found.serialize(io.BytesIO(), format=pyoxigraph.QueryResultsFormat.JSON)

    def in_child() -> None:
        json.loads(b"".join(access.query(query)))

    in_child()
    compare("a named question in a child", in_child, "the engine in process", in_process, 200)
    access.close()
    with server(path, 8473) as client:
        url = "/queries/value-types.json"
        client.get(url)
        compare("a named question over HTTP", lambda: client.get(url).raise_for_status(),
                "the engine in process", in_process, 200)  # fmt: skip


if __name__ == "__main__":
    main()
