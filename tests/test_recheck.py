"""A report made again: the same, or told apart by what differs."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from partnergraph import names
from partnergraph.directory import StoreDirectory
from partnergraph.report import Report

RECORD = ROOT / "data" / "examples" / "records" / "company-without-reason.ttl"
SECOND = ROOT / "data" / "examples" / "norms" / "second.ttl"
RULES = "S36.c-private-company,S12-secretariat,S40-kind"
# Whatever opens a connection ends at once; Python reads this file in every process it starts.
OFFLINE = """
import os, sys
def hook(event, arguments):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and arguments[0].family != 1):
        os._exit(97)
sys.addaudithook(hook)
"""
Fields = dict[str, Any]


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which no process can open a connection."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "sitecustomize.py").write_text(OFFLINE)
    return {**os.environ, "PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def run(
    loaded: StoreDirectory, offline: dict[str, str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command, offline."""

    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = [str(argument) for argument in arguments]
        return subprocess.run(
            [sys.executable, "-m", "partnergraph", *words, "--store", str(loaded.path)],
            capture_output=True,
            text=True,
            check=False,
            env=offline,
        )

    return command


Run = Callable[..., subprocess.CompletedProcess[str]]


def with_one_risk_of_no_kind() -> str:
    """The record with a risk that lacks its kind, so that a finding is about a blank node."""
    text = RECORD.read_text(encoding="utf-8")
    changed = re.sub(r"pg:riskKind [^;\]]+?;", "", text, count=1)
    assert changed != text
    return changed


@pytest.fixture(scope="module")
def document(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Fields:
    """A report as the command writes it, in French."""
    file = tmp_path_factory.mktemp("told") / "record.ttl"
    file.write_text(with_one_risk_of_no_kind(), encoding="utf-8")
    ended = run(
        "validate", file, "--format", "json", "--lang", "fr", "--rules", RULES, "--on", "2026-11-24"
    )
    assert ended.stderr == ""
    found: Fields = json.loads(ended.stdout)
    (verdict,) = found["reports"][0]["verdicts"]
    told = {f["rule"]: f for f in verdict["findings"]}
    assert told["S40-kind"]["focus"].startswith("_:"), "one finding is about a blank node"
    assert verdict["outcome"] == "meets"
    assert found["reports"][0]["language"] == "fr"
    return found


def copied(document: Fields, name: str) -> Fields:
    fields: Fields = json.loads(json.dumps(document["reports"][0]))
    fields["file"] = name
    return fields


def saved(folder: Path, *reports: Fields) -> Path:
    file = folder / "report.json"
    file.write_text(json.dumps({"reports": list(reports)}), encoding="utf-8")
    return file


def told(output: str) -> dict[str, list[str]]:
    """For each report what the command says of it."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in output.splitlines():
        if line.startswith("  "):
            found[name].append(line.strip())
        else:
            name, _, said = line.rpartition(": ")
            found[name] = [said]
    return found


def test_the_way_offline_is_made_sure_of_works(offline: dict[str, str]) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    ended = subprocess.run([sys.executable, "-c", code], env=offline, check=False)
    assert ended.returncode == 97


@pytest.mark.slow
def test_a_report_made_again_is_the_same_however_it_is_written(
    run: Run, document: Fields, tmp_path: Path
) -> None:
    renamed = copied(document, "renamed")
    lines = renamed["evidence"].splitlines()
    assert any("_:" in line for line in lines)
    renamed["evidence"] = "\n".join(
        re.sub(r"_:(\w+)", r"_:other\1", line) for line in reversed(lines)
    )
    spanish = copied(document, "spanish")
    spanish["language"] = "es"
    for verdict in spanish["verdicts"]:
        verdict["reason"] = "otra"
        for finding in verdict["findings"]:
            finding["message"] = "otro"
    ended = run("recheck", saved(tmp_path, copied(document, "as it was"), renamed, spanish))
    assert told(ended.stdout) == {
        "as it was": ["the same"],
        "renamed": ["the same"],
        "spanish": ["the same"],
    }
    assert (ended.returncode, ended.stderr) == (0, "")


def _evidence(old: str, new: str) -> Callable[[Fields], object]:
    def change(fields: Fields) -> None:
        changed = fields["evidence"].replace(old, new, 1)
        assert changed != fields["evidence"]
        fields["evidence"] = changed

    return change


def _basis(name: str, value: str) -> Callable[[Fields], object]:
    return lambda fields: fields["basis"].update({name: value})


CHANGES: dict[str, tuple[Callable[[Fields], object], str]] = {
    "a-partner-is-another": (
        _evidence(
            f"<{names.NS}hasPartner> <{names.ID}organization/cites-secretariat>",
            f"<{names.NS}hasPartner> <{names.ID}organization/fao>",
        ),
        "newly found: Violation S12-secretariat",
    ),
    "a-company-is-none": (
        _evidence("partner-kind/private-company", "partner-kind/industry-association"),
        "no longer found: Warning S36.c-private-company",
    ),
    "a-word": (_evidence("Made-up example", "Made-down example"), "record: "),
    "norm": (_basis("norm", "norm:other"), "norm: norm:other before, norm:sc78-draft now"),
    "version-of-the-norm": (_basis("norm_version", "other"), "norm_version: other before"),
    "hash-of-the-rules": (_basis("rules", "0" * 64), f"rules: {'0' * 64} before"),
    "hash-of-the-graph": (_basis("graph", "1" * 64), f"graph: {'1' * 64} before"),
    "hash-of-the-record": (_basis("record", "2" * 64), f"record: {'2' * 64} before"),
    "version-of-the-program": (_basis("version", "0.0.0"), "version: 0.0.0 before"),
    "outcome": (
        lambda fields: fields["verdicts"][0].update(outcome="not-yet", ground="violations"),
        "not-yet before, meets now",
    ),
    "a-finding-left-out": (
        lambda fields: fields["verdicts"][0].update(
            findings=[
                f for f in fields["verdicts"][0]["findings"] if f["rule"] != "S36.c-private-company"
            ]
        ),
        "newly found: Warning S36.c-private-company",
    ),
    "a-finding-made-milder": (
        lambda fields: [f.update(severity="Info") for f in fields["verdicts"][0]["findings"]],
        "no longer found: Info",
    ),
    "a-verdict-of-nothing": (
        lambda fields: fields["verdicts"].append(
            {**fields["verdicts"][0], "record": "https://example.org/none", "findings": []}
        ),
        "https://example.org/none: no verdict now",
    ),
}


@pytest.mark.slow
def test_each_difference_is_named(run: Run, document: Fields, tmp_path: Path) -> None:
    reports = [copied(document, "unchanged")]
    for name, (change, _) in CHANGES.items():
        reports.append(copied(document, name))
        change(reports[-1])
    ended = run("recheck", saved(tmp_path, *reports))
    assert (ended.returncode, ended.stderr) == (1, "")
    said = told(ended.stdout)
    assert said.pop("unchanged") == ["the same"]
    assert list(said) == list(CHANGES)
    for name, lines in said.items():
        assert lines[0] == "differs", name
        assert [line for line in lines[1:] if CHANGES[name][1] in line], (name, lines)


@pytest.mark.slow
def test_a_report_under_another_norm_is_made_again_with_that_norm(run: Run, tmp_path: Path) -> None:
    asked = (
        "validate",
        RECORD,
        "--norm",
        SECOND,
        "--rules",
        RULES.partition(",")[0],
        "--format",
        "json",
        "--output",
        tmp_path / "report.json",
    )
    assert run(*asked).returncode == 1
    assert run("recheck", tmp_path / "report.json", "--norm", SECOND).returncode == 0
    without = run("recheck", tmp_path / "report.json")
    assert without.returncode == 1
    ((said,),) = [told(without.stdout).keys()]
    lines = told(without.stdout)[said]
    assert [line for line in lines if line.startswith("norm: ")]
    assert [line for line in lines if line.startswith("rules: ")]


@pytest.mark.slow
def test_a_public_report_cannot_be_made_again(run: Run, document: Fields, tmp_path: Path) -> None:
    public = Report.from_dict(copied(document, "public")).public()
    ended = run("recheck", saved(tmp_path, json.loads(json.dumps(public.as_dict()))))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--public" in ended.stderr
    assert "Traceback" not in ended.stderr


NO_REPORTS: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"reports",
    "not UTF-8": b'{"reports": "\xff"}',
    "a list": b"[]",
    "no reports": b"{}",
    "null": b'{"reports": null}',
    "no report among them": b'{"reports": []}',
    "something else": b'{"reports": [{"file": "x"}]}',
}


@pytest.mark.slow
@pytest.mark.parametrize("content", NO_REPORTS.values(), ids=list(NO_REPORTS))
def test_what_is_no_report_is_refused(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "report.json").write_bytes(content)
    ended = run("recheck", tmp_path / "report.json")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "report.json" in ended.stderr
    assert "Traceback" not in ended.stderr


BROKEN: dict[str, Callable[[Fields], object]] = {
    "a day that is none": lambda fields: fields["basis"].update(judged_on="yesterday"),
    "an unknown rule": lambda fields: fields["basis"].update(chosen=["S12-secretaria"]),
    "statements that are none": lambda fields: fields.update(evidence="oops"),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", BROKEN.values(), ids=list(BROKEN))
def test_a_report_that_somebody_broke_is_refused(
    run: Run, document: Fields, tmp_path: Path, change: Callable[[Fields], object]
) -> None:
    fields = copied(document, "broken")
    change(fields)
    ended = run("recheck", saved(tmp_path, fields))
    assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_report_that_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    ended = run("recheck", tmp_path / "none.json")
    assert (ended.returncode, "none.json" in ended.stderr) == (2, True)
