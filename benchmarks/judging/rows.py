"""The rows of the table: what is compared with what, and what is to be reached."""

from dataclasses import dataclass

from engines import ENGINES, LOAD, OURS
from inputs import Case

PEERS = tuple(engine for engine in ENGINES if engine not in (OURS, LOAD))
THOUSAND, TEN, HUNDRED = Case(1_000), Case(10_000), Case(100_000)
CORE, DENSE = Case(10_000, core=True), Case(100, broken=0.8)


@dataclass(frozen=True)
class Pair:
    """Our engine on a case, and what it alternates with.

    The ratio is the other's time for each record over ours: above 1, ours is faster.

    Attributes:
        case: what ours judges.
        peer: the other engine.
        other: what the other judges.
        least: the ratio that is to be reached.
        most: the ratio that is not to be passed.
    """

    case: Case
    peer: str
    other: Case
    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        return f"{self.case} with {self.peer} {self.other}"


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        work: what is done, in words.
        pairs: the comparisons.
        rounds: how often each is done.
    """

    work: str
    pairs: tuple[Pair, ...]
    rounds: int = 5


def _same(case: Case, least: float | None, *peers: str) -> tuple[Pair, ...]:
    return tuple(Pair(case, peer, case, least) for peer in peers)


ROWS = {
    "dense": Row("100 records with every kind of fault", _same(DENSE, None, *PEERS), rounds=1),
    "100": Row("100 records", _same(Case(100), None, *PEERS)),
    "1000": Row("1,000 records", _same(THOUSAND, 300, "pyshacl")),
    "10000": Row("10,000 records", _same(TEN, 6, "shifty", "topquadrant", "turbo", "pyrudof")),
    "core": Row("10,000 records, no rules in SPARQL", _same(CORE, 1, "shacl")),
    "100000": Row(
        "100,000 records",
        (*_same(HUNDRED, 2, "topquadrant"), Pair(HUNDRED, LOAD, HUNDRED, least=0.5)),
    ),
    "growth": Row(
        "Time for each record, from 1,000 records to more",
        (Pair(THOUSAND, OURS, TEN, most=1.3), Pair(THOUSAND, OURS, HUNDRED, most=1.3)),
    ),
}


def pairs(name: str, only: tuple[str, ...] = ()) -> tuple[Pair, ...]:
    """Return the comparisons of a row, or those with the engines that are asked for.

    Raises:
        ValueError: there is no such engine, or the row is not about engines.
    """
    own = ROWS[name].pairs
    if not only:
        return own
    if unknown := set(only) - {*PEERS, LOAD}:
        raise ValueError(f"no such engine: {', '.join(sorted(unknown))}")
    if name == "growth":
        raise ValueError("growth compares our engine with itself")
    known = {pair.peer: pair for pair in own}
    case = own[0].case
    return tuple(known.get(peer, Pair(case, peer, case)) for peer in only)
