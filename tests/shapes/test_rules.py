"""Each rule on the record that meets it and on the one that does not; and the rules themselves.

``shapes/examples`` holds for each rule ``valid.ttl`` and ``invalid.ttl``. The latter opens
with the findings that the rule must make, and it must make no other.
"""

import datetime
import re
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, SH, Graph, URIRef

from conftest import ROOT
from partnergraph import names, norms, records, report, rooms, validation
from partnergraph.errors import UnknownNameError
from partnergraph.report import Finding
from partnergraph.store import Store

CASES = sorted((ROOT / "shapes" / "examples").iterdir())
NORM = norms.current()
RULES = NORM.rules
TODAY = datetime.date(2026, 11, 24)
"""The day on which the two records of a rule are judged."""
_EXPECT = re.compile(r"# expect: focus=(\S+) path=(\S+) value=(.+?) severity=(\w+)$", re.MULTILINE)
_PREFIX = re.compile(r"@prefix\s+([\w-]*):\s+<([^>]+)>")


def judged(store: Store, file: Path, rule: str) -> report.Report:
    record = records.read(file.read_bytes(), "turtle", file.name, store)
    return validation.judge(store, record, {rule}, on=TODAY, detailed=False)


def expected(text: str) -> list[tuple[str, str, str, str]]:
    prefixes: dict[str, str] = {**names.PREFIXES, **dict(_PREFIX.findall(text))}

    def iri(short: str) -> str:
        if short.startswith("<"):
            return short[1:-1]
        prefix, _, local = short.partition(":")
        return prefixes[prefix] + local

    return sorted(
        (
            iri(focus),
            "" if path == "-" else path,
            _value("" if value == "-" else value, prefixes),
            severity,
        )
        for focus, path, value, severity in _EXPECT.findall(text)
    )


def _value(text: str, prefixes: dict[str, str]) -> str:
    if text.startswith('"'):
        return re.sub(r"\^\^(\w+):(\w+)$", lambda m: f"^^<{prefixes[m[1]]}{m[2]}>", text)
    prefix, colon, local = text.partition(":")
    return f"<{prefixes[prefix]}{local}>" if colon and prefix in prefixes else text


def found(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, str]]:
    return sorted((f.focus, f.path, f.value, f.severity) for f in findings)


def test_each_rule_has_its_two_records_and_no_record_lacks_its_rule() -> None:
    assert [case.name for case in CASES] == sorted(RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_record_that_meets_the_rule_has_no_finding(store: Store, case: Path) -> None:
    made = judged(store, case / "valid.ttl", case.name)
    assert made.focus_nodes[case.name] > 0, "the rule has nothing to look at"
    assert made.findings() == ()


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_record_that_breaks_the_rule_has_just_the_expected_findings(
    store: Store, case: Path
) -> None:
    wanted = expected((case / "invalid.ttl").read_text(encoding="utf-8"))
    assert wanted, "the record names no finding"
    made = judged(store, case / "invalid.ttl", case.name)
    assert found(made.findings()) == wanted
    assert {f.rule for f in made.findings()} == {case.name}


def test_a_complete_record_meets_every_rule_and_the_rules_look_at_it(store: Store) -> None:
    file = ROOT / "data" / "examples" / "complete-record.ttl"
    made = validation.judge(store, records.read(file.read_bytes(), "turtle", file.name, store))
    assert made.findings() == ()
    asked = {rule for rule, nodes in made.focus_nodes.items() if nodes}
    unasked = set(RULES) - asked
    assert {RULES[rule].target for rule in unasked} == {"pg:ImplementationPartnership"}


def test_every_shacl_term_exists_and_every_term_of_ours_is_declared(store: Store) -> None:
    used = {str(term) for triple in NORM.shapes for term in triple if isinstance(term, URIRef)}
    assert [t for t in used if t.startswith(names.SH) and URIRef(t) not in SH] == []
    assert URIRef(names.SH + "minCounts") not in SH
    ours = {term for term in used if term.startswith(names.NS)}
    assert ours
    for term in ours:
        assert store.ask(f"ASK {{ <{term}> ?p ?o }}"), f"{names.shorten(term)} is not declared"


def test_the_rules_conform_to_the_shapes_of_shacl() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=NORM.shapes, meta_shacl=True)
    assert conforms, text


def test_every_shape_with_a_target_is_named_and_is_a_rule() -> None:
    shapes = NORM.shapes
    targeted = set(shapes.subjects(SH.targetClass, None))
    assert targeted == {URIRef(names.RULE + id_) for id_ in RULES}
    assert set(shapes.subjects(RDF.type, SH.PropertyShape)) - targeted == set()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_the_severity_follows_from_the_force_of_the_paragraph_or_a_note_says_why_not(
    store: Store, rule: norms.Rule
) -> None:
    paragraph = rule.id.partition("-")[0]
    assert paragraph in rule.paragraphs, "the rule's id names its first paragraph"
    (row,) = store.select(
        f"SELECT ?f WHERE {{ <{names.PARAGRAPH}{paragraph}> <{names.NS}force> ?f }}"
    )
    force = row["f"].value.rpartition("/")[2]
    of_force = {"must": "Violation", "definition": "Violation", "should": "Warning",
                "in-principle": "Warning", "may": "Info", "example": "Info",
                "information": "Info"}  # fmt: skip
    assert bool(rule.note) == (rule.severity != of_force[force]), (force, rule.severity)
    if rule.note:
        assert re.search(r"[\"“”]", rule.note), "the note quotes the words that decide"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_message_says_the_rule_the_likely_cause_and_what_to_do(rule: norms.Rule) -> None:
    assert len(re.findall(r"[.!?](?= |$)", rule.message)) >= 3
    assert rule.why.endswith(".")
    assert rule.name


def test_each_part_of_the_strategy_has_one_file_that_can_be_read_in_one_sitting() -> None:
    for room in rooms.shapes():
        assert room.read().count(b"\n") < 450, room.name


def test_judging_one_record_leaves_nothing_behind_for_the_next(store: Store) -> None:
    def judgement(rule: str) -> report.Report:
        file = ROOT / "shapes" / "examples" / rule / "invalid.ttl"
        return validation.judge(
            store, records.read(file.read_bytes(), "turtle", file.name, store), on=TODAY
        )

    first = judgement("S22.a-sdg")
    judgement("S48-decided-at")
    with pytest.raises(UnknownNameError):
        validation.judge(store, records.Record("none", []), {"S12-nothing"})
    assert judgement("S22.a-sdg") == first
