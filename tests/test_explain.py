"""Why: a rule, a verdict, a criterion of it, and the chains by which a record serves an aim."""

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from partnergraph import explain, names, norms, records, texts, words
from partnergraph.contributions import ContributionExplained
from partnergraph.directory import StoreDirectory
from partnergraph.errors import PartnergraphError, UnknownNameError
from partnergraph.explain import CriterionExplained, RuleExplained, VerdictExplained
from partnergraph.forms import explained
from partnergraph.store import Store

TODAY = datetime.date(2026, 11, 24)
NORM = norms.current()
LANGUAGES = ("en", "fr", "es")
PREFIXES = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
STATUSES = ("official", "stated", "verified", "partly-verified", "unverified", "inferred")
"""The strongest first."""


def written(found: explain.Explained) -> str:
    return explained.write(found, "text").decode()


def record(store: Store, text: str) -> records.Record:
    content = f"{PREFIXES}@prefix ex: <https://example.org/record/> .\n{text}".encode()
    return records.read(content, "turtle", "inline.ttl", store)


# A rule


def rule(store: Store, id_: str, language: str = "en") -> RuleExplained:
    found = explain.explain(store, id_, language=language)
    assert isinstance(found, RuleExplained)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_can_be_explained(store: Store, language: str) -> None:
    for id_, known in NORM.rules.items():
        found = rule(store, id_, language)
        assert (found.rule, found.language) == (id_, language)
        for predicate, said, english in (
            ("name", found.name, known.name),
            ("message", found.message, known.message),
            ("description", found.why, known.why),
        ):
            wanted = texts.text(names.RULE + id_, names.SH + predicate, language, english)
            assert (said, wanted.language) == (wanted.value, language), f"{id_} sh:{predicate}"
        assert (found.severity, found.note) == (known.severity, known.note)
        assert tuple(sorted(p for p, _, _ in found.paragraphs)) == known.paragraphs
        for _, force, summary in found.paragraphs:
            assert force
            assert summary
        for kind in ("valid", "invalid"):
            file = ROOT / "shapes" / "examples" / id_ / f"{kind}.ttl"
            assert getattr(found, kind) == file.read_text(encoding="utf-8")
        assert found.remedies
        assert found.stages == known.stages
        assert found.restricted == known.restricted


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_of_a_rule_says_what_why_how_strongly_and_when(
    store: Store, language: str
) -> None:
    for id_ in ("S36.c-private-company", "C5.d-due-diligence", "S51-results"):
        found = rule(store, id_, language)
        text = written(found)
        lines = text.splitlines()
        assert lines[0] == f"{id_}: {found.name}"
        for said in (found.message, found.why, *found.remedies, *found.stages):
            assert said in text
        strength = words.word(f"severity.{found.severity}", language)
        (line,) = [x for x in lines if x.startswith(words.word("explain.strength", language))]
        assert strength in line
        assert found.note in line
        restricted = words.word("report.restricted", language)
        assert (restricted in text) == found.restricted == (id_ == "C5.d-due-diligence")
        assert (words.word("explain.always", language) in text) == (not found.stages)
        for paragraph, _, _ in found.paragraphs:
            assert any(x.startswith(paragraph) for x in lines)
        for source in (found.valid, found.invalid):
            for one in filter(None, map(str.rstrip, source.splitlines())):
                assert f"    {one}" in lines


def test_some_rule_has_a_note_on_its_severity(store: Store) -> None:
    noted = next(r for r in NORM.rules.values() if r.note)
    assert noted.note in written(rule(store, noted.id))


def test_a_rule_is_found_with_its_prefix_too(store: Store) -> None:
    assert rule(store, "rule:S12-secretariat") == rule(store, "S12-secretariat")


def test_a_rule_of_another_version_is_told_in_the_words_of_that_version(store: Store) -> None:
    norm = norms.revised(
        norms.current(), (ROOT / "data/examples/norms/second.ttl").read_bytes(), "second.ttl"
    )
    found = explain.explain(store, "S36.c-private-company", language="fr", norm=norm)
    assert isinstance(found, RuleExplained)
    assert found.message == norm.rules["S36.c-private-company"].message
    assert (found.severity, found.valid, found.invalid) == ("Violation", "", "")
    assert rule(store, "S36.c-private-company").severity == "Warning"


# A record, and a criterion of it


def test_a_partnership_of_the_graph_has_its_verdict_explained(store: Store) -> None:
    found = explain.explain(store, "iccwc", on=TODAY)
    assert isinstance(found, VerdictExplained)
    (verdict,) = found.report.verdicts
    assert names.shorten(verdict.record) == "partnership:iccwc"
    assert verdict.criteria
    text = written(found)
    assert words.word(f"outcome.{verdict.outcome}", "en") in text
    assert verdict.reason in text
    same = explain.explain(store, "partnership:iccwc", on=TODAY)
    assert isinstance(same, VerdictExplained)
    assert same.report.verdicts[0].outcome == verdict.outcome


def test_a_criterion_names_the_statements_that_decided_with_source_and_status(
    store: Store,
) -> None:
    found = explain.explain(store, "iccwc", "S12-secretariat", on=TODAY)
    assert isinstance(found, CriterionExplained)
    assert (found.criterion.rule, found.criterion.state) == ("S12-secretariat", "met")
    told = {(s.subject, s.predicate, s.object): s for s in found.statements}
    decided = told["partnership:iccwc", "pg:hasPartner", "organization:cites-secretariat"]
    assert decided.status in STATUSES
    assert "paragraph:C28" in decided.sources
    text = written(found)
    assert "paragraph:C28" in text
    assert words.word("state.met", "en") in text
    # Whatever our graph says was seen somewhere; each statement tells where and how sure it is.
    for statement in found.statements:
        assert statement.sources, statement
        assert statement.status in STATUSES
        row = store.select(
            f"""{names.prologue("rdf", "pg")} SELECT ?status WHERE {{
              ?st rdf:subject <{names.expand(statement.subject)}> ;
                  rdf:predicate <{names.expand(statement.predicate)}> ;
                  rdf:object <{names.expand(statement.object)}> ; pg:statementStatus ?status }}"""
        )
        assert statement.status in {r["status"].value.rpartition("/")[2] for r in row}


TREATED = """ex:p a pg:CITESStrategicPartnership ; skos:prefLabel "Trial"@en ;
    pg:hasPartner organization:fao , ex:other . ex:other a pg:Organization ."""


def test_a_criterion_of_a_record_in_a_file_tells_its_findings(store: Store) -> None:
    found = explain.explain(
        store, "inline.ttl", "S12-secretariat", record=record(store, TREATED), on=TODAY
    )
    assert isinstance(found, CriterionExplained)
    assert (found.criterion.state, found.criterion.severity) == ("not-met", "Violation")
    assert {f.rule for f in found.findings} == {"S12-secretariat"}
    own = [s for s in found.statements if s.predicate == "pg:hasPartner"]
    assert {s.object for s in own} == {"organization:fao", "https://example.org/record/other"}
    assert {s.sources for s in own} == {()}, "the record is its own source"
    text = written(found)
    assert found.findings[0].message in text
    assert words.word("state.not-met", "en") in text


def test_only_what_the_rule_looks_at_is_named(store: Store) -> None:
    found = explain.explain(
        store, "inline.ttl", "S12-common-vision", record=record(store, TREATED), on=TODAY
    )
    assert isinstance(found, CriterionExplained)
    assert {s.predicate for s in found.statements} <= {"rdf:type", "pg:commonVision"}


def test_a_criterion_that_has_nothing_to_look_at_says_so(store: Store) -> None:
    short = "ex:p a pg:Partnership ; pg:durationType duration-type:short-term ."
    with pytest.raises(UnknownNameError, match="nothing to look at"):
        explain.explain(
            store, "inline.ttl", "S12-secretariat", record=record(store, short), on=TODAY
        )


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_criterion_is_told_in_the_language_asked_for(store: Store, language: str) -> None:
    found = explain.explain(store, "iccwc", "S12-secretariat", language=language, on=TODAY)
    assert isinstance(found, CriterionExplained)
    name = texts.text(names.RULE + "S12-secretariat", names.SH + "name", language, "")
    assert (found.criterion.name, name.language) == (name.value, language)
    text = written(found)
    assert words.word("state.met", language) in text
    assert words.word("explain.triples", language) in text
    assert words.word("explain.triples", "en") not in text


# An aim


def contribution(
    store: Store, text: str, target: str, language: str = "en"
) -> ContributionExplained:
    found = explain.explain(
        store, "inline.ttl", target, record=record(store, text), language=language, on=TODAY
    )
    assert isinstance(found, ContributionExplained)
    return found


CLAIMS = """ex:p a pg:CITESStrategicPartnership ; skos:prefLabel "Trial"@en ;
    pg:contributesTo sv:1.1 , sv:2.1 , sv:4.1 ."""


def test_each_chain_leads_link_by_link_from_the_record_to_the_aim(store: Store) -> None:
    found = contribution(store, CLAIMS, "sdg:12")
    assert len(found.chains) > 2
    for chain in found.chains:
        first, *rest = chain.links
        assert (first.subject, first.predicate) == (
            "https://example.org/record/p",
            "pg:contributesTo",
        )
        assert first.object in {"sv:1.1", "sv:2.1", "sv:4.1"}
        assert chain.links[-1].object == "sdg:12"
        for link, after in zip(chain.links, rest, strict=False):
            assert link.object == after.subject
        for link in rest:
            assert link.sources, link
            assert link.status in STATUSES


def test_the_weakest_status_on_the_way_is_that_of_the_chain(store: Store) -> None:
    found = contribution(store, CLAIMS, "sdg:12")
    for chain in found.chains:
        told = [STATUSES.index(link.status) for link in chain.links if link.status]
        assert STATUSES.index(chain.status) >= max(told)
    assert {"verified", "inferred"} <= {chain.status for chain in found.chains}
    ranks = [STATUSES.index(chain.status) for chain in found.chains]
    assert ranks == sorted(ranks), "the best founded first"
    text = written(found)
    for number, chain in enumerate(found.chains, 1):
        assert f"{number}. {words.word('explain.weakest', 'en')}: {chain.status}" in text


def test_an_inferred_link_is_never_shown_as_official_or_verified(store: Store) -> None:
    seen = 0
    for target in ("sdg:12", "sdg:14", "sdg:15", "kmgbf:GBF-TARGET-05", "kmgbf:GBF-TARGET-20"):
        claims = "ex:p a pg:CITESStrategicPartnership ; pg:contributesTo " + " , ".join(
            f"sv:{n}" for n in ("1.1", "1.3", "1.5", "2.1", "2.2", "3.4", "4.1", "4.2")
        )
        for chain in contribution(store, claims + " .", target).chains:
            for link in chain.links[1:]:
                if link.predicate == "pg:alignedAsInferred" or link.status == "inferred":
                    seen += 1
                    assert link.status == "inferred"
                    assert link.predicate == "pg:alignedAsInferred"
                    assert chain.status == "inferred"
                assert link.predicate != "pg:suggestedAlignment", "a hunch draws no conclusion"
    assert seen > 2


def test_the_claim_of_the_record_itself_is_a_chain_of_one_link(store: Store) -> None:
    found = contribution(
        store, "ex:p a pg:CITESStrategicPartnership ; pg:contributesTo sdg:15.7 .", "sdg:15.7"
    )
    (chain,) = found.chains
    assert [(link.predicate, link.object) for link in chain.links] == [
        ("pg:contributesTo", "sdg:15.7")
    ]
    assert chain.status == "stated", "nobody but the record says so"


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_no_chain_leads_that_is_said_and_no_more(store: Store, language: str) -> None:
    for found in (
        explain.explain(store, "iccwc", "sdg:15.7", language=language, on=TODAY),
        contribution(store, TREATED, "sdg:15.7", language),
        # The hunch alone would lead there.
        contribution(
            store,
            "ex:p a pg:CITESStrategicPartnership ; pg:contributesTo sv:3.4 .",
            "sdg:15.7",
            language,
        ),
    ):
        assert isinstance(found, ContributionExplained)
        assert found.chains == ()
        text = written(found)
        parts = {"record": found.label, "target": f"{found.target_label} ({found.target})"}
        assert text.strip() == words.word("explain.no-chain", language, **parts)


def test_every_record_of_a_file_has_its_chains(store: Store) -> None:
    both = """ex:a a pg:CITESStrategicPartnership ; pg:contributesTo sv:1 .
        ex:b a pg:CITESStrategicPartnership ; pg:contributesTo sdg:15.7 ."""
    found = contribution(store, both, "sdg:15.7")
    assert [chain.links[0].subject for chain in found.chains] == ["https://example.org/record/b"]


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_contribution_is_told_in_the_language_asked_for(store: Store, language: str) -> None:
    text = written(contribution(store, CLAIMS, "sdg:12", language))
    assert words.word("explain.weakest", language) in text
    assert words.word("explain.weakest", "en") not in text


# Names that are not there


@pytest.mark.parametrize(
    ("subject", "detail", "nearest"),
    [
        ("S12-secretaria", "", "S12-secretariat"),
        ("iccwcc", "", "iccwc"),
        ("partnership:iccwcc", "", "partnership:iccwc"),
        ("iccwcc", "S12-secretariat", "iccwc"),
        ("iccwc", "sdg:15.77", "sdg:15.7"),
        ("iccwc", "S12-secretaria", "S12-secretariat"),
        ("iccwc", "rule:S12-secretaria", "S12-secretariat"),
        ("S12-secretariat", "sdg:15.7", ""),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(
    store: Store, subject: str, detail: str, nearest: str
) -> None:
    with pytest.raises(PartnergraphError) as caught:
        explain.explain(store, subject, detail)
    assert caught.value.exit_code == 2
    assert (detail or subject) in caught.value.detail or subject in caught.value.detail
    assert nearest in caught.value.hint
    assert caught.value.hint


# JSON, and the command


@pytest.mark.parametrize(
    ("subject", "detail"),
    [
        ("S36.c-private-company", ""),
        ("iccwc", ""),
        ("iccwc", "S12-secretariat"),
        ("iccwc", "sdg:15.7"),
    ],
)
def test_an_explanation_goes_through_json_unchanged(
    store: Store, subject: str, detail: str
) -> None:
    found = explain.explain(store, subject, detail, language="fr", on=TODAY)
    fields = json.loads(explained.write(found, "json"))
    assert explained.read(fields) == found
    assert fields["kind"] in {"rule", "verdict", "criterion", "contribution"}
    assert fields["language"] == "fr"


def run(store: StoreDirectory, *arguments: object) -> subprocess.CompletedProcess[str]:
    words_ = [str(argument) for argument in arguments]
    return subprocess.run(
        [sys.executable, "-m", "partnergraph", "explain", *words_, "--store", str(store.path)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_command_explains_a_file_and_refuses_what_it_does_not_know(
    loaded: StoreDirectory, tmp_path: Path
) -> None:
    file = tmp_path / "claims.ttl"
    file.write_text(
        f"{PREFIXES}@prefix ex: <https://example.org/record/> .\n{CLAIMS}", encoding="utf-8"
    )
    good = run(loaded, file, "sdg:12", "--lang", "es")
    assert (good.returncode, good.stderr) == (0, "")
    assert words.word("explain.weakest", "es") in good.stdout
    failed = run(loaded, file, "S12-secretariat", "--format", "json")
    assert failed.returncode == 0, "an explanation is no check"
    assert json.loads(failed.stdout)["criterion"]["state"] == "not-met"
    unknown = run(loaded, "iccwcc")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "Did you mean iccwc" in unknown.stderr
