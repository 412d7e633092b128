"""Judging one record at a time, against many stored records and against none.

``measure.py one`` runs it. The records are new ones: one with each kind of fault, and as many sound
ones. Without the class hierarchy next to no shape would apply, so a store that is called empty has
that. Each run is a fresh process that gets ready first (shapes read, store filled, a few records
judged), then takes the time of each record, from its N-Triples in memory to the findings.
"""

import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import engines
import found
import inputs
import vocabulary
from engines import ENGINES, OURS
from found import Finding
from inputs import Case
from runs import OK, Ledger, Run, watched

MANY, WARM = Case(100_000), 5
FULL, REFERENCE, EMPTY = "100,000 records", "the reference data", "the class hierarchy alone"
SIDES = (
    (OURS, FULL), (OURS, EMPTY), ("pyshacl", EMPTY), ("shifty", EMPTY),
    (OURS, REFERENCE), ("shifty", REFERENCE),
)  # fmt: skip
Judge = Callable[[bytes], Callable[[], Any]]


def _stored(stored: str) -> Path:
    """Return the file of what is stored."""
    if stored == FULL:
        return inputs.data(MANY)
    return inputs.hierarchy() if stored == EMPTY else inputs.reference_data()


def partnergraph(stored: Path) -> Judge:
    """Return our judging of a record against a store."""
    rdflib, shacl = engines.modules("rdflib", "partnergraph.shacl")
    store, plans = engines.modules("partnergraph.store", "partnergraph.shacl.plan")
    plan = shacl.compile(rdflib.Graph().parse(vocabulary.SHAPES))
    kept = store.Store.in_memory()
    exact = shacl.read_file(kept, stored)
    hierarchy = plans.hierarchy(kept)

    def judge(record: bytes) -> Callable[[], Any]:
        read = store.parse(record, "ntriples")
        results = list(shacl.judge_record(plan, kept, read, hierarchy, exact=exact))
        return lambda: shacl.report(results)

    return judge


def pyshacl(stored: Path) -> Judge:
    """Return pySHACL's judging; what is stored stays in its graph, the record comes and goes.

    Its ``focus_nodes`` would leave out what is stored, but with them it also leaves out nodes that
    nested shapes have to meet, and its findings change.
    """
    rdflib, engine = engines.modules("rdflib", "pyshacl")
    shapes = rdflib.Graph().parse(vocabulary.SHAPES)
    data = rdflib.Graph().parse(stored, format="nt")

    def judge(record: bytes) -> Callable[[], Any]:
        triples = list(rdflib.Graph().parse(data=record, format="nt"))
        for triple in triples:
            data.add(triple)
        outcome = engine.validate(data, shacl_graph=shapes)
        for triple in triples:
            data.remove(triple)
        return lambda: outcome[1]

    return judge


def shifty(stored: Path) -> Judge:
    """Return shifty's judging; it reads all data again for each record."""
    (engine,) = engines.modules("shifty")
    shapes = engine.PreparedValidator(vocabulary.SHAPES)
    before = stored.read_bytes()

    def judge(record: bytes) -> Callable[[], Any]:
        outcome = shapes.validate(before + record, infer=False)
        return lambda: outcome[1]

    return judge


JUDGES = {OURS: partnergraph, "pyshacl": pyshacl, "shifty": shifty}


def one_by_one(engine: str, stored: str) -> dict[str, Any]:
    """Return the seconds and the findings for each record."""
    judge = JUDGES[engine](_stored(stored))
    texts = [record["text"].encode() for record in inputs.new_records()]
    for text in texts[:WARM]:
        judge(text)
    seconds, findings = [], []
    for text in texts:
        begun = time.perf_counter()
        report = judge(text)
        seconds.append(time.perf_counter() - begun)
        findings.append(sorted(found.of_report(report())))
    return {"seconds": seconds, "findings": findings, "version": engines.version(engine)}


def measure(ledger: Ledger, rounds: int) -> None:
    """Do the rounds that are still to be done, each side in turn."""
    for number in range(rounds):
        for engine, stored in SIDES:
            done = ledger.of("one record", Case(1), f"{engine} against {stored}")
            if len(done) > number or any(run.ended != OK for run in done):
                continue
            ended = _run(ledger, engine, stored)
            told = f"{ended.seconds * 1000:,.1f} ms" if ended.ended == OK else ended.ended
            print(f"one record, {ended.engine}: {told}", file=sys.stderr)


def _run(ledger: Ledger, engine: str, stored: str) -> Run:
    # What is made is made by the one that has our environment, before the others need it.
    inputs.new_records()
    _stored(stored)
    name = f"{engine} against {stored}"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        ended = watched([ENGINES[engine].python, Path(__file__), engine, stored, out])
        told = json.loads(out.read_text(encoding="utf-8")) if ended == OK else {}
    findings = json.dumps(told.get("findings"))
    if ended == OK:
        ledger.kept(Case(1), name).write_text(findings, encoding="utf-8")
    run = Run(
        setup=ledger.setup, pair="one record", case=str(Case(1)), size=1, core=False, engine=name,
        version=told.get("version", ""), seconds=statistics.median(told.get("seconds", [0.0])),
        start=0.0, memory=0.0, findings=hashlib.sha256(findings.encode()).hexdigest()[:8],
        ended=ended, load=os.getloadavg()[0], day=time.strftime("%Y-%m-%d"),
    )  # fmt: skip
    ledger.add(run)
    return run


def table(ledger: Ledger) -> Iterator[str]:
    """Yield the lines about single records."""
    medians: dict[tuple[str, str], float] = {}
    for engine, stored in SIDES:
        runs = ledger.of("one record", Case(1), f"{engine} against {stored}")
        if runs and all(run.ended == OK for run in runs):
            medians[engine, stored] = statistics.median(run.seconds for run in runs) * 1000
    if not medians:
        return
    records = inputs.new_records()
    yield f"\n### One record at a time, median of {len(records)} records\n"
    yield "| engine | stored | time | findings; compared about the records' own nodes |"
    yield "|---|---|---|---|"
    for (engine, stored), median in medians.items():
        yield f"| {engine} | {stored} | {median:,.1f} ms | {_told(ledger, engine, stored)} |"
    ours, empty = medians.get((OURS, FULL)), medians.get((OURS, EMPTY))
    if ours and empty:
        yield f"\nOurs takes {ours / empty:.3g} × as long against {FULL} as against {EMPTY}."
        yield "The goal is at most 1.2 ×, and less than each other engine takes."


def _told(ledger: Ledger, engine: str, stored: str) -> str:
    """Return how many faults were found, and how a peer's findings compare with ours."""
    theirs, records = _findings(ledger, engine, stored), inputs.new_records()
    faults = [record["fault"] for record in records]
    hits = sum(
        any([one.focus, one.shape, one.component] == fault for one in findings)
        for fault, findings in zip(faults, theirs, strict=True)
    )
    told = f"{hits} of {len(faults) - faults.count(None)} faults found"
    ours = _findings(ledger, OURS, stored)
    if engine == OURS or not ours:
        return told
    return f"{told}; {found.compare(_own(theirs), _own(ours))}"


def _findings(ledger: Ledger, engine: str, stored: str) -> list[list[Finding]]:
    path = ledger.kept(Case(1), f"{engine} against {stored}")
    if not path.exists():
        return []
    return [[Finding(*one) for one in each] for each in json.loads(path.read_text("utf-8"))]


def _own(findings: list[list[Finding]]) -> list[Finding]:
    """Return the findings about nodes that the records describe."""
    nodes = [
        {line.split(" ", 1)[0] for line in record["text"].splitlines()}
        for record in inputs.new_records()
    ]
    each = zip(nodes, findings, strict=True)
    return [one for own, findings in each for one in findings if one.focus in own]


def main() -> None:
    """Do one run, and write what each record took and what was found."""
    engine, stored, out = sys.argv[1:]
    Path(out).write_text(json.dumps(one_by_one(engine, stored)), encoding="utf-8")


if __name__ == "__main__":
    main()
