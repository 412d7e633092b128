"""The command line, run as a command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, serving
from partnergraph.directory import StoreDirectory

EXAMPLE = ROOT / "data" / "examples" / "complete-record.ttl"


def run(
    *arguments: object, store: Path | None = None, input: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    words = [str(argument) for argument in arguments]
    if store:
        words += ["--store", str(store)]
    return subprocess.run(
        [sys.executable, "-m", "partnergraph", *words],
        capture_output=True,
        input=input,
        check=False,
    )


def test_a_named_question_is_answered_as_table_csv_and_json(loaded: StoreDirectory) -> None:
    asked = ("query", "value-types", "-p", "valueType=shared-learning")
    table = run(*asked, store=loaded.path)
    assert table.returncode == 0
    assert b"partnership:informea" in table.stdout
    csv = run(*asked, "--format", "csv", store=loaded.path)
    assert csv.stdout.startswith(b"valueType,")
    answer = json.loads(run(*asked, "--format", "json", store=loaded.path).stdout)
    assert [b["partnershipLabel"]["value"] for b in answer["results"]["bindings"]] == ["InforMEA"]


def test_a_question_is_found_by_its_number_too(loaded: StoreDirectory) -> None:
    assert run("query", "CQ10", store=loaded.path).stdout == (
        run("query", "value-types", store=loaded.path).stdout
    )


def test_a_free_query_comes_from_standard_input_and_from_a_file(
    loaded: StoreDirectory, tmp_path: Path
) -> None:
    query = b"CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 1"
    (tmp_path / "q.rq").write_bytes(query)
    piped = run("query", "-", "--format", "ntriples", store=loaded.path, input=query)
    assert piped.stdout.count(b"\n") == 1
    filed = run("query", tmp_path / "q.rq", "--format", "ntriples", store=loaded.path)
    assert filed.stdout == piped.stdout


def test_output_goes_to_a_file_whole(loaded: StoreDirectory, tmp_path: Path) -> None:
    ended = run("query", "partner-kinds", "--output", tmp_path / "o.txt", store=loaded.path)
    assert ended.stdout == b""
    assert b"partner-kind:" in (tmp_path / "o.txt").read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["o.txt"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("query", "value-typs"), 2, b"Did you mean value-types"),
        (("query", "value-types", "-p", "valueTyp=x"), 2, b"Did you mean valueType"),
        (("query", "value-types", "-p", "valueType"), 2, b"name=value"),
        (("query", "value-types", "-p", "valueType=a b"), 2, b"names none"),
        (("query", "value-types", "--format", "turtle"), 2, b"no form"),
        (("query", "value-types", "--fromat", "csv"), 2, b"--format"),
        (("query", "none.rq"), 2, b"none.rq"),
        (("queries", "nothing"), 2, b"there is no question"),
        (("trace", "S22.z"), 2, b"there is no paragraph"),
        (("validate", "none.ttl"), 2, b"cannot be read"),
        (("validate", "record.docx"), 2, b"record.docx"),
        (("export", "--format", "turtle"), 2, b"holds one graph"),
        (("export", "--graph", "graph:actor"), 2, b"Did you mean graph:actors"),
        (("nonsense",), 2, b"nonsense"),
    ],
)
def test_wrong_use_ends_with_its_code_and_a_hint(
    loaded: StoreDirectory, arguments: tuple[str, ...], code: int, words: bytes
) -> None:
    needs_store = arguments[0] in {"query", "trace", "validate", "export"}
    ended = run(*arguments, store=loaded.path if needs_store else None)
    assert ended.returncode == code
    assert words in ended.stderr
    assert ended.stderr.startswith(b"error: ")
    assert b"Traceback" not in ended.stderr
    assert ended.stdout == b""


def test_a_missing_store_is_an_error(tmp_path: Path) -> None:
    ended = run("trace", "S1", store=tmp_path / "none")
    assert ended.returncode == 2
    assert b"partnergraph load" in ended.stderr


def test_a_record_that_meets_the_strategy_is_good(loaded: StoreDirectory) -> None:
    ended = run("validate", EXAMPLE, store=loaded.path)
    assert (ended.returncode, b"meets the strategy" in ended.stdout) == (0, True)


def test_a_record_that_fails_ends_with_one_and_names_rule_and_paragraph(
    loaded: StoreDirectory,
) -> None:
    record = ROOT / "shapes" / "examples" / "S13.f-gain" / "invalid.ttl"
    ended = run("validate", record, "--format", "json", store=loaded.path)
    assert ended.returncode == 1
    verdicts = json.loads(ended.stdout)["reports"][0]["verdicts"]
    (verdict,) = [v for v in verdicts if v["record"].endswith("/p")]
    found = [f for f in verdict["findings"] if f["rule"] == "S13.f-gain"]
    assert [f["path"] for f in found] == ["pg:hasPartner"]
    assert "S13.f" in found[0]["paragraphs"]


def test_a_record_outside_the_strategy_is_good_and_says_why(
    loaded: StoreDirectory, tmp_path: Path
) -> None:
    (tmp_path / "short.ttl").write_text(
        "@prefix pg: <https://w3id.org/partnergraph/ns#> . "
        "@prefix document: <https://w3id.org/partnergraph/id/document/> . "
        "<> a pg:ImplementationPartnership ; pg:implementsDecision document:cites-dec-19.20 ."
    )
    ended = run("validate", tmp_path / "short.ttl", store=loaded.path)
    assert ended.returncode == 0
    assert b"is not covered by the strategy" in ended.stdout
    assert b"[S15]" in ended.stdout


def test_warnings_fail_only_when_asked(loaded: StoreDirectory, tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert "pg:hasCommitment" in text
    milder = text.replace("pg:hasCommitment", "dcterms:relation")
    (tmp_path / "milder.ttl").write_text(
        "@prefix dcterms: <http://purl.org/dc/terms/> .\n" + milder, encoding="utf-8"
    )
    good = run("validate", tmp_path / "milder.ttl", store=loaded.path)
    assert good.returncode == 0
    assert b"warning" in good.stdout
    strict = run("validate", tmp_path / "milder.ttl", "--fail-on", "warning", store=loaded.path)
    assert strict.returncode == 1


@pytest.mark.parametrize("form", ["turtle", "jsonld"])
def test_a_report_is_a_shacl_validation_report(loaded: StoreDirectory, form: str) -> None:
    from partnergraph.store import parse

    record = ROOT / "shapes" / "examples" / "S13.f-gain" / "invalid.ttl"
    ended = run("validate", record, "--format", form, store=loaded.path)
    lines = [str(quad.triple) for quad in parse(ended.stdout, form)]
    shacl = "http://www.w3.org/ns/shacl#"
    assert sum(line.endswith(f"<{shacl}ValidationReport>") for line in lines) == 1
    assert any(f'<{shacl}conforms> "false"' in line for line in lines)
    assert any(f"<{shacl}sourceShape>" in line and "S13.f-gain>" in line for line in lines)


def test_a_trace_as_json_has_the_promised_fields(loaded: StoreDirectory) -> None:
    found = json.loads(run("trace", "S22.a", "--format", "json", store=loaded.path).stdout)
    assert {"paragraph", "terms", "rules", "questions", "data", "reason"} <= set(found)
    assert "S22.a-sdg" in found["rules"]
    assert "pg:contributesTo" in found["terms"]
    assert "claimed-aims" in found["questions"]
    empty = json.loads(run("trace", "S29", "--format", "json", store=loaded.path).stdout)
    assert empty["rules"] == []
    assert empty["reason"]


@pytest.mark.slow
def test_users_files_load_whole_or_not_at_all(loaded: StoreDirectory, tmp_path: Path) -> None:
    store = tmp_path / "store"
    run("load", store=store)
    good, broken = tmp_path / "good.ttl", tmp_path / "broken.ttl"
    good.write_text("<http://x/a> <http://x/b> 1 .\n")
    broken.write_text("<http://x/a> <http://x/b> 1 .\n<http://x/a> oops .\n")
    failed = run("load", good, broken, store=store)
    assert failed.returncode == 2
    assert b"broken.ttl:2:" in failed.stderr
    graphs = json.loads(run("store", "stats", "--format", "json", store=store).stdout)
    assert not any("loaded" in name for name in graphs["statements in each graph"])
    assert run("load", good, store=store).returncode == 0
    again = run("load", good, store=store)
    assert (again.returncode, b"--replace" in again.stderr) == (2, True)
    assert run("load", good, "--replace", store=store).returncode == 0
    assert run("load", good, "--graph", "graph:actors", store=store).returncode == 2
    empty = tmp_path / "empty.ttl"
    empty.write_text("")
    assert b"empty" in run("load", empty, store=store).stderr
    # What a user loaded is asked by its graph's name, and is not in the default graph.
    ask = "ASK { %s <http://x/a> <http://x/b> ?v %s }"
    name = "https://w3id.org/partnergraph/graph/loaded/good"
    plain = run("query", "-", store=store, input=(ask % ("", "")).encode())
    named = run("query", "-", store=store, input=(ask % (f"GRAPH <{name}> {{", "}")).encode())
    assert (plain.stdout, named.stdout) == (b"no\n", b"yes\n")


@pytest.mark.slow
def test_beside_a_server_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with serving(store) as url:
        refused = run("load", store=store)
        assert refused.returncode == 2
        assert b"partnergraph serve (process" in refused.stderr
        assert f"--store {url}/sparql".encode() in refused.stderr
        assert run("trace", "S1", store=store).returncode == 0
        asked = run("query", "value-types", "--store", f"{url}/sparql")
        assert asked.stdout == run("query", "value-types", store=store).stdout


def test_a_read_only_server_serves_beside_a_writer_and_makes_nothing(
    loaded: StoreDirectory, tmp_path: Path
) -> None:
    with loaded.writing("another"), serving(loaded.path, "--read-only") as url:
        asked = run("query", "value-types", "--store", f"{url}/sparql")
    assert asked.stdout == run("query", "value-types", store=loaded.path).stdout
    none = run("serve", "--read-only", "--port", "0", store=tmp_path / "none")
    assert (none.returncode, b"partnergraph load" in none.stderr) == (2, True)
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_two_exports_are_byte_identical_and_of_two_loads_too(
    loaded: StoreDirectory, tmp_path: Path
) -> None:
    first = run("export", store=loaded.path).stdout
    assert first == run("export", store=loaded.path).stdout
    run("load", store=tmp_path / "again")
    assert first == run("export", store=tmp_path / "again").stdout


@pytest.mark.parametrize("form", ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"])
def test_a_graph_is_exported_in_every_format(loaded: StoreDirectory, form: str) -> None:
    from partnergraph.store import parse

    ended = run("export", "--graph", "graph:regions", "--format", form, store=loaded.path)
    quads = {q.triple for q in parse(ended.stdout, form)}
    lines = run("export", "--graph", "graph:regions", store=loaded.path).stdout
    assert quads == {q.triple for q in parse(lines, "nquads")}


def test_a_formula_in_a_cell_is_made_harmless_unless_raw_is_asked(loaded: StoreDirectory) -> None:
    query = b'SELECT * { VALUES (?a ?b) { ("=1+1" -2) ("@x" "plain") } }'
    safe = run("query", "-", "--format", "csv", store=loaded.path, input=query).stdout
    assert safe.splitlines()[1:] == [b"'=1+1,-2", b"'@x,plain"]
    raw = run("query", "-", "--format", "csv", "--raw", store=loaded.path, input=query).stdout
    assert raw.splitlines()[1:] == [b"=1+1,-2", b"@x,plain"]
    tsv = run("query", "-", "--format", "tsv", store=loaded.path, input=query).stdout
    assert b'"\'=1+1"\t-2' in tsv.replace(
        b'"-2"^^<http://www.w3.org/2001/XMLSchema#integer>', b"-2"
    )


def test_terminal_control_characters_do_not_reach_the_terminal(loaded: StoreDirectory) -> None:
    query = b'SELECT * { BIND("\x1b[31mred" AS ?x) }'
    assert b"\x1b" not in run("query", "-", store=loaded.path, input=query).stdout


def test_help_names_every_command_and_nothing_that_is_not_built() -> None:
    text = run("--help").stdout.decode()
    for command in ("serve", "load", "validate", "query", "queries", "trace", "export", "store"):
        assert f"  {command}" in text
    for absent in ("submit", "template", "harvest", "publish", "report "):
        assert f"  {absent}" not in text


def test_a_reader_that_had_enough_is_no_error(loaded: StoreDirectory) -> None:
    command = f"{sys.executable} -m partnergraph export --store {loaded.path} | head -1"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False, env=os.environ
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
