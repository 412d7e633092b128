"""The verdict depends on what a record says, not on how its file is written or what lies beside it.

Each whole record is judged alone once. All of them in one file, written in every order, under
other names, other prefixes and in each format that is read, have to get the same verdicts.
"""

import datetime
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import rdflib
from rdflib import Graph

from conftest import ROOT
from partnergraph import names, records, validation
from partnergraph.report import Verdict
from partnergraph.store import GRAPH_FORMATS, Quad, Store, canonical, parse, serialize

FILES = sorted((ROOT / "data" / "examples" / "records").glob("*.ttl"))
TODAY = datetime.date(2026, 11, 24)
FOREIGN = """
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix theirs: <https://example.org/vocabulary#> .
<https://example.org/thing/1> a theirs:Thing ;
    foaf:name "A thing of somebody else" ;
    theirs:near [ theirs:latitude 46.2 ] .
"""
STRANGER = f"""
@prefix pg: <{names.NS}> .
@prefix example: <{names.ID}example/> .
@prefix organization: <{names.ID}organization/> .
example:stranger a pg:CITESStrategicPartnership ;
    pg:hasPartner organization:cites-secretariat , organization:fao ;
    pg:involvesFinancialTransaction true ;
    pg:hasRisk [ a pg:Risk ; pg:riskBorneBy organization:fao ] .
"""


def lines(text: bytes | str, format_: str = "turtle") -> list[str]:
    """The triples of a text, one a line."""
    content = text.encode() if isinstance(text, str) else text
    return serialize(parse(content, format_), "ntriples").decode().splitlines()


def together() -> list[str]:
    """Every whole record as lines, with blank nodes kept apart."""
    return [
        re.sub(r"(?<![\w<\"])_:(\w+)", rf"_:f{number}\1", line)
        for number, file in enumerate(FILES)
        for line in lines(file.read_bytes())
    ]


def text(told: list[str]) -> bytes:
    return ("\n".join(told) + "\n").encode()


def graph(told: list[str]) -> Graph:
    """The triples for rdflib, which writes the variants, with numbers and dates as written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        return Graph().parse(data=text(told), format="nt")


def shuffled(told: list[str]) -> tuple[bytes, str]:
    told = list(told)
    random.Random(11).shuffle(told)
    return text(told), "ntriples"


def backwards(told: list[str]) -> tuple[bytes, str]:
    return text(told[::-1]), "ntriples"


def renamed(told: list[str]) -> tuple[bytes, str]:
    number = count(1)
    new: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        return new.setdefault(match[0], f"_:zz{9999 - next(number)}")

    return text([re.sub(r"(?<![\w<\"])_:\w+", name, line) for line in told]), "ntriples"


def other_prefixes(told: list[str]) -> tuple[bytes, str]:
    written = Graph(bind_namespaces="none")
    odd = {"sh": names.NS, "pg": names.ID + "organization/", "owl": names.ID + "example/"}
    for prefix, start in odd.items():
        written.bind(prefix, start, override=True, replace=True)
    for triple in graph(told):
        written.add(triple)
    content = written.serialize(format="turtle", encoding="utf-8")
    assert f"@prefix sh: <{names.NS}>".encode() in content
    assert b"a sh:CITESStrategicPartnership" in content
    return content, "turtle"


def long_names(told: list[str]) -> tuple[bytes, str]:
    return graph(told).serialize(format="longturtle", encoding="utf-8"), "turtle"


def in_format(format_: str) -> Callable[[list[str]], tuple[bytes, str]]:
    """Let rdflib write another format; those for several graphs name one."""
    name = {"turtle": "turtle", "trig": "turtle", "rdfxml": "xml", "jsonld": "json-ld"}

    def write(told: list[str]) -> tuple[bytes, str]:
        own = "<https://example.org/graph/records>"
        if format_ in {"ntriples", "nquads"}:
            place = f" {own} ." if format_ == "nquads" else " ."
            return text([line.removesuffix(" .") + place for line in told]), format_
        content = graph(told).serialize(format=name[format_], encoding="utf-8")
        if format_ == "trig":
            body = [line for line in content.decode().splitlines() if not line.startswith("@")]
            head = [line for line in content.decode().splitlines() if line.startswith("@")]
            content = text([*head, f"{own} {{", *body, "}"])
        return content, format_

    return write


VARIANTS: dict[str, Callable[[list[str]], tuple[bytes, str]]] = {
    "as they are": lambda told: (text(told), "ntriples"),
    "shuffled": shuffled,
    "backwards": backwards,
    "other blank nodes": renamed,
    "other prefixes": other_prefixes,
    "another layout": long_names,
    "beside foreign data": lambda told: (text([*told, *lines(FOREIGN)]), "ntriples"),
    "beside a stranger": lambda told: (text([*lines(STRANGER), *told]), "ntriples"),
    **{f"in {format_}": in_format(format_) for format_ in records.SUFFIXES.values()},
}
QUICK = {"shuffled", "other blank nodes", "in jsonld"}


def plain(term: str) -> str:
    """A term without the name of a blank node."""
    return "[]" if term.startswith("_:") else term


def essence(verdict: Verdict) -> dict[str, Any]:
    """What has to stay the same of a verdict."""
    return {
        "outcome": verdict.outcome,
        "paragraphs": sorted(verdict.paragraphs),
        "findings": Counter(
            (plain(f.focus), f.rule, f.path, plain(f.value), f.severity) for f in verdict.findings
        ),
    }


def judged(store: Store, content: bytes, format_: str) -> dict[str, dict[str, Any]]:
    record = records.read(content, format_, "records", store)
    made = validation.judge(store, record, on=TODAY, detailed=False)
    assert made.loose == ()
    return {names.shorten(verdict.record): essence(verdict) for verdict in made.verdicts}


@pytest.fixture(scope="module")
def alone(store: Store) -> Iterator[dict[str, dict[str, Any]]]:
    """The verdict on each record when nothing else is in its file."""
    found: dict[str, dict[str, Any]] = {}
    for file in FILES:
        found |= judged(store, file.read_bytes(), "turtle")
    assert len(found) == len(FILES)
    assert {v["outcome"] for v in found.values()} == {"meets", "not-yet", "not-covered"}
    yield found


def test_each_format_that_is_read_is_tried() -> None:
    assert {name.removeprefix("in ") for name in VARIANTS if name.startswith("in ")} == set(
        GRAPH_FORMATS
    )


@pytest.mark.parametrize("variant", [name for name in VARIANTS if "beside" not in name])
def test_what_is_written_in_another_way_says_the_same(store: Store, variant: str) -> None:
    told = together()
    content, format_ = VARIANTS[variant](told)
    again = [Quad(*q.triple) for q in parse(content, format_)]
    assert canonical(again) == canonical(parse(text(told), "ntriples"))
    # So the hash of a record, too, says nothing of how it was written.
    read = records.read(content, format_, "records", store)
    assert read == records.read(text(told), "ntriples", "records", store)


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow, id=name)
        for name in VARIANTS
    ],
)
def test_records_written_in_another_way_get_the_same_verdicts(
    store: Store, alone: dict[str, dict[str, Any]], variant: str
) -> None:
    found = judged(store, *VARIANTS[variant](together()))
    assert found.pop("example:stranger", {}).get("outcome") == (
        "not-yet" if variant == "beside a stranger" else None
    )
    changed = {
        record: (alone.get(record), found.get(record))
        for record in alone.keys() | found.keys()
        if alone.get(record) != found.get(record)
    }
    assert changed == {}


def test_a_changed_record_would_be_seen(store: Store, alone: dict[str, dict[str, Any]]) -> None:
    """The comparison is no empty one: one triple less, and one verdict differs."""
    told = [
        line
        for line in together()
        if not ("/example/iccwc-completed>" in line and f"<{names.NS}commonVision>" in line)
    ]
    found = judged(store, text(told), "ntriples")
    assert [record for record in alone if alone[record] != found[record]] == [
        "example:iccwc-completed"
    ]
