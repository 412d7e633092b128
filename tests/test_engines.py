"""Our own engine and the reference on our rules: the same findings, and which of them judged."""

import csv
import datetime
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from conftest import ROOT
from partnergraph import forms, load, names, norms, records, validation, words
from partnergraph.directory import StoreDirectory
from partnergraph.forms.localized import localized
from partnergraph.report import ENGINES, Engine, Report
from partnergraph.store import Store

TODAY = datetime.date(2026, 11, 24)
NORM = norms.current()
COMPLETE = ROOT / "data" / "examples" / "complete-record.ttl"
WHOLE = [COMPLETE, *sorted((ROOT / "data" / "examples" / "records").glob("*.ttl"))]
OF_RULES = sorted((ROOT / "shapes" / "examples").glob("*/*valid.ttl"))
PREFIXES = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
HEAD = """norm:other a pg:Norm ;
    skos:prefLabel "Other version"@en ; owl:versionInfo "other 1" ; pg:revises norm:sc78-draft .
rule:S12-new a pg:Rule , sh:NodeShape ; sh:targetClass pg:CITESStrategicPartnership ;
    sh:severity sh:Violation ; sh:name "New"@en ; sh:message "One. Two. Three."@en ;
    sh:description "Because."@en ; dcterms:source paragraph:S12 ;
"""
# Each asks for a label in Klingon, and no record has one: shape, and why it is not compiled.
FOREIGN = {
    "a-limit": (
        'sh:sparql [ sh:select """SELECT $this WHERE { $this a ?type FILTER NOT EXISTS {'
        " $this <http://www.w3.org/2004/02/skos/core#prefLabel> ?l FILTER(LANG(?l) = 'tlh') } }"
        ' LIMIT 1""" ] .',
        "limit",
    ),
    "recursion": (
        "sh:property [ sh:path skos:prefLabel ; sh:qualifiedMinCount 1 ;"
        ' sh:qualifiedValueShape [ sh:languageIn ( "tlh" ) ] ] ; '
        "sh:property [ sh:path pg:successor ; sh:node rule:S12-new ] .",
        "",
    ),
}


def judged(store: Store, file: Path, engine: Engine = "compiled") -> Report:
    record = records.read(file.read_bytes(), "turtle", file.name, store)
    return validation.judge(store, record, on=TODAY, detailed=False, engine=engine)


def found(report: Report) -> set[tuple[str, ...]]:
    return {(f.focus, f.rule, f.path, f.value, f.component, f.severity) for f in report.findings()}


def outcomes(report: Report) -> list[tuple[str, str, str, str]]:
    return [(v.record, v.outcome, v.ground, v.level) for v in report.verdicts]


def assert_equal(ours: Report, theirs: Report) -> None:
    assert (ours.basis.engine, theirs.basis.engine) == ("compiled", "pyshacl")
    assert sorted(found(ours) ^ found(theirs)) == []
    assert outcomes(ours) == outcomes(theirs)


@pytest.mark.slow
@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.stem)
def test_both_engines_find_the_same_in_a_whole_record(store: Store, file: Path) -> None:
    assert_equal(judged(store, file), judged(store, file, "pyshacl"))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(7))
def test_both_engines_find_the_same_in_the_records_of_the_rules(store: Store, part: int) -> None:
    broken = 0
    for file in OF_RULES[part::7]:
        ours = judged(store, file)
        assert_equal(ours, judged(store, file, "pyshacl"))
        broken += file.stem == "invalid" and file.parent.name in {f.rule for f in ours.findings()}
    assert broken, "some findings are compared"


@pytest.mark.slow
def test_both_engines_find_the_same_in_our_own_graph(store: Store) -> None:
    ours = load.own_report(store, on=TODAY)
    assert len(ours.findings()) > 100
    assert_equal(ours, load.own_report(store, on=TODAY, engine="pyshacl"))


def test_no_rule_of_ours_is_left_to_the_reference(store: Store) -> None:
    """Not for any record: what is left may depend on the literals of the data."""
    left = {file: judged(store, file).basis.left for file in (*WHOLE, *OF_RULES)}
    assert len(left) == len(WHOLE) + 2 * len(NORM.rules)
    assert {str(file): why for file, why in left.items() if why} == {}
    assert load.own_report(store, on=TODAY).basis.left == {}


@pytest.fixture(scope="module", params=FOREIGN)
def foreign(request: pytest.FixtureRequest, store: Store) -> tuple[Report, Report]:
    """The report on the complete record under a norm of which one rule cannot be compiled."""
    shape, reason = FOREIGN[request.param]
    norm = norms.revised(NORM, (PREFIXES + HEAD + shape).encode(), "other.ttl")
    record = records.read(COMPLETE.read_bytes(), "turtle", "complete.ttl", store)
    made = validation.judge(store, record, norm=norm, on=TODAY)
    assert set(made.basis.left) == {"S12-new"}
    assert reason in made.basis.left["S12-new"]
    return made, validation.judge(store, record, norm=norm, on=TODAY, engine="pyshacl")


def test_what_two_rules_share_is_found_for_each_of_them(store: Store) -> None:
    rules = "".join(
        HEAD.partition("\n")[2].partition("\n")[2].replace("S12-new", f"S12-new-{n}")
        + "sh:property <https://example.org/shape/shared> .\n"
        for n in range(2)
    )
    head = "\n".join(HEAD.splitlines()[:2]) + "\n"
    shared = "<https://example.org/shape/shared> sh:path pg:hasPartner ; sh:minCount 9 ."
    norm = norms.revised(NORM, (PREFIXES + head + rules + shared).encode(), "other.ttl")
    record = records.read(COMPLETE.read_bytes(), "turtle", "complete.ttl", store)
    chosen = ("S12-new-0", "S12-new-1")
    both = [
        validation.judge(store, record, chosen, norm=norm, on=TODAY, engine=engine)
        for engine in ENGINES
    ]
    assert {f.rule for f in both[0].findings()} == set(chosen)
    assert_equal(*both)


def test_a_rule_that_cannot_be_compiled_is_judged_by_the_reference(
    foreign: tuple[Report, Report],
) -> None:
    ours, theirs = foreign
    assert {f.rule for f in ours.findings()} == {"S12-new"}
    assert_equal(ours, theirs)
    assert theirs.basis.left == {}, "nothing is left where the reference judges all"


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_a_report_says_what_judged_and_what_was_left_and_why(
    foreign: tuple[Report, Report], language: str
) -> None:
    reason = foreign[0].basis.left["S12-new"]
    for report in foreign:
        text = forms.write([report], "text", language).decode()
        page = forms.write([report], "html", language).decode()
        said = words.word(f"engine.{report.basis.engine}", language)
        assert said in text
        assert said in page
        for form in (text, page):
            assert (words.word("report.left", language) in form) == bool(report.basis.left)
            assert (reason in form.replace("&#39;", "'")) == bool(report.basis.left)


def test_the_forms_for_machines_say_what_judged(foreign: tuple[Report, Report]) -> None:
    ours = localized(foreign[0], "en")
    (told,) = json.loads(forms.write([ours], "json"))["reports"]
    assert told["basis"]["engine"] == "compiled"
    assert told["basis"]["left"] == ours.basis.left
    rows = list(csv.DictReader(io.StringIO(forms.write([ours], "csv").decode())))
    assert {row["engine"] for row in rows if row["rule"] == "S12-new"} == {"pyshacl"}
    assert {row["engine"] for row in rows if row["rule"] != "S12-new"} == {"compiled"}
    (suite,) = ElementTree.fromstring(forms.write([ours], "junit"))
    properties = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert properties == {
        "engine": "compiled",
        "left-to-pyshacl:S12-new": ours.basis.left["S12-new"],
    }


def run(*arguments: object, store: Path) -> subprocess.CompletedProcess[str]:
    words = [str(argument) for argument in arguments]
    return subprocess.run(
        [sys.executable, "-m", "partnergraph", *words, "--store", str(store)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_judges_by_the_engine_named_and_so_does_recheck(
    loaded: StoreDirectory, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    asked = ("validate", COMPLETE, "--rules", "S12-secretariat", "--output", report)
    ended = run(*asked, "--format", "json", "--engine", "pyshacl", store=loaded.path)
    assert (ended.returncode, ended.stderr) == (0, "")
    fields = json.loads(report.read_text())
    assert fields["reports"][0]["basis"]["engine"] == "pyshacl"
    assert run("recheck", report, store=loaded.path).returncode == 0
    fields["reports"][0]["basis"]["engine"] = "another"
    report.write_text(json.dumps(fields))
    assert run("recheck", report, store=loaded.path).returncode == 2


def test_the_service_judges_by_the_engine_named(server: str) -> None:
    def post(engine: str) -> httpx.Response:
        return httpx.post(
            f"{server}/validate?engine={engine}",
            content=COMPLETE.read_bytes(),
            headers={"Content-Type": "text/turtle", "Accept": "application/json"},
            timeout=60,
        )

    for engine in ("compiled", "pyshacl"):
        assert post(engine).json()["reports"][0]["basis"]["engine"] == engine
    wrong = post("another")
    assert (wrong.status_code, "pyshacl" in wrong.json()["hint"]) == (400, True)
