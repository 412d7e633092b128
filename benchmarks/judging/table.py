"""What was measured, as Markdown."""

import os
import platform
import statistics
from collections.abc import Iterator, Sequence

from engines import ENGINES, LOAD, OURS
from expect import expected
from found import compare
from inputs import Case, truth
from rows import PEERS, ROWS, Pair, Row
from runs import OK, Ledger, Run

_HEAD = (
    "| against | version | theirs | ours | ratio | goal | memory, theirs | ours | findings |",
    "|---|---|---|---|---|---|---|---|---|",
)


def whole(ledger: Ledger) -> Iterator[str]:
    """Yield the lines about whole files."""
    yield from _machine(ledger)
    for row in ROWS.values():
        yield from _row(ledger, row)


def _machine(ledger: Ledger) -> Iterator[str]:
    runs = list(ledger)
    days = sorted({run.day for run in runs}) or ["Nothing measured"]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    yield (
        f"{' to '.join(dict.fromkeys((days[0], days[-1])))}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB, Python {platform.python_version()}, {platform.machine()}; at most "
        f"{max((run.load for run in runs), default=0):.1f} processes wanted to run before a run."
    )
    if ledger.others:
        yield f"{ledger.others} runs of other data, shapes, peers or code do not count."
    yield ""
    for name, engine in ENGINES.items():
        yield f"- {name}: {engine.note}"


def _row(ledger: Ledger, row: Row) -> Iterator[str]:
    """Yield the lines of a row: its own comparisons, and others that were done on the case."""
    case = row.pairs[0].case
    grows = any(pair.case != pair.other for pair in row.pairs)
    own = {pair.peer for pair in row.pairs}
    others = [] if grows else [Pair(case, peer, case) for peer in (*PEERS, LOAD) if peer not in own]
    done = {run.pair for run in ledger}
    if done.isdisjoint(str(pair) for pair in (*row.pairs, *others)):
        return
    yield f"\n### {row.work}\n"
    yield from _HEAD
    for pair in row.pairs:
        yield _line(ledger, pair)
    for pair in others:
        if str(pair) in done or expected(ledger, case, pair.peer).beyond:
            yield _line(ledger, pair)
    if not grows:
        yield f"\n{_own_findings(ledger, case)}"


def _line(ledger: Ledger, pair: Pair) -> str:
    name = pair.peer if pair.case == pair.other else f"itself, {pair.other.size:,} records"
    theirs = ledger.of(str(pair), pair.other, pair.peer)
    ours = [run for run in ledger.of(str(pair), pair.case, OURS) if run.ended == OK]
    failed = [run.ended for run in theirs if run.ended != OK]
    if failed or not theirs or not ours:
        beyond = expected(ledger, pair.other, pair.peer).beyond
        return f"| {name} | | not run: {(failed or [beyond or 'not asked for'])[-1]} | | | | | | |"
    ratio = _median(theirs) / pair.other.size / (_median(ours) / pair.case.size)
    agrees, told = _agreement(ledger, pair)
    return (
        f"| {name} | {theirs[-1].version} | {_seconds(theirs)} | {_seconds(ours)} | {ratio:.3g} × "
        f"| {_goal(pair, ratio, agrees)} | {_memory(theirs)} | {_memory(ours)} | {told} |"
    )


def _goal(pair: Pair, ratio: float, agrees: bool) -> str:
    if pair.least is None and pair.most is None:
        return ""
    if not agrees:
        return "does not count"
    if pair.least is not None:
        return f"at least {pair.least:g} ×: {'reached' if ratio >= pair.least else 'missed'}"
    return f"at most {pair.most:g} ×: {'reached' if ratio <= (pair.most or 0) else 'missed'}"


def _agreement(ledger: Ledger, pair: Pair) -> tuple[bool, str]:
    """Return whether the findings of both are the same, and how they compare."""
    if pair.peer == LOAD or pair.case != pair.other:
        return True, ""
    ours, theirs = (ledger.findings(pair.case, engine) for engine in (OURS, pair.peer))
    if ours is None or theirs is None:
        return False, "not kept"
    compared = compare(theirs, ours)
    known = truth(pair.case)
    missed, unfounded = known.missed(theirs), len(known.unfounded(theirs))
    told = [str(compared)]
    told += [f"{missed:,} faults missed"] if missed else []
    told += [f"{unfounded:,} about what is sound"] if unfounded else []
    told += ["not the same in each run"] if _varies(ledger, pair) else []
    return compared.agrees, "; ".join(told)


def _varies(ledger: Ledger, pair: Pair) -> bool:
    return any(
        len({run.findings for run in ledger if (run.engine, run.case) == (engine, str(pair.case))})
        > 1
        for engine in (OURS, pair.peer)
    )


def _own_findings(ledger: Ledger, case: Case) -> str:
    found = ledger.findings(case, OURS)
    if found is None:
        return "Ours: not run."
    known = truth(case)
    missed = known.missed(found)
    return (
        f"Ours: {len(found):,} findings; {len(known.faults) - missed:,} of {len(known.faults):,} "
        f"faults found by the expected constraint, {len(known.unfounded(found)):,} findings about "
        "what is sound."
    )


def _median(runs: Sequence[Run]) -> float:
    return statistics.median(run.seconds for run in runs)


def _seconds(runs: Sequence[Run]) -> str:
    times = sorted(run.seconds for run in runs)
    span = f" ({times[0]:.3g} to {times[-1]:.3g}, {len(times)} runs)" if len(times) > 1 else ""
    return f"{_median(runs):.3g} s{span}"


def _memory(runs: Sequence[Run]) -> str:
    return f"{statistics.median(run.memory for run in runs):,.0f} MB"
