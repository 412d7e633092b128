"""Large files judged in parts: the same verdicts, the same refusals, and no trace when stopped."""

import csv
import datetime
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import made_up_records
import pytest

from conftest import ROOT
from partnergraph import bulk, forms, names, norms, parts, reach, records, sight, validation
from partnergraph.access import Access
from partnergraph.directory import StoreDirectory
from partnergraph.errors import PartnergraphError, UsageError
from partnergraph.report import Report
from partnergraph.store import Store, parse, serialize

TODAY = datetime.date(2026, 11, 24)
NORM = norms.current()
PREFIXES = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
WHOLE = sorted((ROOT / "data" / "examples" / "records").glob("*.ttl"))
# What is seen only from another record, or from none.
AROUND = """@prefix ex: <https://example.org/around/> .
ex:a-led a pg:Partnership ; skos:prefLabel "Led from afar"@en ; pg:hasPartner organization:fao ,
    ex:z-country ; pg:successor ex:y .
ex:z a pg:Partnership ; pg:hasPartner ex:z-country ; pg:startDate "2026-02-30"^^xsd:date .
ex:z-country a pg:Country ; pg:leads ex:a-led , ex:z ; skos:prefLabel "Country"@en .
ex:y a pg:CITESStrategicPartnership ; skos:prefLabel "Led from afar"@en ;
    pg:hasPartner organization:cites-secretariat , ex:company ; pg:mandatedBy ex:x-mandate ;
    pg:separateProcess "1"^^xsd:boolean ; pg:hasRisk ex:shared-risk , _:risk ;
    pg:contributesTo ex:x-aim ; pg:recordStatus record-status:active .
ex:y2 a pg:CITESStrategicPartnership ; pg:hasPartner ex:company ;
    pg:hasRisk ex:shared-risk , _:risk ; pg:mandatedBy ex:x-mandate ; pg:separateProcess true .
ex:company a pg:Organization ; pg:partnerKind partner-kind:private-company .
ex:shared-risk a pg:Risk ; pg:riskKind risk-kind:legal .
_:risk a pg:Risk ; pg:riskKind ex:no-kind .
ex:x-mandate a pg:Decision ; pg:issuedBy organization:cites-cop .
ex:x-aim pg:alignedAsStated ex:x-target ; pg:partOfAim ex:w-aim .
ex:w-aim pg:partOfAim sv:3 .
ex:x-target a pg:SDGTarget .
[] a pg:CITESStrategicPartnership ; skos:prefLabel "Without a name of its own"@en ;
    pg:hasRisk [ a pg:Risk ; pg:riskKind risk-kind:legal ] .
[] a pg:CITESStrategicPartnership ; skos:prefLabel "Nor this one"@en ; pg:startDate "soon" .
ex:stray-risk a pg:Risk ; pg:riskKind ex:no-kind .
ex:stray a ex:Thing ; ex:near [ a ex:Place ] .
ex:stray-document a pg:Document ; pg:documentStatus document-status:proposed-for-deletion .
"""


def content() -> str:
    """Records that refer to each other, as N-Triples."""
    made = [line for lines in made_up_records.records(60) for line in lines]
    for number, file in enumerate([*WHOLE, None]):
        text = file.read_bytes() if file else (PREFIXES + AROUND).encode()
        told = serialize(parse(text, "turtle"), "ntriples").decode()
        made += told.replace("_:", f"_:f{number}x").splitlines()
    return "\n".join(made) + "\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some hundred records."""
    made = tmp_path_factory.mktemp("bulk") / "records.nt"
    made.write_text(content(), encoding="utf-8")
    return made


def judged(access: Access, file: Path, **asked: Any) -> dict[str, Any]:
    """The report that comes from judging a file in parts."""
    out: list[bytes] = []
    made = bulk.Asked(**{"on": TODAY, "form": "json", **asked})
    fails = bulk.judge(access, [(file, records.format_of(file.name))], made, out.append)
    document = json.loads(b"".join(out))
    jsonschema.Draft202012Validator(forms.schema()).validate(document)
    (report,) = document["reports"]
    assert fails == Report.from_dict(report).fails(made.failing)
    fields: dict[str, Any] = report
    return fields


def plain(node: str) -> str:
    return "[]" if node.startswith("_:") else node


def essence(report: dict[str, Any]) -> dict[str, Any]:
    """What has to be the same, without names of blank nodes and words."""

    def told(findings: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        return sorted(
            (
                plain(f["focus"]), f["rule"], f["path"], plain(f["value"]), f["severity"],
                f["component"], f["message"], *f["paragraphs"],
            )
            for f in findings
        )  # fmt: skip

    return {
        "verdicts": sorted(
            (plain(v["record"]), v["label"], v["outcome"], v["ground"], v["level"],
             v["guidance"], v["paragraphs"], told(v["findings"]))
            for v in report["verdicts"]
        ),
        "loose": told(report["loose"]),
        "unseen": sorted(map(plain, report["unseen"])),
        **{key: report[key] for key in ("statements", "typed", "rules", "focus_nodes", "outdated")},
    }  # fmt: skip


def whole(store: Store, file: Path) -> dict[str, Any]:
    record = records.read(file.read_bytes(), records.format_of(file.name), str(file), store)
    made = validation.judge(store, record, on=TODAY, detailed=False)
    fields: dict[str, Any] = json.loads(json.dumps(made.as_dict()))
    return fields


@pytest.mark.slow
def test_in_parts_the_same_is_found_as_in_the_whole(
    store: Store, access: Access, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = whole(store, file)
    outcomes = {v["outcome"] for v in wanted["verdicts"]}
    assert outcomes == {"meets", "not-yet", "not-covered"}
    assert {"S6-duplicate", "S38-policy"} <= {
        f["rule"] for v in wanted["verdicts"] for f in v["findings"]
    }
    assert wanted["loose"]
    assert any(v["guidance"] for v in wanted["verdicts"])
    turtle = file.with_suffix(".ttl")
    turtle.write_bytes(serialize(parse(file.read_bytes(), "ntriples"), "turtle", names.PREFIXES))
    for size, made in ((37, file), (64, turtle)):
        monkeypatch.setattr(bulk, "RECORDS", size)
        found = judged(access, made)
        assert essence(found) == essence(wanted)
        named = [v["record"] for v in found["verdicts"]]
        assert named == sorted(named, key=lambda node: (not node.startswith("_:"), node))
        assert len(set(named)) == len(named), "blank nodes of different parts have other names"
        assert found["basis"]["parts"] == -(-len(named) // size)


@pytest.mark.slow
def test_the_same_file_gives_the_same_bytes(access: Access, file: Path) -> None:
    assert judged(access, file) == judged(access, file)


@pytest.mark.slow
def test_a_public_report_in_parts_is_that_of_the_whole(
    store: Store, access: Access, file: Path
) -> None:
    wanted = Report.from_dict(whole(store, file)).public()
    found = judged(access, file, public=True)
    assert essence(found) == essence(json.loads(json.dumps(wanted.as_dict())))
    assert (found["basis"]["record"], found["basis"]["content"]) == ("", "")


REFUSED = [
    "",
    "# only a comment\n",
    "ex:p a pg:Partnership",
    "ex:p a pg:Partnership ; pg:hasPartnr ex:q .",
    "ex:p a pg:Partnership ;\n pg:hasPartner organization:whoa .",
    "ex:p a pg:Partnership ; pg:startDate 1.50 ; pg:endDate pg:NoSuch .",
    "pg:NoSuch a pg:Partnership .",
    'ex:p pg:portalReference "1" .',
    "ex:p a pg:Partnership . ex:p owl:sameAs ex:q .",
    "ex:p a pg:Partnership . ex:C rdfs:subClassOf pg:Partnership .",
    "ex:p a pg:Partnership . ex:C a owl:Class .",
    "ex:p a pg:Partnership . ex:s sh:path ex:q .",
    "ex:p a pg:Partnership ; pg:contributesAsVerified ex:q .",
    "ex:p a pg:Partnership ; ex:q <<( ex:p a owl:Class )>> .",
    "ex:p a pg:Partnership . organization:woah a pg:GoverningBody .",
    'ex:p a pg:Partnership . organization:woah skos:prefLabel "New"@en .',
    "ex:p a pg:Partnership ; pg:hasRisk " + "[ pg:hasMonitoring " * 150 + "[]" + " ]" * 150 + " .",
]


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused_in_a_small_file_is_refused_in_a_large_one(
    store: Store, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "r.ttl"
    head = PREFIXES + "@prefix ex: <https://example.org/> .\n" if text else ""
    file.write_text(head + text, encoding="utf-8")
    (tmp_path / "parts").mkdir()
    with pytest.raises(PartnergraphError) as wanted:
        records.read(file.read_bytes(), "turtle", "r.ttl", store)
    with pytest.raises(PartnergraphError) as found:
        parts.stage(file, "turtle", tmp_path / "parts", store, name="r.ttl")
    assert type(found.value) is type(wanted.value)
    assert found.value.as_dict() == wanted.value.as_dict()
    assert str(found.value.where) == str(wanted.value.where)


def test_what_the_graph_says_already_may_be_repeated(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "r.ttl"
    file.write_text(PREFIXES + "<> a pg:Partnership . organization:woah a pg:Organization .")
    (tmp_path / "parts").mkdir()
    staged = parts.stage(file, "turtle", tmp_path / "parts", store)
    assert (staged.statements, staged.records, staged.nodes) == (2, 1, 2)


@pytest.mark.parametrize("suffix", [".jsonld", ".rdf"])
def test_a_format_that_has_to_be_read_as_a_whole_is_refused(
    store: Store, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"r{suffix}"
    file.write_text("{}")
    with pytest.raises(PartnergraphError, match="in parts") as caught:
        parts.stage(file, records.format_of(file.name), tmp_path, store)
    assert "N-Triples" in caught.value.hint


def test_every_rule_of_ours_can_be_judged_in_parts(store: Store) -> None:
    made = reach.reach(NORM, NORM.rules, sight.axioms(store))
    assert {names.NS + "hasPartner", names.NS + "partOfAim", names.NS + "mandatedBy"} <= made.onward
    assert names.NS + "partOfAim" in made.endless
    assert names.NS + "successor" not in made.onward, "no rule looks into a successor"
    assert made.steps < 10


HEAD = """norm:other a pg:Norm ;
    skos:prefLabel "Other version"@en ; owl:versionInfo "other 1" ; pg:revises norm:sc78-draft .
rule:S12-new a pg:Rule ; sh:targetClass pg:CITESStrategicPartnership ;
    sh:severity sh:Warning ; sh:name "New"@en ; sh:message "One. Two. Three."@en ;
    sh:description "Because."@en ; dcterms:source paragraph:S12 ; sh:prefixes rule:prefixes ;
"""
FARTHER = {
    "whoever mentions it": "a sh:PropertyShape ; sh:path [ sh:inversePath pg:successor ] ;"
    " sh:maxCount 0 .",
    "any node": 'a sh:NodeShape ; sh:sparql [ sh:select """SELECT $this WHERE {'
    ' ?any <https://example.org/p> ?value FILTER NOT EXISTS { $this a ?value } }""" ] .',
    "any node in a condition": 'a sh:NodeShape ; sh:sparql [ sh:select """SELECT $this WHERE {'
    ' $this a ?type FILTER EXISTS { ?any <https://example.org/p> $this } }""" ] .',
    "the partners of a namesake": 'a sh:NodeShape ; sh:sparql [ sh:select """SELECT $this WHERE {'
    f" $this <{names.SKOS}prefLabel> ?l . ?o <{names.SKOS}prefLabel> ?l ;"
    f' a <{names.NS}Partnership> ; <{names.NS}hasPartner> ?x }}""" ] .',
    "organizations of the same name": 'a sh:NodeShape ; sh:sparql [ sh:select """SELECT $this {'
    f" $this <{names.SKOS}prefLabel> ?l . ?o <{names.SKOS}prefLabel> ?l ;"
    f' a <{names.NS}Organization> }}""" ] .',
    "a shape within": "a sh:NodeShape ; sh:property [ sh:path pg:hasPartner ;"
    " sh:node [ sh:path [ sh:inversePath pg:hasPartner ] ; sh:maxCount 5 ] ] .",
}


@pytest.mark.parametrize("shape", FARTHER.values(), ids=list(FARTHER))
def test_a_rule_that_looks_farther_is_refused(store: Store, shape: str) -> None:
    norm = norms.revised(NORM, (PREFIXES + HEAD + shape).encode(), "other.ttl")
    with pytest.raises(UsageError, match="S12-new"):
        reach.reach(norm, norm.rules, sight.axioms(store))
    reach.reach(norm, set(norm.rules) - {"S12-new"}, sight.axioms(store))


def run(store: Path, *arguments: object, **settings: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **{f"PARTNERGRAPH_{k.upper()}": v for k, v in settings.items()}}
    words = [str(argument) for argument in arguments]
    return subprocess.run(
        [sys.executable, "-m", "partnergraph", "validate", *words, "--store", str(store)],
        capture_output=True,
        check=False,
        env=environment,
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some records, a bit more than a MiB."""
    made = tmp_path_factory.mktemp("small") / "records.nt"
    made_up_records.write(made, 30)
    assert made.stat().st_size > 1 << 20
    return made


def test_a_large_file_is_judged_in_parts_and_the_summary_comes_last(
    loaded: StoreDirectory, small: Path
) -> None:
    ended = run(loaded.path, small, "--on", "2026-11-24", request_mib="1")
    lines = ended.stdout.decode().splitlines()
    assert ended.returncode == 1
    assert "reading: 100%" in ended.stderr.decode()
    assert "judging: 100%" in ended.stderr.decode()
    assert "one by one: 1." in lines[2]
    (summary,) = [n for n, line in enumerate(lines) if "partnership records 30" in line]
    assert summary > max(n for n, line in enumerate(lines) if "Wood tracing partnership" in line)
    assert sum(int(line.rpartition(" ")[2]) for line in lines[-2:]) == 30
    assert run(loaded.path, small, "--bulk", "--fail-on", "violation").returncode == 1


def test_the_rows_are_those_of_the_verdicts(
    loaded: StoreDirectory, access: Access, small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    ended = run(loaded.path, small, small, "--bulk", "--format", "csv", "--output", out)
    assert (ended.returncode, ended.stdout) == (1, b"")
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    found = {(row["record"], row["outcome"], row["rule"]) for row in rows}
    verdicts = judged(access, small)["verdicts"]
    assert found == {
        (names.shorten(v["record"]), v["outcome"], rule)
        for v in verdicts
        for rule in {f["rule"] for f in v["findings"]} or {""}
    }
    assert len(rows) == 2 * sum(len(v["findings"]) or 1 for v in verdicts)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (("--format", "html"), {}, b"Ask for one of: text, json, csv"),
        ((), {"bulk_mib": "1"}, b"may have 1,048,576"),
        (("--rules", "S12-nothing"), {}, b"S12-nothing"),
    ],
)
def test_wrong_use_writes_nothing_and_ends_with_two(
    loaded: StoreDirectory, small: Path, arguments: tuple[str, ...], settings: Any, words: bytes
) -> None:
    ended = run(loaded.path, small, "--bulk", *arguments, **settings)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert words in ended.stderr
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["reading", "judging"])
def test_a_stopped_run_leaves_nothing_behind(
    loaded: StoreDirectory, file: Path, tmp_path: Path, number: signal.Signals, stage: str
) -> None:
    (tmp_path / "tmp").mkdir()
    out = tmp_path / "out.json"
    arguments = [str(file), "--bulk", "--format", "json", "--output", str(out)]
    with subprocess.Popen(
        [sys.executable, "-m", "partnergraph", "validate", *arguments, "--store", loaded.path],
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        # Who runs the tests in the background has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr
        while not process.stderr.readline().startswith(stage.encode()):
            assert process.poll() is None
        assert list((tmp_path / "tmp").iterdir()), "the store is there meanwhile"
        process.send_signal(number)
        begun = time.monotonic()
        said = process.stderr.read()
        code = process.wait(timeout=20)
    assert (code, b"Traceback" in said, b"stopped" in said) == (130, False, True)
    assert time.monotonic() - begun < 15
    assert list((tmp_path / "tmp").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["tmp"]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file() -> None:
    """Of the children, which read and judge, and of the parent, which puts together."""

    def peaks(number: int) -> dict[str, float]:
        script = ROOT / "benchmarks" / "bulk.py"
        ended = subprocess.run(
            [sys.executable, script, "--json", str(number)], capture_output=True, check=True
        )
        found: dict[str, float] = json.loads(ended.stdout)
        return found

    few, many = peaks(300), peaks(1500)
    assert many["bytes"] > 4 * few["bytes"]
    assert many["children_mib"] < 1.6 * few["children_mib"]
    assert many["parent_mib"] < 1.3 * few["parent_mib"]
