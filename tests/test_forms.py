"""The forms of a report, on one that holds a bit of everything and texts that mean harm."""

import csv
import datetime
import io
import itertools
import json
import re
import string
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml
from rdflib import RDF, SH, XSD, Graph, Literal, URIRef

from conftest import ROOT
from partnergraph import forms, names, norms, records, remedies, texts, validation, words
from partnergraph.forms.localized import localized
from partnergraph.report import OUTCOMES, SEVERITIES, STATES, Report
from partnergraph.store import Store, canonical, parse
from partnergraph.verdicts import GROUNDS

TODAY = datetime.date(2026, 11, 24)
LANGUAGES = ("en", "fr", "es")
NORM = norms.current()
PREFIXES = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
# A script, the end of a CDATA section, a formula, a new line and what drives a terminal.
HARM = '<script>alert("x")</script>]]>&amp;\\n=1+1\\u001B[31m\\u0007\\u0085\\u202E'
FORMULA = '=HYPERLINK(\\"https://evil.example/\\";\\"open\\")'
RECORD = f"""@prefix ex: <https://example.org/record/> .
ex:claimed a pg:CITESStrategicPartnership ;
    skos:prefLabel "{HARM.replace('"x"', "x")}"@en ;
    pg:hasPartner organization:cites-secretariat , ex:partner ;
    pg:commonVision "{HARM.replace('"x"', "x")}"@en ;
    pg:addedValue "{FORMULA}"@en ;
    pg:startDate "{FORMULA}{HARM.replace('"x"', "x")}" ;
    pg:topicNote "@SUM(A1)" , "+1+1" , "-1+1" , "\\t=1" ;
    pg:hasHumanJudgement [ a pg:HumanJudgement ; pg:answersQuestion judgement-question:S29 ;
        pg:answer "+{HARM.replace('"x"', "x")}"@en ;
        pg:recordedBy "{HARM.replace('"x"', "x")}" ; pg:recordedOn "2026-07-20"^^xsd:date ] .
ex:partner a pg:Organization ; skos:prefLabel "{FORMULA}"@en .
ex:guided a pg:Partnership ; skos:prefLabel "{FORMULA}"@en ; pg:level level:party .
ex:outside a pg:ImplementationPartnership ; skos:prefLabel "-2+3"@en ;
    pg:implementsDecision document:cites-dec-19.20 .
ex:prospect a pg:ProspectivePartnership ; skos:prefLabel "@A1"@en .
ex:lost a pg:Risk .
"""
FILE = 'a "<b>record</b>" &amp; =1.ttl'
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def made(store: Store, text: str, file: str) -> Report:
    return validation.judge(
        store, records.read((PREFIXES + text).encode(), "turtle", file, store), on=TODAY
    )


@pytest.fixture(scope="module")
def report(store: Store) -> Report:
    """A report with each severity, each outcome but one, guidance, and texts that mean harm."""
    found = made(store, RECORD, FILE)
    assert {f.severity for f in found.findings()} == set(SEVERITIES)
    assert {v.outcome for v in found.verdicts} == {"not-yet", "not-covered"}
    assert [v.guidance for v in found.verdicts].count(True) == 1
    assert found.loose
    states = {c.state for v in found.verdicts for c in v.criteria}
    assert states == {"met", "not-met", "not-asked"}
    return found


@pytest.fixture(scope="module")
def good(store: Store) -> Report:
    """A report on a record that meets the strategy."""
    file = ROOT / "data" / "examples" / "complete-record.ttl"
    return validation.judge(
        store, records.read(file.read_bytes(), "turtle", file.name, store), on=TODAY
    )


@pytest.fixture(scope="module")
def both(report: Report, good: Report) -> list[Report]:
    """The two reports, and what everybody may see of the first."""
    return [report, good, report.public()]


def test_every_form_has_a_media_type_and_is_written(both: list[Report]) -> None:
    assert set(forms.MEDIA) == {"text", "json", "turtle", "jsonld", "html", "csv", "junit"}
    for form in forms.MEDIA:
        assert forms.write(both, form)


@pytest.fixture(scope="module")
def again(store: Store, report: Report) -> Report:
    """The same record judged once more, after something else."""
    return made(store, RECORD, FILE)


@pytest.mark.parametrize("form", list(forms.MEDIA))
def test_the_same_record_judged_again_gives_the_same_bytes(
    report: Report, again: Report, form: str
) -> None:
    assert forms.write([again], form) == forms.write([report], form)


# JSON


def refuses(document: dict[str, Any]) -> bool:
    return not jsonschema.Draft202012Validator(forms.schema()).is_valid(document)


def test_the_schema_is_a_schema_and_says_what_its_fields_are() -> None:
    schema = forms.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == forms.SCHEMA
    definitions: dict[str, Any] = schema["$defs"]  # type: ignore[assignment]
    assert {"Report", "Verdict", "Finding", "Criterion", "Basis"} <= set(definitions)
    assert definitions["Finding"]["properties"]["path"]["description"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_form_keeps_to_its_schema(both: list[Report], language: str) -> None:
    document = json.loads(forms.write(both, "json", language))
    jsonschema.Draft202012Validator(forms.schema()).validate(document)
    assert document["$schema"] == forms.SCHEMA
    assert [r["language"] for r in document["reports"]] == [language] * 3
    labels = [v["label"] for v in document["reports"][0]["verdicts"]]
    assert any("<script>alert(x)</script>]]>&amp;\n=1+1\x1b[31m" in label for label in labels)


def _first(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["reports"][0]
    return found


SEEDS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no reports": lambda d: d.pop("reports"),
    "something beside the reports": lambda d: d.update(more=1),
    "reports are no list": lambda d: d.update(reports={}),
    "no verdicts": lambda d: _first(d).pop("verdicts"),
    "no basis": lambda d: _first(d).pop("basis"),
    "a number for a label": lambda d: _first(d)["verdicts"][0].update(label=5),
    "no outcome": lambda d: _first(d)["verdicts"][0].pop("outcome"),
    "a finding without its rule": lambda d: _first(d)["verdicts"][0]["findings"][0].pop("rule"),
    "a criterion without a state": lambda d: _first(d)["verdicts"][0]["criteria"][0].pop("state"),
    "paragraphs in one text": lambda d: _first(d)["verdicts"][0].update(paragraphs="S12"),
    "a count that is a text": lambda d: _first(d).update(statements="many"),
}


@pytest.mark.parametrize("seed", SEEDS.values(), ids=list(SEEDS))
def test_the_schema_refuses_what_is_no_report(
    report: Report, seed: Callable[[dict[str, Any]], object]
) -> None:
    document = json.loads(forms.write([report], "json"))
    assert not refuses(document)
    seed(document)
    assert refuses(document)


def test_a_report_read_from_its_json_is_the_same_report(report: Report) -> None:
    fields = json.loads(forms.write([report], "json"))["reports"][0]
    assert Report.from_dict(fields) == localized(report, "en")
    with pytest.raises(ValueError, match="verdicts"):
        Report.from_dict({k: v for k, v in fields.items() if k != "verdicts"})


# RDF


@pytest.fixture(scope="module")
def graph(both: list[Report]) -> Graph:
    """The first report, read from its Turtle."""
    return Graph().parse(data=forms.write(both[:1], "turtle"), format="turtle")


def test_turtle_and_json_ld_say_the_same(graph: Graph, report: Report, good: Report) -> None:
    def said(told: Report, form: str) -> set[str]:
        return {str(q.triple) for q in canonical(parse(forms.write([told], form), form))}

    assert len(said(report, "turtle")) == len(graph) > 100
    assert said(report, "turtle") == said(report, "jsonld") != said(good, "jsonld")


def test_a_shacl_report_names_the_version_and_the_day(graph: Graph, report: Report) -> None:
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert set(graph.objects(node, SH.conforms)) == {Literal("false", datatype=XSD.boolean)}
    assert set(graph.objects(node, URIRef(names.NS + "judgedUnder"))) == {URIRef(NORM.iri)}
    assert set(graph.objects(node, URIRef(names.NS + "judgedOn"))) == {
        Literal("2026-11-24", datatype=XSD.date)
    }
    results = set(graph.objects(node, SH.result))
    assert results == set(graph.subjects(RDF.type, SH.ValidationResult))
    assert len(results) == len(report.findings())
    for result in results:
        for predicate in (SH.focusNode, SH.resultSeverity, SH.sourceShape,
                          SH.sourceConstraintComponent):  # fmt: skip
            assert len(list(graph.objects(result, predicate))) == 1, predicate
        said = {str(getattr(m, "language", "")) for m in graph.objects(result, SH.resultMessage)}
        assert said == set(LANGUAGES)
    told = {(str(f.rule), f.severity) for f in report.findings()}
    assert told == {
        (
            str(graph.value(r, SH.sourceShape)).removeprefix(names.RULE),
            str(graph.value(r, SH.resultSeverity)).removeprefix(names.SH),
        )
        for r in results
    }


def test_a_record_without_violation_conforms(good: Report) -> None:
    told = Graph().parse(data=forms.write([good], "turtle"), format="turtle")
    (node,) = told.subjects(RDF.type, SH.ValidationReport)
    assert set(told.objects(node, SH.conforms)) == {Literal("true", datatype=XSD.boolean)}


# HTML


VOID = {"meta", "br", "link", "img", "input", "hr", "col", "wbr"}


class Page(HTMLParser):
    """A page as elements in order, each with its attributes and the elements around it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.texts: list[tuple[str, tuple[str, ...]]] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self._open)))
        if len({name for name, _ in attrs}) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def handle_data(self, data: str) -> None:
        self.texts.append((data, tuple(self._open)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def text(self, tag: str) -> str:
        return " ".join(text for text, around in self.texts if tag in around)


def faults(text: str) -> list[str]:
    """What is wrong with a page: how it is built, what could run or be fetched, what is unsaid."""
    page = Page(text)
    found = list(page.faults)
    found += [f"<{t}>" for t, _, _ in page.elements if t in {"script", "iframe", "object", "img"}]
    for tag, attributes, _ in page.elements:
        for name, value in attributes.items():
            told = value or ""
            if name.startswith("on") or (name == "style"):
                found.append(f"<{tag} {name}>")
            if name in {"href", "src", "action", "srcset", "data"} and not told.startswith(
                ("https://w3id.org/partnergraph/", "#")
            ):
                found.append(f"<{tag} {name}={told}>")
    if re.search(r"@import|url\(", page.text("style")):
        found.append("the style sheet fetches something")
    if not page.all("html")[0].get("lang"):
        found.append("no language")
    if not page.text("title").strip():
        found.append("no title")
    levels = [int(t[1]) for t, _, _ in page.elements if re.fullmatch("h[1-6]", t)]
    if levels[:1] != [1] or levels.count(1) != 1:
        found.append("not one first heading")
    found += [f"h{a} then h{b}" for a, b in itertools.pairwise(levels) if b > a + 1]
    found += ["<th> without scope" for a in page.all("th") if a.get("scope") not in {"row", "col"}]
    ids = [a["id"] for _, a, _ in page.elements if a.get("id")]
    found += [f"id {i} twice" for i in set(ids) if ids.count(i) > 1]
    for _, attributes, _ in page.elements:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            found += [f"no id {i}" for i in (attributes.get(name) or "").split() if i not in ids]
    tables = sum(1 for t, _, _ in page.elements if t == "table")
    if tables != len(page.all("caption")):
        found.append("a table without caption")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_sound_and_needs_nothing_else(both: list[Report], language: str) -> None:
    text = forms.write(both, "html", language).decode()
    assert text.startswith("<!doctype html>")
    assert faults(text) == []
    page = Page(text)
    assert page.all("html") == [{"lang": language}]
    policy = [a["content"] or "" for a in page.all("meta") if a.get("http-equiv")]
    assert any("default-src 'none'" in told for told in policy)
    assert len(page.all("article")) == sum(len(r.verdicts) for r in both)
    assert "<script>alert(x)</script>]]>" in page.text("h3")
    assert "<b>record</b>" in page.text("h2")
    rows = sum(len(v.criteria) for r in both for v in r.verdicts)
    assert len([a for a in page.all("th") if a["scope"] == "row"]) == rows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</h1>", "</h1><script>1</script>"),
        ("<main>", '<main onclick="x()">'),
        ("<main>", '<main><a href="https://evil.example/">x</a>'),
        ("<main>", '<main><a href="javascript:x()">x</a>'),
        ("<h2 ", "<h4 "),
        ('<th scope="col">', "<th>"),
        ('<html lang="en">', "<html>"),
        ("</table>", ""),
        ('id="file-1"', 'id="file-9"'),
    ],
)
def test_the_check_of_the_page_finds_what_is_wrong(report: Report, old: str, new: str) -> None:
    text = forms.write([report], "html").decode()
    assert old in text
    assert faults(text.replace(old, new, 1)) != []


# CSV


def cells(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_stands_for_each_finding_and_for_each_other_criterion(
    report: Report, good: Report, language: str
) -> None:
    rows = cells(forms.write([report, good], "csv", language))
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert None not in rows[0], "no row is longer than the header"
    wanted = len(report.findings()) + len(good.findings())
    wanted += sum(
        c.state != "not-met" for r in (report, good) for v in r.verdicts for c in v.criteria
    )
    assert len([row for row in rows if row["rule"]]) == wanted
    state = words.word("state.not-met", language)
    failed = sorted((row["rule"], row["path"]) for row in rows if row["state"] == state)
    assert failed == sorted((f.rule, f.path) for f in report.findings() + good.findings())


def test_every_record_of_a_file_has_a_row(report: Report) -> None:
    rows = cells(forms.write([report], "csv"))
    told = {(row["record"], row["outcome"]) for row in rows if row["record"]}
    assert told == {(names.shorten(v.record), v.outcome) for v in report.verdicts}


def formulas(rows: list[dict[str, str]]) -> list[str]:
    return [
        cell
        for row in rows
        for cell in row.values()
        if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and not re.fullmatch(r"[+-]?[\d.]+", cell)
    ]


def test_no_cell_is_a_formula(report: Report) -> None:
    rows = cells(forms.write([report], "csv"))
    assert formulas(rows) == []
    assert formulas([{"a": "=1+1"}, {"a": "-1"}, {"a": "plain"}]) == ["=1+1"]
    labels = {row["label"] for row in rows}
    assert any(label.startswith("'=HYPERLINK(") for label in labels)
    assert any("<script>" in label and "\n" in label for label in labels)


# JUnit


def suites(content: bytes) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(content)
    assert root.tag == "testsuites"
    return list(root.iter("testsuite"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("failing", [SEVERITIES[:n] for n in (1, 2, 3)], ids=len)
def test_a_suite_counts_what_fails_and_skips_what_is_not_asked(
    report: Report, failing: tuple[str, ...], language: str
) -> None:
    found = suites(forms.write([report], "junit", language, failing=failing))
    assert len(found) == len(report.verdicts) + 1, "one more for what belongs to no record"
    for suite, verdict in zip(found, report.verdicts, strict=False):
        cases = suite.findall("testcase")
        failed = {c.get("classname") for c in cases if c.find("failure") is not None}
        assert failed == {f.rule for f in verdict.findings if f.severity in failing}
        skipped = {c.get("classname") for c in cases if c.find("skipped") is not None}
        assert skipped == {c.rule for c in verdict.criteria if c.state == "not-asked"}
        assert [c.get("classname") for c in cases] == [c.rule for c in verdict.criteria]
        told = {c.get("classname") for c in cases if c.find("system-out") is not None}
        assert told == {f.rule for f in verdict.findings} - failed
        counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
        assert counts == {
            "tests": str(len(cases)),
            "failures": str(len(failed)),
            "errors": "0",
            "skipped": str(len(skipped)),
        }
    loose = {c.get("classname") for c in found[-1].findall("testcase")}
    assert loose == {f.rule for f in report.loose}


def test_what_is_not_public_is_skipped(report: Report) -> None:
    before, after = (
        {
            c.get("classname")
            for suite in suites(forms.write([r], "junit"))
            for c in suite.iter("testcase")
            if c.find("skipped") is not None
        }
        for r in (report, report.public())
    )
    asked = {c.rule for v in report.verdicts for c in v.criteria}
    assert after - before == set(report.basis.restricted) & asked != set()


def test_harmful_texts_do_not_break_the_xml(report: Report) -> None:
    content = forms.write([report], "junit")
    names_ = [suite.get("name") or "" for suite in suites(content)]
    assert any("<script>alert(x)</script>]]>&amp;" in name for name in names_)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", content.decode())


# Text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_drives_a_terminal_reaches_it(both: list[Report], language: str) -> None:
    text = forms.write(both, "text", language).decode()
    assert "<script>" in text
    assert CONTROL.search("red \x1b[31m")
    lines = [line for line in text.split("\n") if CONTROL.search(line)]
    assert lines == []


def test_colours_are_for_terminals_only(report: Report) -> None:
    assert b"\x1b[" in forms.write([report], "text", styled=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_line_in_a_label_does_not_make_a_line_of_the_report(
    report: Report, language: str
) -> None:
    text = forms.write([report], "text", language).decode()
    assert [line for line in text.splitlines() if line.startswith("=1+1")] == []


# Languages


def in_words(prefix: str) -> list[str]:
    return [key for key in _table() if key.startswith(prefix)]


@cache
def _table() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load(
        (ROOT / "src" / "partnergraph" / "words.yaml").read_text(encoding="utf-8")
    )
    return found


def english(text: str, language: str) -> list[str]:
    """The English words of reports that stand in a text of another language."""
    keys = [*in_words("outcome."), *in_words("ground."), *in_words("level."), *in_words("state."),
            *in_words("report."), *in_words("severity.")]  # fmt: skip
    found = []
    for key in keys:
        told, other = _table()[key]["en"], _table()[key][language]
        # The words around what is filled in, as long as they are words enough to be told apart.
        for piece in re.split(r"\{\w+\}", told):
            piece = piece.strip(" .:")
            if piece in other or (len(piece) < 5 and key != "state.met"):
                continue
            # A single word is ours where it is a title, or stands alone.
            after = r"(?![\w-])" if " " in piece else r"(?:\s?:|  |\n)"
            if piece in text and re.search(rf"(?<![\w-]){re.escape(piece)}{after}", text):
                found.append(f"{key}: {piece}")
    return found


@pytest.mark.parametrize("language", ["fr", "es"])
def test_no_english_word_of_ours_stands_in_another_language(
    both: list[Report], language: str
) -> None:
    text = forms.write(both, "text", language).decode()
    assert english(text, language) == []
    assert len(english(forms.write(both, "text", "en").decode(), language)) > 8, "it can be found"
    page = Page(forms.write(both, "html", language).decode())
    shown = "\n".join(piece.strip() for piece, around in page.texts if "style" not in around)
    assert english(shown, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_outcome_ground_and_level_are_told_in_the_language(
    both: list[Report], language: str
) -> None:
    text = forms.write(both, "text", language).decode()
    for told in both:
        for verdict in told.verdicts:
            assert words.word(f"outcome.{verdict.outcome}", language) in text
            assert words.word(f"level.{verdict.level}", language) in text
            if verdict.ground != "violations":
                assert words.word(f"ground.{verdict.ground}", language) in text


def test_there_are_words_for_every_outcome_ground_state_and_severity() -> None:
    table = _table()
    wanted = {f"outcome.{o}" for o in OUTCOMES} | {f"ground.{g}" for g in GROUNDS}
    wanted |= {f"state.{s}" for s in STATES} | {f"severity.{s}" for s in SEVERITIES}
    assert wanted - set(table) == set()


@pytest.mark.parametrize("language", ["fr", "es"])
def test_names_messages_and_remedies_are_those_of_the_texts(report: Report, language: str) -> None:
    told = localized(report, language)

    def wanted(subject: str, predicate: str) -> str:
        found = texts.text(subject, predicate, language, "")
        assert found.language == language, f"{names.shorten(subject)} has no text"
        return found.value

    lines = [c for v in told.verdicts for c in v.criteria]
    assert len({c.rule for c in lines}) > 100
    for line in lines:
        assert line.name == wanted(names.RULE + line.rule, names.SH + "name")
    assert told.findings()
    for finding in told.findings():
        assert finding.message == wanted(names.RULE + finding.rule, names.SH + "message")
        for remedy in finding.remedies:
            assert remedy.name == wanted(names.RULE + remedy.remedy, names.SH + "name")
    assert localized(told, "en").findings() != report.findings() or language == "en"


@pytest.mark.parametrize("language", ["fr", "es"])
def test_every_remedy_of_every_rule_has_its_text(language: str) -> None:
    lacking = [
        remedy.id
        for rule in NORM.rules
        for remedy in remedies.remedies(NORM, rule)
        if texts.text(names.RULE + remedy.id, names.SH + "name", language, "").language != language
    ]
    assert lacking == []


@pytest.mark.parametrize("language", ["fr", "es"])
def test_what_is_to_be_chosen_for_a_remedy_is_told_in_the_language(
    report: Report, language: str
) -> None:
    def labels(told: Report) -> set[str]:
        return {
            choice.label
            for finding in told.findings()
            for remedy in finding.remedies
            for choice in remedy.choices
        }

    before = labels(report)
    assert before
    assert before & labels(localized(report, language)) == set()


def test_every_value_to_choose_is_named_in_each_language_and_no_name_is_left_over() -> None:
    norm = norms.current()
    labels = {
        parameter.label
        for rule in norm.rules
        for remedy in remedies.remedies(norm, rule)
        for parameter in remedy.parameters
    }
    told = {key.removeprefix("choice.") for key in _table() if key.startswith("choice.")}
    assert labels == told
    assert {words.told(f"choice.{label}", "en", "") for label in labels} == labels


def test_no_word_lacks_a_language_and_a_gap_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(words.missing()) == []
    table = {key: dict(told) for key, told in _table().items()}
    table["outcome.meets"]["fr"] = ""
    del table["state.met"]["es"]
    monkeypatch.setattr(words, "_words", lambda: table)
    assert list(words.missing()) == [("outcome.meets", "fr"), ("state.met", "es")]
    assert words.word("state.met", "es") == "met", "English where one is missing"


def placeholders(table: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each word whose places to fill in differ from those of the English one."""

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    for key, told in table.items():
        for language in told:
            if places(told[language]) != places(told["en"]):
                yield key, language


def test_the_places_to_fill_in_are_the_same_in_each_language() -> None:
    assert list(placeholders(_table())) == []
    assert any("{" in told["en"] for told in _table().values())
    bad = {"a": {"en": "{n} of {m}", "fr": "{n} sur {n}", "es": "{m} {n}"}}
    assert list(placeholders(bad)) == [("a", "fr")]
