"""Each remedy on the record that breaks its rule: it mends, and no part of it is too much."""

import datetime

import pytest
from rdflib import Graph, URIRef

from conftest import ROOT
from partnergraph import norms, records, reference, remedies, sight, terms, validation
from partnergraph.report import Finding
from partnergraph.store import Iri, Quad, Store

NORM = norms.current()
TODAY = datetime.date(2026, 11, 24)


def seen(store: Store, rule: str) -> Graph:
    """Return what the rule sees of its failing record."""
    file = ROOT / "shapes" / "examples" / rule / "invalid.ttl"
    record = records.read(file.read_bytes(), "turtle", file.name, store)
    data = validation.seen(store, record, TODAY, inferring=NORM.rules[rule].with_inferred)
    # What a remedy names is in the context of the record that it was applied to.
    mentioned = [
        Quad(Iri("urn:s"), Iri("urn:p"), Iri(str(parameter.default)))
        for remedy in remedies.remedies(NORM, rule)
        for parameter in remedy.parameters
        if isinstance(parameter.default, URIRef)
    ]
    for quad in sight.context(store, records.Record("remedies", mentioned)):
        data.add(terms.triple(quad))
    return data


def found(data: Graph, rule: str) -> set[Finding]:
    inferring = NORM.rules[rule].with_inferred
    return reference.findings(data, NORM, {rule}, inferring=inferring)


def changed(data: Graph, steps: tuple[remedies.Part, ...]) -> Graph:
    """Return the graph after some steps; it is put back by the inverse ones."""
    for step in steps:
        if step.removed:
            data.remove(step.removed)
        if step.added:
            data.add(step.added)
    return data


def undone(steps: tuple[remedies.Part, ...]) -> tuple[remedies.Part, ...]:
    return tuple(remedies.Part(step.added, step.removed) for step in reversed(steps))


def at(finding: Finding) -> tuple[str, str]:
    return finding.focus, finding.value


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(NORM.rules))
def test_each_remedy_mends_and_no_part_of_it_is_too_much(store: Store, rule: str) -> None:
    data = seen(store, rule)
    before = found(data, rule)
    assert before, "the failing record has no finding"
    known = remedies.remedies(NORM, rule)
    assert known, "the rule has no remedy"
    for remedy in known:
        applies = 0
        for finding in sorted(before, key=at):
            fault = remedies.read_value(finding.value)
            steps = remedies.parts(remedy, data, terms.read(finding.focus), fault)
            if not steps:
                continue
            applies += 1
            changed(data, steps)
            left = {at(f) for f in found(data, rule)}
            changed(data, undone(steps))
            assert at(finding) not in left, f"{remedy.id} does not mend {at(finding)}"
            for index in range(len(steps)):
                fewer = steps[:index] + steps[index + 1 :]
                changed(data, fewer)
                left_over = {f.focus for f in found(data, rule)}
                changed(data, undone(fewer))
                assert finding.focus in left_over, f"{remedy.id} does not need {steps[index]}"
        assert applies, f"{remedy.id} applies to no finding of the failing record"


def test_every_remedy_belongs_to_a_rule_and_is_an_instruction() -> None:
    count = 0
    for rule in NORM.rules:
        for remedy in remedies.remedies(NORM, rule):
            count += 1
            assert remedy.id.startswith(rule + "#")
            assert remedy.name[0].isupper()
            assert not remedy.name.endswith(".")
            for parameter in remedy.parameters:
                assert parameter.label
                assert f"?{parameter.name}" in remedy.adds
    assert count >= len(NORM.rules)
