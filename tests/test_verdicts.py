"""From findings to verdicts: grounds, whose rules decide, guidance, stages, the public report."""

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from partnergraph import forms, names, norms, records, validation, verdicts
from partnergraph.directory import StoreDirectory
from partnergraph.forms.localized import localized
from partnergraph.report import ANSWER, Criterion, Report, Verdict
from partnergraph.store import Iri, Quad, Store, parse, serialize

TODAY = datetime.date(2026, 11, 24)
EXAMPLES = ROOT / "shapes" / "examples"
COMPLETE = ROOT / "data" / "examples" / "complete-record.ttl"
NORM = norms.current()
STAGED = sorted(rule.id for rule in NORM.rules.values() if rule.stages)
FORMS = tuple(forms.MEDIA)
RESTRICTED = sorted(rule.id for rule in NORM.rules.values() if rule.restricted)
PREFIXES = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
EX = "https://example.org/record/"
STATUS = Iri(names.NS + "recordStatus")


def judged(store: Store, text: str | bytes, *rules: str) -> Report:
    """The report on a record written with our prefixes and ``ex:``."""
    if isinstance(text, str):
        text = f"{PREFIXES}@prefix ex: <{EX}> .\n{text}".encode()
    return validation.judge(
        store, records.read(text, "turtle", "inline.ttl", store), rules, on=TODAY
    )


def verdict(store: Store, text: str, *rules: str) -> Verdict:
    """The verdict on ``ex:p``, among the records of a text."""
    (found,) = [v for v in judged(store, text, *rules).verdicts if v.record == EX + "p"]
    return found


# Each ground with the least that leads to it: id, record, outcome, ground, paragraphs.
GROUNDS = [
    (
        "nothing-violated",
        "ex:p a pg:CITESStrategicPartnership ; pg:hasPartner organization:cites-secretariat .",
        ("meets", "no-violation", ()),
    ),
    (
        "a-violation",
        "ex:p a pg:CITESStrategicPartnership ; pg:hasPartner organization:fao .",
        ("not-yet", "violations", ("S12",)),
    ),
    (
        "carries-out-a-decision",
        "ex:p a pg:ImplementationPartnership ; pg:implementsDecision document:cites-dec-19.20 .",
        ("not-covered", "short-term", ("S15",)),
    ),
    (
        "short-by-its-duration",
        "ex:p a pg:Partnership ; pg:durationType duration-type:short-term .",
        ("not-covered", "short-term", ("S15",)),
    ),
    (
        "money",
        "ex:p a pg:Partnership ; pg:hasPartner organization:cites-secretariat ;"
        " pg:involvesFinancialTransaction true .",
        ("not-covered", "money", ("C5.b",)),
    ),
    (
        "money-written-as-one",
        "ex:p a pg:Partnership ; pg:hasPartner organization:cites-secretariat ;"
        ' pg:involvesFinancialTransaction "1"^^xsd:boolean .',
        ("not-covered", "money", ("C5.b",)),
    ),
    (
        "led-at-the-level-of-a-party",
        "ex:p a pg:Partnership ; pg:hasPartner organization:fao ; pg:level level:party .",
        ("not-covered", "party-led", ("S12", "S46")),
    ),
    (
        "led-by-a-country",
        "ex:p a pg:Partnership ; pg:hasPartner ex:state . ex:state a pg:Country ; pg:leads ex:p .",
        ("not-covered", "party-led", ("S12", "S46")),
    ),
    (
        "led-by-an-organization",
        "ex:p a pg:Partnership ; pg:hasPartner ex:o . ex:o a pg:Organization ; pg:leads ex:p .",
        ("not-covered", "no-secretariat", ("S12",)),
    ),
    (
        "no-secretariat",
        "ex:p a pg:Partnership ; pg:hasPartner organization:fao .",
        ("not-covered", "no-secretariat", ("S12",)),
    ),
    (
        "a-prospect",
        "ex:p a pg:ProspectivePartnership .",
        ("not-covered", "prospect", ("S35",)),
    ),
    (
        "no-claim",
        "ex:p a pg:Partnership ; pg:hasPartner organization:cites-secretariat .",
        ("not-covered", "no-claim", ("S12",)),
    ),
    (
        "no-money-is-no-ground",
        "ex:p a pg:Partnership ; pg:hasPartner organization:cites-secretariat ;"
        " pg:involvesFinancialTransaction false .",
        ("not-covered", "no-claim", ("S12",)),
    ),
    # Where two grounds fit, the one that says more about the record is told.
    (
        "a-prospect-with-money",
        "ex:p a pg:ProspectivePartnership ; pg:involvesFinancialTransaction true .",
        ("not-covered", "prospect", ("S35",)),
    ),
    (
        "short-with-money",
        "ex:p a pg:ImplementationPartnership ; pg:involvesFinancialTransaction true .",
        ("not-covered", "short-term", ("S15",)),
    ),
    (
        "money-led-by-a-party",
        "ex:p a pg:Partnership ; pg:level level:party ; pg:involvesFinancialTransaction true .",
        ("not-covered", "money", ("C5.b",)),
    ),
    (
        "a-claim-in-a-narrower-class",
        "ex:p a pg:LongTermPartnership ; pg:hasPartner organization:fao .",
        ("not-yet", "violations", ("S12",)),
    ),
    (
        "a-claim-is-judged-whatever-else-is-said",
        "ex:p a pg:CITESStrategicPartnership ; pg:durationType duration-type:short-term ;"
        " pg:hasPartner organization:cites-secretariat ; pg:level level:party .",
        ("meets", "no-violation", ()),
    ),
]


@pytest.mark.parametrize(
    ("text", "wanted"), [case[1:] for case in GROUNDS], ids=[case[0] for case in GROUNDS]
)
def test_a_record_has_the_outcome_and_the_ground_that_its_facts_give(
    store: Store, text: str, wanted: tuple[str, str, tuple[str, ...]]
) -> None:
    found = verdict(store, text, "S12-secretariat")
    assert (found.outcome, found.ground, found.paragraphs) == wanted
    assert found.guidance == (found.ground == "party-led")


def test_every_ground_has_a_case_above() -> None:
    # The one left out is that of a public report, further down.
    assert {wanted[1] for _, _, wanted in GROUNDS} | {"public-part"} == set(verdicts.GROUNDS)


def test_a_claim_with_money_is_not_yet_and_not_set_aside(store: Store) -> None:
    text = "ex:p a pg:CITESStrategicPartnership ; pg:involvesFinancialTransaction {} ."
    bad = verdict(store, text.format("true"), "C5.b-no-transaction")
    assert (bad.outcome, bad.ground, bad.paragraphs) == ("not-yet", "violations", ("C5.b",))
    good = verdict(store, text.format("false"), "C5.b-no-transaction")
    assert (good.outcome, good.ground) == ("meets", "no-violation")


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_each_ground_is_told_in_words_and_a_violation_with_their_number(
    store: Store, language: str
) -> None:
    text = "".join(
        case[1].replace("ex:p", f"ex:p{n}").replace("ex:state", f"ex:state{n}")
        for n, case in enumerate(GROUNDS)
    )
    made = localized(judged(store, text, "S12-secretariat"), language)
    told = {v.ground: v.reason for v in made.verdicts}
    told |= {v.ground: v.reason for v in localized(made.public(), language).verdicts}
    good = judged(store, GROUNDS[0][1], "S12-secretariat").public()
    told |= {v.ground: v.reason for v in localized(good, language).verdicts}
    assert set(told) == set(verdicts.GROUNDS)
    assert len(set(told.values())) == len(told)
    assert "1" in told["violations"]


LEVELS = [
    ("mandated", "pg:separateProcess true ; pg:mandatedBy ex:d", "cites-cop", "cites-decision"),
    ("permanent", "pg:separateProcess true ; pg:mandatedBy ex:d", "cites-sc", "cites-decision"),
    ("no-process", "pg:separateProcess false ; pg:mandatedBy ex:d", "cites-cop", "unep-policy"),
    ("process-untold", "pg:mandatedBy ex:d", "cites-cop", "unep-policy"),
    ("no-mandate", "pg:separateProcess true", "cites-cop", "unep-policy"),
    ("not-governing", "pg:separateProcess true ; pg:mandatedBy ex:d", "fao", "unep-policy"),
    (
        "of-another-treaty",
        "pg:separateProcess true ; pg:mandatedBy ex:d",
        "cbd-cop",
        "unep-policy",
    ),
    (
        "conflict",
        "pg:separateProcess true ; pg:conflictsWithPolicy true ; pg:mandatedBy ex:d",
        "cites-cop",
        "unep-policy",
    ),
    (
        "conflict-denied",
        "pg:separateProcess true ; pg:conflictsWithPolicy false ; pg:mandatedBy ex:d",
        "cites-cop",
        "cites-decision",
    ),
]


@pytest.mark.parametrize(
    ("says", "body", "level"), [case[1:] for case in LEVELS], ids=[case[0] for case in LEVELS]
)
def test_a_cites_decision_decides_only_with_a_mandated_process_and_without_conflict(
    store: Store, says: str, body: str, level: str
) -> None:
    text = f"""ex:p a pg:CITESStrategicPartnership ; {says} .
        ex:d a pg:Decision ; pg:issuedBy organization:{body} ."""
    assert verdict(store, text, "S12-secretariat").level == level


def test_a_known_decision_says_by_itself_who_issued_it(store: Store) -> None:
    text = """ex:p a pg:CITESStrategicPartnership ; pg:separateProcess true ;
        pg:mandatedBy document:{} ."""
    levels = [
        verdict(store, text.format(document), "S12-secretariat").level
        for document in ("cites-dec-17.55", "unea-res-6-4")
    ]
    assert levels == ["cites-decision", "unep-policy"]


def test_guidance_turns_every_finding_into_information(store: Store) -> None:
    led = "ex:p a pg:Partnership ; pg:hasPartner organization:fao ; pg:level level:party ."
    claimed = led.replace("pg:Partnership", "pg:CITESStrategicPartnership")
    found, strict = verdict(store, led), verdict(store, claimed)
    assert found.guidance
    assert not strict.guidance
    assert {f.severity for f in strict.findings} == {"Violation", "Warning", "Info"}
    assert {f.severity for f in found.findings} == {"Info"}
    # The rules look at it as if it were strategic, so the same things are found.
    asked = {(f.rule, f.value) for f in found.findings}
    assert asked == {(f.rule, f.value) for f in strict.findings}
    assert {c.severity for c in found.criteria} == {"Info"}


def test_one_guided_record_does_not_soften_the_findings_of_its_neighbour(store: Store) -> None:
    made = judged(
        store,
        """ex:led a pg:Partnership ; pg:hasPartner organization:fao ; pg:level level:party .
        ex:p a pg:CITESStrategicPartnership ; pg:hasPartner organization:fao .""",
        "S12-secretariat",
    )
    assert {v.record.removeprefix(EX): [f.severity for f in v.findings] for v in made.verdicts} == {
        "led": ["Info"],
        "p": ["Violation"],
    }


# What is not for everybody


OPEN = ("S12-other-partner", "S12-secretariat")


def lines(made: Report) -> dict[str, Criterion]:
    """The criteria that a report has lines for, by their rule."""
    return {c.rule: c for v in made.verdicts for c in v.criteria}


@pytest.fixture(scope="module")
def pairs(store: Store) -> dict[str, tuple[Report, Report]]:
    """For each restricted rule the reports on the record that breaks it and on the other one."""
    return {
        rule: (
            judged(store, (EXAMPLES / rule / "invalid.ttl").read_bytes(), *RESTRICTED, *OPEN),
            judged(store, (EXAMPLES / rule / "valid.ttl").read_bytes(), *RESTRICTED, *OPEN),
        )
        for rule in RESTRICTED
    }


def test_there_are_rules_that_rest_on_restricted_facts() -> None:
    assert {"C5.d-due-diligence", "S38-screening", "S41-abuse-prevention"} <= set(RESTRICTED)


@pytest.mark.parametrize("rule", RESTRICTED)
def test_a_public_report_says_not_public_whatever_was_found(
    pairs: dict[str, tuple[Report, Report]], rule: str
) -> None:
    bad, good = pairs[rule]
    assert (lines(bad)[rule].state, lines(good)[rule].state) == ("not-met", "met")
    shown = [lines(made.public())[rule] for made in (bad, good)]
    assert shown[0] == shown[1]
    assert (shown[0].state, shown[0].values) == ("not-public", ())
    for made in (bad, good):
        public = made.public()
        assert {f.rule for f in public.findings()} & set(RESTRICTED) == set()
        states = {c.rule: c.state for v in public.verdicts for c in v.criteria}
        assert {states[r] for r in RESTRICTED if r in states} == {"not-public"}
        assert "not-public" not in {s for r, s in states.items() if r not in RESTRICTED}
        assert public.evidence == ""
        assert public.basis.record == ""
        for before, after in zip(made.verdicts, public.verdicts, strict=True):
            violated = any(f.severity == "Violation" for f in after.findings)
            judged_ = ("not-yet", "violations") if violated else ("meets", "public-part")
            covered = before.outcome != "not-covered"
            assert (after.outcome, after.ground) == (
                judged_ if covered else (before.outcome, before.ground)
            )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rule", RESTRICTED)
def test_a_public_report_holds_no_trace_of_what_a_restricted_rule_found(
    pairs: dict[str, tuple[Report, Report]], rule: str, form: str
) -> None:
    bad, _ = pairs[rule]
    told = [f for f in bad.findings() if f.rule == rule]
    assert told
    shown = forms.write([bad.public()], form).decode()
    whole = forms.write([bad], form).decode()
    plain = '<>&"'
    traces = [t.message for t in told] + [r.name for t in told for r in t.remedies]
    traces = [trace for trace in traces if not set(trace) & set(plain)]
    if form in {"turtle", "jsonld"}:
        traces = [told[0].message]
    assert traces
    assert [trace for trace in traces if trace not in whole] == [], "the check can fail"
    assert [trace for trace in traces if trace in shown] == []


def test_the_same_words_stand_for_what_is_not_public_in_every_record(
    pairs: dict[str, tuple[Report, Report]],
) -> None:
    told = set()
    for rule, reports in pairs.items():
        for made in reports:
            text = forms.write([made.public()], "text").decode()
            told |= {
                line.partition(": ")[2] for line in text.splitlines() if f"  – {rule}  " in line
            }
    assert len(told) == 1


CHECKED = """ex:p a pg:CITESStrategicPartnership ; skos:prefLabel "A"@en ;
    pg:hasPartner organization:fao , organization:cites-secretariat ;
    pg:recordStatus record-status:active ;
    pg:hasContribution
      [ a pg:ResourceContribution ; pg:contributedBy organization:fao ;
        pg:resourceKind resource-kind:data ] ,
      [ a pg:ResourceContribution ; pg:contributedBy organization:cites-secretariat ;
        pg:resourceKind resource-kind:convening ] ;
    pg:hasPartnerCheck
      [ a pg:DueDiligence ; pg:checkOf organization:fao ; pg:checkedOn "2025-01-0{day}"^^xsd:date ;
        pg:checkResult check-result:{due} ] ,
      [ a pg:ExclusionScreening ; pg:checkOf organization:fao ;
        pg:checkedOn "2025-01-0{day}"^^xsd:date ; pg:checkResult check-result:{screen} ] ."""


@pytest.fixture(scope="module")
def twins(store: Store) -> tuple[Report, Report]:
    """The reports on two records that differ only in what came out of the checks, and when."""
    first, second = (
        judged(store, CHECKED.format(due=due, screen=screen, day=day))
        for due, screen, day in (("passed", "passed", 1), ("failed", "excluded", 2))
    )
    return first, second


@pytest.mark.parametrize("form", FORMS)
def test_two_records_that_differ_only_in_their_checks_have_the_same_public_report(
    twins: tuple[Report, Report], form: str
) -> None:
    whole = [forms.write([made], form).decode().replace(made.basis.record, "") for made in twins]
    public = [forms.write([made.public()], form).decode() for made in twins]
    assert whole[0] != whole[1], "the rules see the difference"
    assert public[0] == public[1]
    if form == "json":
        assert "check-result:" not in public[0]


def test_the_public_outcome_is_that_of_what_is_public_and_says_so(store: Store) -> None:
    made = judged(store, CHECKED.format(due="failed", screen="excluded", day=1), "S38-not-excluded")
    (before,), (after,) = made.verdicts, made.public().verdicts
    assert (before.outcome, before.ground, before.paragraphs) == ("not-yet", "violations", ("S38",))
    assert (after.outcome, after.ground, after.paragraphs) == ("meets", "public-part", ())
    assert (made.conforms(), made.public().conforms()) == (False, True)
    assert made.public().public() == made.public()


@pytest.mark.parametrize(
    "text",
    [
        "ex:p a pg:Partnership ; pg:hasPartner organization:fao .",
        "ex:p a pg:Partnership ; pg:hasPartner organization:fao ; pg:level level:party .",
        "ex:p a pg:CITESStrategicPartnership ; pg:hasPartner organization:fao .",
    ],
)
def test_what_rests_on_nothing_restricted_has_the_same_public_verdict(
    store: Store, text: str
) -> None:
    made = judged(store, text, *OPEN)
    assert made.public().verdicts == made.verdicts


# Stages of a record's life


def restaged(store: Store, rule: str, asked: list[str]) -> dict[str, Verdict]:
    """The verdicts on the record that breaks a rule, with its status put to each of some."""
    quads = parse((EXAMPLES / rule / "invalid.ttl").read_bytes(), "turtle")
    quads = [Quad(q.subject, q.predicate, q.object) for q in quads]
    own = {q.subject for q in quads if q.predicate == STATUS}
    of_records = {s for s in own if str(s) in records.partnerships(quads, store)}
    assert of_records
    kept = [q for q in quads if not (q.predicate == STATUS and q.subject in of_records)]
    text = ""
    for number, status in enumerate(asked):
        told = [Quad(s, STATUS, Iri(names.expand(status))) for s in of_records if status]
        lines = serialize([*kept, *told], "ntriples").decode()
        lines = lines.replace(f"<{EX}", f"<{EX}{number}/")
        text += re.sub(r"_:(\w)", rf"_:n{number}\1", lines)
    record = records.read(text.encode(), "ntriples", f"{rule}.nt", store)
    made = validation.judge(store, record, {rule}, on=TODAY)
    return {
        asked[int(v.record.removeprefix(EX).partition("/")[0])]: v
        for v in made.verdicts
        if any(c.rule == rule for c in v.criteria)
    }


def statuses(store: Store) -> list[str]:
    rows = store.select(
        f"SELECT ?s WHERE {{ ?s <{names.SKOS}inScheme> <{names.ID}scheme/record-status> }}"
    )
    return sorted(names.shorten(row["s"].value) for row in rows)


def test_there_are_rules_for_stages_and_more_stages_than_any_rule_asks_at(store: Store) -> None:
    assert len(STAGED) > 5
    known = set(statuses(store))
    for rule in STAGED:
        assert set(NORM.rules[rule].stages) < known


@pytest.mark.parametrize("rule", STAGED)
def test_a_rule_with_stages_is_asked_at_them_and_at_no_other(store: Store, rule: str) -> None:
    stages = NORM.rules[rule].stages
    every = ["", *statuses(store)]
    found = restaged(store, rule, every)
    assert sorted(found) == sorted(every)
    states = {status: (v.criteria[0].state, bool(v.findings)) for status, v in found.items()}
    assert states == {
        status: ("not-met", True) if status in stages else ("not-asked", False) for status in every
    }
    assert {c.stages for v in found.values() for c in v.criteria} == {stages}


def test_a_rule_without_stages_is_asked_at_every_stage(store: Store) -> None:
    text = "".join(
        f"ex:p{n} a pg:CITESStrategicPartnership ; pg:recordStatus {status} ."
        for n, status in enumerate(statuses(store))
    )
    made = judged(store, text, "S12-secretariat")
    assert {(c.state, c.stages) for v in made.verdicts for c in v.criteria} == {("not-met", ())}


# The checklist


ANSWERED = """ex:p a pg:CITESStrategicPartnership ; pg:hasPartner organization:cites-secretariat ;
    pg:hasHumanJudgement [ a pg:HumanJudgement ; pg:answersQuestion judgement-question:S29 ;
        pg:answer "Yes, each reads the plans of the others."@en ;
        pg:recordedBy organization:cites-secretariat ;
        pg:recordedOn "2026-07-20"^^xsd:date ] ."""


def test_what_people_have_to_judge_is_asked_with_its_paragraphs(store: Store) -> None:
    asked = verdicts.questions(store)
    rows = store.select(f"SELECT ?q WHERE {{ ?q a <{names.NS}JudgementQuestion> }}")
    assert {q.question for q in asked} == {names.shorten(row["q"].value) for row in rows}
    assert len(asked) == len(rows) > 10
    for question in asked:
        assert question.text.endswith("?")
        assert question.question.partition(":")[2] in question.paragraphs


def test_an_answer_kept_with_the_record_stands_in_its_report(store: Store) -> None:
    made = judged(store, ANSWERED, "S12-secretariat")
    answered = {q.question: q for q in made.verdicts[0].checklist if q.answers}
    assert list(answered) == ["judgement-question:S29"]
    told = answered["judgement-question:S29"]
    assert told.answers == ("Yes, each reads the plans of the others.",)
    assert told.by == ("organization:cites-secretariat", "2026-07-20")
    for form in ("text", "html"):
        shown = forms.write([made], form).decode()
        assert "Yes, each reads the plans of the others." in shown
        assert "2026-07-20" in shown


@pytest.mark.parametrize("language", ["fr", "es"])
def test_the_checklist_is_in_the_language_asked_for(store: Store, language: str) -> None:
    made = judged(store, ANSWERED, "S12-secretariat")
    english = {q.question: q.text for q in made.verdicts[0].checklist}
    shown = {q.question: q.text for q in localized(made, language).verdicts[0].checklist}
    assert shown.keys() == english.keys()
    assert shown
    assert [q for q in shown if shown[q] == english[q]] == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("ex:p a pg:CITESStrategicPartnership .", True),
        ("ex:p a pg:Partnership ; pg:level level:party .", True),
        ("ex:p a pg:Partnership ; pg:hasPartner organization:cites-secretariat .", True),
        ("ex:p a pg:ImplementationPartnership .", False),
        ("ex:p a pg:ProspectivePartnership .", False),
        ("ex:p a pg:Partnership ; pg:involvesFinancialTransaction true .", False),
        ("ex:p a pg:Partnership ; pg:hasPartner organization:fao .", False),
    ],
)
def test_the_checklist_is_for_what_the_strategy_speaks_to(
    store: Store, text: str, asked: bool
) -> None:
    assert bool(verdict(store, text, "S12-secretariat").checklist) == asked


# The command


def run(path: Path, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    words = [str(argument) for argument in arguments]
    return subprocess.run(
        [sys.executable, "-m", "partnergraph", "validate", *words, "--store", str(path)],
        capture_output=True,
        check=False,
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    """Records whose worst finding has each severity, with the rules to judge them by."""
    folder = tmp_path_factory.mktemp("records")
    found = {}
    for severity in ("Warning", "Info"):
        rule = next(r.id for r in NORM.rules.values() if r.severity == severity and not r.stages)
        found[severity] = (EXAMPLES / rule / "invalid.ttl", rule)
    (folder / "guided.ttl").write_text(
        f"{PREFIXES}<{EX}p> a pg:Partnership ; pg:level level:party .", encoding="utf-8"
    )
    found["guided"] = (folder / "guided.ttl", "S12-secretariat")
    return found


@pytest.mark.parametrize(
    ("worst", "fail_on", "code"),
    [
        ("Warning", "violation", 0),
        ("Warning", "warning", 1),
        ("Info", "info", 1),
        ("guided", "warning", 0),
    ],
)
@pytest.mark.slow
def test_the_exit_code_says_whether_a_record_fails(
    loaded: StoreDirectory, files: dict[str, tuple[Path, str]], worst: str, fail_on: str, code: int
) -> None:
    file, rule = files[worst]
    ended = run(loaded.path, file, "--rules", rule, "--fail-on", fail_on, "--on", "2026-11-24")
    assert ended.returncode == code, ended.stderr


@pytest.mark.slow
def test_a_public_report_ends_with_the_code_of_what_it_shows(
    loaded: StoreDirectory, tmp_path: Path
) -> None:
    record = tmp_path / "record.ttl"
    text = CHECKED.format(due="failed", screen="excluded", day=1)
    record.write_text(f"{PREFIXES}@prefix ex: <{EX}> .\n{text}", encoding="utf-8")
    asked = (record, "--rules", "S38-not-excluded", "--format", "json")
    whole, public = run(loaded.path, *asked), run(loaded.path, *asked, "--public")
    assert (whole.returncode, public.returncode) == (1, 0)
    (shown,) = json.loads(public.stdout)["reports"][0]["verdicts"]
    assert (shown["outcome"], shown["ground"], shown["findings"]) == ("meets", "public-part", [])
    assert b"excluded" in whole.stdout
    assert b"check-result" not in public.stdout


def test_the_answer_that_a_report_shows_how_to_write_is_read_as_one(store: Store) -> None:
    answer = ANSWER.format(id="S29", day="2026-07-20")
    made = judged(store, f"ex:p a pg:CITESStrategicPartnership ; {answer} .", "S12-secretariat")
    (question,) = (q for q in made.verdicts[0].checklist if q.answers)
    assert question.question == "judgement-question:S29"
    assert question.by == ("organization:cites-secretariat", "2026-07-20")
    shown = forms.write([made], "text").decode()
    assert f"[x] {question.text}" in shown
