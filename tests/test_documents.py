"""What the documents say is so: commands and their output, links, paths, versions."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import partnergraph
from conftest import ROOT
from partnergraph import glossary, judged, modules, rule_list
from partnergraph.directory import StoreDirectory
from partnergraph.store import Store

DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)


def commands(text: str) -> list[tuple[str, str]]:
    """Return the commands of the console blocks with the output shown below each."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = piece.partition("\n")
            found.append((command, output))
    return found


README = commands((ROOT / "README.md").read_text(encoding="utf-8"))
SHOWN = README + commands((ROOT / "docs" / "norms.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("command", "output"), [c for c in SHOWN if "partnergraph" in c[0]])
def test_a_command_of_a_page_prints_what_the_page_shows(
    loaded: StoreDirectory, command: str, output: str
) -> None:
    ended = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={
            **os.environ,
            "PARTNERGRAPH_STORE": str(loaded.path),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
    )
    assert ended.stdout.decode() == output, ended.stderr


def test_the_readme_shows_the_two_commands_that_set_everything_up() -> None:
    assert [command for command, _ in README[:2]] == ["make serve", "make test"]
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") < 100


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_path_of_a_document_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith("http"):
            assert (path.parent / target.partition("#")[0]).exists(), target
    rooms = r"`((?:src|tests|data|ontology|shapes|queries|docs|benchmarks)/[\w./{}*<>-]*)`"
    for name in re.findall(rooms, text):
        if not set(name) & set("{}*<>"):
            assert (ROOT / name).exists(), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_of_a_document_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)", path.read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_there_is_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    ontology = (ROOT / "ontology" / "partnergraph.ttl").read_text(encoding="utf-8")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert partnergraph.__version__ == version
    assert f'owl:versionInfo "{version}"' in ontology
    assert f"ns/{version}>" in ontology
    assert citation["version"] == version
    assert re.findall(r"^## \[?(\d+\.\d+\.\d+)", changes, re.MULTILINE)[0] == version


def test_the_lock_files_hold_hashes_and_no_addresses() -> None:
    for name in ("serve.txt", "test.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^\S+==\S+", text, re.MULTILINE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_the_page_of_terms_is_that_of_the_ontology(language: str) -> None:
    shown = (ROOT / "docs" / f"terms.{language}.md").read_text(encoding="utf-8")
    assert shown == glossary.page(language)


def test_the_pictures_of_the_modules_are_those_of_the_modules() -> None:
    assert (ROOT / "docs" / "modules.md").read_text(encoding="utf-8") == modules.page()


def test_the_page_of_rules_is_that_of_the_rules(store: Store) -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rule_list.page(store)


def test_the_page_of_verdicts_is_what_the_rules_say_on_the_day_of_the_page(store: Store) -> None:
    shown = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    assert shown == judged.page(judged.judge(store))
