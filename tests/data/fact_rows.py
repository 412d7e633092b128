"""The rows of our fact tables as they are written, and a way to seed a fault among them."""

import csv
import io
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest

from partnergraph import rooms


class Row(NamedTuple):
    table: str
    subject: str
    predicate: str
    object: str
    type: str
    sources: tuple[str, ...]
    status: str
    note: str


Rows = tuple[Row, ...]
Check = Callable[[Rows], list[str]]


def read(text: str, table: str = "seeded") -> Rows:
    return tuple(
        Row(table, s, p, o, type_, tuple(source.split(" ")), status, note)
        for s, p, o, type_, source, status, note in csv.reader(io.StringIO(text))
    )


@cache
def ours() -> Rows:
    return tuple(
        row
        for room in rooms.data()
        for row in read(room.read().decode().partition("\n")[2], room.path.stem)
    )


def seeded(
    *added: str, found: list[str], without: Callable[[Row], bool] = lambda _: False
) -> pytest.MarkDecorator:
    """Ask a check twice: our rows have no fault; with rows added or left out it finds some."""
    rows = tuple(row for row in ours() if not without(row)) + read("\n".join(added))
    return pytest.mark.parametrize(
        ("rows", "found"),
        [pytest.param(ours(), [], id="ours"), pytest.param(rows, found, id="seeded")],
    )


def things(rows: Rows, *classes: str) -> list[str]:
    """The things that rows say to be of one of some classes, in their order."""
    return [r.subject for r in rows if r.predicate == "rdf:type" and r.object in classes]


def values(rows: Rows, predicate: str) -> dict[str, list[str]]:
    """What each thing has by a predicate, each value once."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.predicate == predicate and row.object not in found.setdefault(row.subject, []):
            found[row.subject].append(row.object)
    return found
