"""Made-up records by the thousand, for measuring and for tests.

Each is the complete record of ``data/examples`` under names of its own. Records refer to each
other: they share partners, follow one another and bear the same name; some lack something.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from partnergraph import names
from partnergraph.store import parse, serialize

COMPLETE = Path(__file__).parents[1] / "data" / "examples" / "complete-record.ttl"
BASE = "https://example.org/made-up/"
_OWN = f"<{names.ID}example/complete"
_LABEL = '"Made-up example: Wood tracing partnership"@en'
_SHARED = ("association", "laboratory")
_GAPS = ("commonVision", "hasRisk", "contributesTo", "hasPartnerCheck", "endDate", "governedBy")
_ODD = (
    f'<{names.NS}startDate> "2026-1-5"^^<{names.XSD}date>',
    f'<{names.NS}startDate> "2027-01-05Z"^^<{names.XSD}date>',
    f'<{names.NS}involvesFinancialTransaction> "1"^^<{names.XSD}boolean>',
    f'<{names.NS}madeUp> "0"^^<{names.XSD}boolean>',
    f'<{names.NS}startDate> "in spring"',
)
"""Statements with literals that a store writes in another way, or that are not well-formed."""


def records(number: int, seed: int = 1) -> Iterator[list[str]]:
    """Yield the statements of each record, as N-Triples.

    Args:
        number: how many records.
        seed: makes the same records again.
    """
    pick = random.Random(seed)
    lines = serialize(parse(COMPLETE.read_bytes(), "turtle"), "ntriples").decode().splitlines()
    lines = [re.sub(r"_:(\w+)", r"_:{}x\1", _escaped(line)) for line in lines]
    own = [line for line in lines if not any(f"{_OWN}-{kind}> " in line[:90] for kind in _SHARED)]
    shared = [line for line in lines if line not in own]
    partners = max(2, number // 20)
    for n in range(number):
        partner = {kind: f"<{BASE}{kind}-{pick.randrange(partners)}>" for kind in _SHARED}
        told = [*own]
        if n < partners:
            told += [
                line.replace(f"{_OWN}-{kind}>", f"<{BASE}{kind}-{n}>").replace('"@en', f' {n}"@en')
                for kind in _SHARED
                for line in shared
                if f"{_OWN}-{kind}> " in line[:90]
            ]
        if pick.random() < 0.2:
            gap = pick.choice(_GAPS)
            told = [line for line in told if f"<{names.NS}{gap}>" not in line]
        if pick.random() < 0.2:
            told.append(f"{_OWN}> {pick.choice(_ODD)} .")
        if n and pick.random() < 0.3:
            told.append(f"{_OWN}> <{names.NS}successor> <{BASE}{pick.randrange(number)}> .")
        label = _LABEL.replace("partnership", f"partnership {n - (pick.random() < 0.05)}")
        yield [
            _named(line.replace(_LABEL, label), n, partner).replace("{}", f"r{n}") for line in told
        ]


def write(path: Path, number: int, seed: int = 1) -> None:
    """Write a file of records as N-Triples."""
    with path.open("w", encoding="utf-8") as file:
        for lines in records(number, seed):
            file.write("\n".join(lines) + "\n")


def _escaped(line: str) -> str:
    assert "{}" not in line
    return line


def _named(line: str, n: int, partner: dict[str, str]) -> str:
    for kind, name in partner.items():
        line = line.replace(f"{_OWN}-{kind}>", name)
    return line.replace(f"{_OWN}>", f"<{BASE}{n}>").replace(f"{_OWN}-", f"<{BASE}{n}-")
