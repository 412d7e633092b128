"""What a run is expected to take, in proportion to smaller ones that were measured."""

import statistics
from dataclasses import dataclass

from inputs import Case
from runs import MEMORY, OK, SECONDS, Ledger, Run

# Seconds for 1,000 records, until something is measured: only for the estimate.
_GUESS = {
    "partnergraph": 0.6, "load": 0.25, "pyshacl": 95, "shifty": 2.5, "topquadrant": 2.5,
    "turbo": 12, "pyrudof": 8, "shacl": 0.4,
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """What a run is expected to take.

    Attributes:
        seconds: how long, at least.
        memory: how many MB, or 0 where nothing is known.
        records: how many records the measured runs had, or 0 for a guess.
    """

    seconds: float
    memory: float
    records: int

    @property
    def beyond(self) -> str:
        """Why it is not run: one that is expected to pass the limits is left out."""
        if not self.records:
            return ""
        known = f"in proportion to {self.records:,} records"
        if self.seconds > SECONDS:
            return f"about {self.seconds / 60:,.0f} minutes expected, {known}"
        if self.memory > MEMORY:
            return f"about {self.memory / 1024:,.0f} GB expected, {known}"
        return ""


def expected(ledger: Ledger, case: Case, engine: str) -> Expected:
    """Return what an engine is expected to take for a case."""
    sizes: dict[int, list[Run]] = {}
    for run in ledger:
        if run.engine == engine and run.ended == OK and run.core == case.core:
            sizes.setdefault(run.size, []).append(run)
    # What every run takes whatever its size hides too much in a file that is much smaller.
    nearest = max((size for size in sizes if case.size / 10 <= size <= case.size), default=0)
    if not nearest:
        return Expected(_GUESS[engine] * case.size / 1000, 0.0, 0)
    times = case.size / nearest
    runs = sizes[nearest]
    return Expected(
        statistics.median(run.seconds + run.start for run in runs) * times,
        statistics.median(run.memory for run in runs) * times,
        nearest,
    )
