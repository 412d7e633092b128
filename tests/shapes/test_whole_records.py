"""Whole records, each judged by every rule, with verdicts that were worked out beforehand.

``whole-records.yaml`` tells for each file of ``data/examples/records`` what has to come out and
why. The records are fuller than those in ``shapes/examples``, where each shows one rule.
"""

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from conftest import ROOT
from partnergraph import names, norms, records, validation
from partnergraph.report import OUTCOMES, SEVERITIES, Finding, Report
from partnergraph.store import Store

FOLDER = ROOT / "data" / "examples" / "records"
FILES = sorted(FOLDER.iterdir())
CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "whole-records.yaml").read_text(encoding="utf-8")
)
TODAY = datetime.date(2026, 11, 24)
SAID = {
    "meets": "Verdict: meets the strategy",
    "not-yet": "Verdict: does not yet",
    "not-covered": "Verdict: not covered",
}
REPORTS: dict[str, Report] = {}


def report(store: Store, name: str) -> Report:
    if name not in REPORTS:
        record = records.read((FOLDER / f"{name}.ttl").read_bytes(), "turtle", name, store)
        REPORTS[name] = validation.judge(store, record, on=TODAY, detailed=False)
    return REPORTS[name]


def short(findings: tuple[Finding, ...]) -> list[list[str]]:
    return [[f.rule, names.shorten(f.focus), f.severity] for f in findings]


def test_each_record_has_its_case_and_each_case_its_record() -> None:
    assert [file.name for file in FILES] == [f"{name}.ttl" for name in sorted(CASES)]


@pytest.mark.parametrize("name", CASES)
def test_a_case_names_rules_paragraphs_and_severities_that_exist(store: Store, name: str) -> None:
    case = CASES[name]
    assert case["outcome"] in OUTCOMES
    assert case["reasoning"].strip()
    rules = {rule for rule, _, _ in case["must_find"]} | set(case["must_not_find"])
    assert rules - set(norms.current().rules) == set()
    assert {severity for _, _, severity in case["must_find"]} <= set(SEVERITIES)
    for paragraph in case["paragraphs"]:
        assert store.ask(f"ASK {{ <{names.PARAGRAPH}{paragraph}> ?p ?o }}"), paragraph


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_one_worked_out(store: Store, name: str) -> None:
    case, made = CASES[name], report(store, name)
    (verdict,) = made.verdicts
    assert names.shorten(verdict.record) == f"example:{name}"
    assert verdict.outcome == case["outcome"], short(verdict.findings)
    assert set(case["paragraphs"]) <= set(verdict.paragraphs)
    if case["outcome"] != "not-yet":
        assert set(verdict.paragraphs) == set(case["paragraphs"])


@pytest.mark.parametrize("name", CASES)
def test_the_findings_are_there_and_no_others_of_the_rules_ruled_out(
    store: Store, name: str
) -> None:
    case, made = CASES[name], report(store, name)
    told = short(made.findings())
    assert [wanted for wanted in case["must_find"] if wanted not in told] == []
    assert [found for found in told if found[0] in case["must_not_find"]] == []
    if case.get("silent"):
        assert told == []
    if "only_violations_of" in case:
        assert {rule for rule, _, severity in told if severity == "Violation"} == set(
            case["only_violations_of"]
        )


@pytest.mark.parametrize("name", CASES)
def test_only_a_record_that_does_not_yet_meet_the_strategy_has_a_violation(
    store: Store, name: str
) -> None:
    violated = report(store, name).worst() == "Violation"
    assert violated == (CASES[name]["outcome"] == "not-yet")


def test_what_is_guidance_is_told_as_information_only(store: Store) -> None:
    (verdict,) = report(store, "party-led").verdicts
    assert verdict.guidance
    assert {f.severity for f in verdict.findings} == {"Info"}
    others = [v for name in CASES for v in report(store, name).verdicts if name != "party-led"]
    assert not any(v.guidance for v in others)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_record_says_what_it_shows_and_that_it_is_made_up(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    comment = " ".join(
        line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")
    )
    assert SAID[CASES[file.stem]["outcome"]] in comment
    assert [said for said in SAID.values() if said in comment] == [
        SAID[CASES[file.stem]["outcome"]]
    ]
    told = Graph().parse(data=text)
    for thing in {s for s in told.subjects() if isinstance(s, URIRef)}:
        assert str(thing).startswith(f"{names.ID}example/{file.stem}")
        assert (thing, URIRef(names.NS + "madeUp"), Literal(True)) in told
        assert (thing, RDF.type, None) in told
        (label,) = told.objects(thing, SKOS.prefLabel)
        assert str(label).startswith("Made-up example: ")


@cache
def statements(name: str) -> frozenset[str]:
    """The lines of a record below its prefixes, without what only tells it apart."""
    text = (FOLDER / f"{name}.ttl").read_text(encoding="utf-8").replace(f"example:{name}", "it")
    apart = ("#", "@prefix", "skos:prefLabel", "pg:portalReference")
    kept = (line.strip().rstrip(";.,] ") for line in text.splitlines())
    return frozenset(line for line in kept if line and not line.startswith(apart))


def test_records_that_call_themselves_the_same_differ_only_where_they_say() -> None:
    plain, claimed = statements("ecites-with-money"), statements("ecites-claimed")
    assert plain ^ claimed == {"it a pg:Partnership", "it a pg:CITESStrategicPartnership"}
    without, reason = statements("company-without-reason"), statements("company-with-reason")
    assert without < reason
    assert {line.split()[0] for line in reason - without} == {
        "pg:hasException",
        "a",
        "pg:exceptionFor",
        "pg:reason",
        "pg:recordedBy",
        "pg:recordedOn",
    }
