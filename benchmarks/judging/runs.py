"""Single runs, each in a fresh process with limits, and the ledger that keeps them."""

import hashlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import engines
import inputs
from found import Finding
from inputs import HERE, HOME, Case

SECONDS = 15 * 60
MEMORY = 0.8 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
"""Limits of a run; memory is in MB, and some is left for the system."""
OK = "ok"


@dataclass(frozen=True)
class Run:
    """One run of an engine.

    Attributes:
        setup: digest of everything that decides what is measured.
        pair: the comparison that it is part of.
        case: what was judged.
        size: how many records that were.
        core: whether the rules in SPARQL were left out.
        engine: what judged it.
        version: the version of the engine.
        seconds: from the files to the report.
        start: what was taken off for the start of a process.
        memory: the most that it held, in MB.
        findings: digest of what was found.
        ended: ``ok``, or why there is no result.
        load: how many processes wanted to run just before.
        day: when.
    """

    setup: str
    pair: str
    case: str
    size: int
    core: bool
    engine: str
    version: str
    seconds: float
    start: float
    memory: float
    findings: str
    ended: str
    load: float
    day: str


def setup() -> str:
    """Return a digest of data, shapes, peers, the way they are called, and our code."""
    parts = [
        inputs.home().name,
        inputs.digest(HERE / "engines.py", HERE / "found.py", HERE / "peers.txt"),
        engines.version(engines.OURS),
    ]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8]


class Ledger:
    """The runs that were done, one JSON object a line."""

    def __init__(self) -> None:
        self.path = HOME / "runs.jsonl"
        self.setup = setup()

    def add(self, run: Run) -> None:
        """Keep a run.

        Raises:
            RuntimeError: data, shapes, peers or code are no longer those of the first run.
        """
        if setup() != self.setup:
            raise RuntimeError("what is measured changed while it was measured: begin anew")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(run)) + "\n")

    def __iter__(self) -> Iterator[Run]:
        """Yield the runs that count: those of the present data, shapes, peers and code."""
        return (run for run in self._all() if run.setup == self.setup)

    @property
    def others(self) -> int:
        """How many runs do not count."""
        return sum(run.setup != self.setup for run in self._all())

    def _all(self) -> Iterator[Run]:
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                yield Run(**json.loads(line))

    def of(self, pair: str, case: Case, engine: str) -> list[Run]:
        """Return the runs of an engine in a comparison."""
        return [
            run for run in self if (run.pair, run.case, run.engine) == (pair, str(case), engine)
        ]

    def findings(self, case: Case, engine: str) -> list[Finding] | None:
        """Return what an engine found, if it was run."""
        path = self.kept(case, engine)
        if not path.exists():
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
        return None if found is None else [Finding(*one) for one in found]

    def kept(self, case: Case, engine: str) -> Path:
        """Return the file that keeps what an engine found."""
        folder = HOME / "findings" / self.setup
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{case}-{engine}.json"


def run(ledger: Ledger, pair: str, case: Case, engine: str) -> Run:
    """Do one run in a fresh process, and keep it."""
    data, shapes = inputs.data(case), inputs.shapes(case)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        ended = watched(
            [engines.ENGINES[engine].python, HERE / "engines.py", engine, data, shapes, out]
        )
        told = json.loads(out.read_text(encoding="utf-8")) if ended == OK else {}
    found = json.dumps(told.get("findings"))
    if ended == OK:
        ledger.kept(case, engine).write_text(found, encoding="utf-8")
    done = Run(
        setup=ledger.setup,
        pair=pair,
        case=str(case),
        size=case.size,
        core=case.core,
        engine=engine,
        version=told.get("version", ""),
        seconds=told.get("wall", 0.0) - told.get("start", 0.0),
        start=told.get("start", 0.0),
        memory=told.get("memory", 0.0),
        findings=hashlib.sha256(found.encode()).hexdigest()[:8],
        ended=ended,
        load=load,
        day=time.strftime("%Y-%m-%d"),
    )
    ledger.add(done)
    return done


def watched(command: list[str | Path]) -> str:
    """Run a command within the limits of time and memory, and tell how it ended."""
    ended = OK
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        begun = time.monotonic()
        try:
            while process.poll() is None:
                if time.monotonic() - begun > SECONDS:
                    ended = f"more than {SECONDS // 60} minutes"
                elif (held := _held(process.pid)) > MEMORY:
                    ended = f"more than {held / 1024:.0f} GB of memory"
                if ended != OK:
                    break
                time.sleep(0.2)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if ended == OK and process.returncode:
            errors.seek(0)
            lines = errors.read().strip().splitlines() or ["no word"]
            ended = f"error {process.returncode}: {lines[-1][:200]}"
    return ended


def _held(process: int) -> float:
    """Return the MB of memory that a process and those it started hold."""
    try:
        root = Path(f"/proc/{process}")
        pages = int((root / "statm").read_text().split()[1])
        children = (root / "task" / str(process) / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    held = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return held + sum(_held(int(child)) for child in children)
