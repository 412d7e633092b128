"""Write made-up records of partnerships as N-Triples, some of them broken on purpose.

Run with ``python records.py COUNT OUT.nt [--faults OUT.csv] [--broken 0.05] [--seed 1]``. The
reference data come first. A longer file begins with the records of a shorter one, as long as
seed and share of broken records are the same.
"""

import argparse
import csv
import datetime
import random
from collections.abc import Iterator
from pathlib import Path

import faults
import reference
from reference import Triple
from vocabulary import (
    AREAS,
    COST_KINDS,
    LABEL,
    PHASES,
    RISK_KINDS,
    TYPE,
    VALUE_TYPES,
    WEIGHT,
    entry,
    own,
    pg,
    text,
    typed,
)

NON_TANGIBLE = entry("cost-kind", "non-tangible")
# In each ten, one record is renewed by a later one of the ten. It is never broken, so that a
# fault shows on the record that has it and nowhere else.
RENEWED, RENEWAL = 3, 7
SPARED = 10


def is_renewal(number: int) -> bool:
    """Say whether a record continues another record."""
    return number % 10 == RENEWAL


def _date(source: random.Random, first: int, last: int) -> datetime.date:
    return datetime.date(source.randint(first, last), source.randint(1, 12), source.randint(1, 28))


def record(number: int, source: random.Random) -> list[Triple]:
    """Return one sound record, about 50 triples.

    Args:
        number: its place among the records.
        source: where chance comes from.
    """
    this = own(f"partnership/{number}")
    renewed = number % 10 == RENEWED
    long_term = source.random() < 0.4
    start = _date(source, 2012, 2014) if renewed else _date(source, 2019, 2024)
    end = start.replace(year=start.year + (4 if renewed else source.randint(2, 6)))
    kind = "LongTermPartnership" if long_term else "MediumTermPartnership"
    target = source.randrange(reference.KMGBF_TARGETS)
    objective = source.choice(range(target, reference.OBJECTIVES, reference.KMGBF_TARGETS))
    sdg = source.sample(range(reference.GOALS * reference.TARGETS_OF_GOAL), source.choice((1, 2)))
    partners = [
        reference.organization(one)
        for one in source.sample(range(reference.FREE), source.choices((2, 3, 4), (5, 3, 2))[0])
    ]
    found: list[Triple] = [
        (this, TYPE, pg(kind)),
        (this, LABEL, text(f"Partnership {number} for trade in species", "en")),
        (this, LABEL, text(f"Partenariat {number} pour le commerce des espèces", "fr")),
        (this, pg("madeUp"), typed("true", "boolean")),
        (this, pg("startDate"), typed(start, "date")),
        (this, pg("endDate"), typed(end, "date")),
        (this, pg("recordStatus"), entry("record-status", "renewed" if renewed else "active")),
        (this, pg("durationType"),
         entry("duration-type", "long-term" if long_term else "medium-term")),
        (this, pg("portalReference"), text(f"UPP-{start.year}-{number:06d}")),
        (this, pg("contributesTo"), reference.kmgbf_target(target)),
        (this, pg("contributesTo"), reference.objective(objective)),
    ]  # fmt: skip
    found += [(this, pg("contributesTo"), reference.sdg_target(one)) for one in sdg]
    found += [
        (this, pg("thematicArea"), area) for area in source.sample(AREAS, source.choice((1, 2)))
    ]
    for place, partner in enumerate(partners, 1):
        value = own(f"partnership/{number}/value/{place}")
        found += [
            (this, pg("hasPartner"), partner),
            (this, pg("hasValue"), value),
            (value, TYPE, pg("ValueGained")),
            (value, pg("gainedBy"), partner),
            (value, pg("valueType"), source.choice(VALUE_TYPES)),
            (value, WEIGHT, typed(source.randint(5, 22), "integer")),
        ]
    found += _instrument(this, number, start, partners)
    found += _cost(this, number, source)
    found += _risk(this, number, start, source)
    if source.random() < 0.3:
        found.append((this, pg("renewable"), typed("true", "boolean")))
    if source.random() < 0.2:
        donor = source.randrange(reference.COUNTRIES)
        found.append((this, pg("hasDonor"), own(f"country/{donor}")))
    if source.random() < 0.25:
        mandate = source.randrange(reference.DOCUMENTS // 8) * 8
        found.append((this, pg("onBehalfOf"), own(f"body/{source.randrange(8)}")))
        found.append((this, pg("mandatedBy"), reference.document(mandate)))
    if is_renewal(number):
        earlier = own(f"partnership/{number - RENEWAL + RENEWED}")
        found.append((earlier, pg("successor"), this))
    return found


def _instrument(
    this: str, number: int, start: datetime.date, partners: list[str]
) -> Iterator[Triple]:
    instrument = own(f"partnership/{number}/instrument")
    letter = number % 4 == 0
    yield this, pg("hasInstrument"), instrument
    yield instrument, TYPE, pg("LetterOfUnderstanding" if letter else "MemorandumOfUnderstanding")
    yield instrument, pg("number"), text(f"MU {start.year}/{number}")
    yield instrument, pg("validFrom" if letter else "signedDate"), typed(start, "date")
    for partner in partners:
        yield instrument, pg("signedBy"), partner


def _cost(this: str, number: int, source: random.Random) -> Iterator[Triple]:
    cost = own(f"partnership/{number}/cost")
    kind = source.choice(COST_KINDS)
    yield this, pg("hasCost"), cost
    yield cost, TYPE, pg("Cost")
    yield cost, pg("costKind"), kind
    yield cost, pg("phase"), source.choice(PHASES)
    if kind != NON_TANGIBLE:
        # Cents as they are written: a store may give 20.50 back as 20.5, a report may not.
        amount = f"{source.randint(100, 99999)}.{source.randint(0, 99):02}"
        yield cost, pg("amount"), typed(amount, "decimal")
        yield cost, pg("costUnit"), text("US dollars")


def _risk(this: str, number: int, start: datetime.date, source: random.Random) -> Iterator[Triple]:
    risk = own(f"partnership/{number}/risk")
    due = start + datetime.timedelta(days=source.randint(0, 300))
    yield this, pg("hasRisk"), risk
    yield risk, TYPE, pg("Risk")
    yield risk, pg("riskKind"), source.choice(RISK_KINDS)
    yield risk, pg("phase"), source.choice(PHASES)
    yield risk, pg("identifiedOn"), typed(start, "date")
    yield risk, pg("dueDate"), typed(due, "date")
    yield risk, pg("riskAssessment"), text(f"Could slow down the work of {number}", "en")
    yield risk, pg("treatment"), text("Both sides talk each month", "en")


def records(
    count: int, broken: float, seed: int
) -> Iterator[tuple[int, list[Triple], faults.Fault | None]]:
    """Yield number, triples and the fault, if any, of each record.

    Args:
        count: how many.
        broken: share of broken records, at most 0.8.
        seed: where chance begins.
    """
    source = random.Random(seed)
    owed, kind = 0.0, 0
    for number in range(count):
        found = record(number, source)
        owed += broken
        fault = None
        if owed >= 1 and number >= SPARED and number % 10 != RENEWED:
            fault = faults.FAULTS[kind % len(faults.FAULTS)]
            found = fault.applied(found, number)
            owed, kind = owed - 1, kind + 1
        yield number, found, fault


def lines(triples: Iterator[Triple] | list[Triple]) -> str:
    """Return triples as N-Triples."""
    return "".join(f"{subject} {predicate} {value} .\n" for subject, predicate, value in triples)


def main() -> None:
    """Write the files that the command line names."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("count", type=int)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--faults", type=Path)
    arguments.add_argument("--broken", type=float, default=0.05)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    write(chosen.count, chosen.out, chosen.faults, chosen.broken, chosen.seed)


def write(
    count: int, out: Path, told: Path | None = None, broken: float = 0.05, seed: int = 1
) -> None:
    """Write reference data and records, and what is broken in them.

    Args:
        count: how many records.
        out: the N-Triples file.
        told: the table of faults: record, kind, focus, shape, component.
        broken: share of broken records.
        seed: where chance begins.
    """
    rows = []
    with out.open("w", encoding="utf-8") as file:
        file.write(lines(reference.triples()))
        for number, triples, fault in records(count, broken, seed):
            file.write(lines(triples))
            if fault:
                this = own(f"partnership/{number}")
                rows.append((this, fault.kind, *fault.finding(number)))
    if told:
        with told.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("record", "kind", "focus", "shape", "component"))
            table.writerows(rows)


if __name__ == "__main__":
    main()
