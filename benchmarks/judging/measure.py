"""Measure rows of the table: our engine and a peer in turn, each run in a fresh process.

Run as ``python measure.py ROW ... [--only ENGINE,...] [--rounds N] [--estimate]``, or
``python measure.py table``. What is measured is kept, so that a row that was broken off goes on
where it stopped; a change of data, shapes, peers or our code begins anew.
"""

import argparse
import sys

import one_record
import table
from engines import OURS, PEERS
from expect import expected
from inputs import Case
from rows import ROWS, Pair, pairs
from runs import OK, Ledger, run


def main() -> None:
    """Do what the command line asks for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("rows", nargs="+", choices=[*ROWS, "one", "table"], metavar="ROW",
                           help=", ".join([*ROWS, "one", "table"]))  # fmt: skip
    arguments.add_argument("--only", default="", help="engines, with commas between them")
    arguments.add_argument("--rounds", type=int, help="how often, in the place of the row's own")
    arguments.add_argument("--estimate", action="store_true", help="only tell how long it takes")
    asked = arguments.parse_args()
    only = tuple(engine for engine in asked.only.split(",") if engine)
    if not (PEERS.exists() or asked.estimate):
        arguments.error("the peers are not set up: make -C benchmarks/judging peers")
    ledger = Ledger()
    for name in asked.rows:
        if name == "table":
            print("\n".join([*table.whole(ledger), *one_record.table(ledger)]))
            continue
        if name == "one":
            if asked.estimate:
                print("one: about 6 minutes")
            else:
                one_record.measure(ledger, asked.rounds or 5)
            continue
        try:
            found = pairs(name, only)
        except ValueError as error:
            arguments.error(str(error))
        rounds = asked.rounds or ROWS[name].rounds
        if asked.estimate:
            print(f"{name}: about {estimate(ledger, found, rounds) / 60:,.0f} minutes")
            continue
        for pair in found:
            alternate(ledger, pair, rounds)


def estimate(ledger: Ledger, found: tuple[Pair, ...], rounds: int) -> float:
    """Return about how many seconds are still to go."""
    return sum(
        expected(ledger, case, engine).seconds * max(0, rounds - _done(ledger, pair, case, engine))
        for pair in found
        if not _left_out(ledger, pair)
        for case, engine in _sides(pair)
    )


def alternate(ledger: Ledger, pair: Pair, rounds: int) -> None:
    """Do the rounds of a comparison that are still to be done."""
    if reason := _left_out(ledger, pair):
        print(f"{pair}: not run, {reason}", file=sys.stderr)
        return
    for number in range(rounds):
        for case, engine in _sides(pair):
            if _done(ledger, pair, case, engine) > number:
                continue
            ended = run(ledger, str(pair), case, engine)
            told = f"{ended.seconds:,.2f} s, {ended.memory:,.0f} MB"
            print(f"{case} {engine}: {told if ended.ended == OK else ended.ended}", file=sys.stderr)
            if ended.ended != OK:
                return


def _sides(pair: Pair) -> tuple[tuple[Case, str], tuple[Case, str]]:
    return (pair.case, OURS), (pair.other, pair.peer)


def _done(ledger: Ledger, pair: Pair, case: Case, engine: str) -> int:
    return sum(run.ended == OK for run in ledger.of(str(pair), case, engine))


def _left_out(ledger: Ledger, pair: Pair) -> str:
    """Return why the peer is not run, or nothing."""
    runs = ledger.of(str(pair), pair.other, pair.peer)
    failed = [run.ended for run in runs if run.ended != OK]
    return failed[-1] if failed else expected(ledger, pair.other, pair.peer).beyond


if __name__ == "__main__":
    main()
