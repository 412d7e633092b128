"""Settings from the environment and from a file."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from partnergraph import tokens
from partnergraph.cli.graph import commands
from partnergraph.errors import UsageError
from partnergraph.settings import settings


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()


@pytest.fixture(autouse=True, scope="module")
def restored() -> object:
    yield
    settings.cache_clear()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("partnergraph.toml").write_text("query_seconds = 3\nresult_mib = 5\n")
    monkeypatch.setenv("PARTNERGRAPH_QUERY_SECONDS", "4")
    assert (settings().query_seconds, settings().result_mib) == (4, 5)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PARTNERGRAPH_QUERY_SECOND", "4", "no setting “query_second”"),
        ("PARTNERGRAPH_QUERY_SECONDS", "soon", "query_seconds"),
        ("PARTNERGRAPH_QUERY_SECONDS", "-1", "query_seconds"),
        ("PARTNERGRAPH_WRITE_TOKENS", "secret", "write_tokens"),
        ("PARTNERGRAPH_WRITE_TOKENS", '{"me": "secret"}', "write_tokens"),
    ],
)
def test_a_wrong_setting_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=words):
        settings()


@pytest.mark.parametrize("text", ["querry_seconds = 3", "query_seconds = "])
def test_a_wrong_file_is_an_error(text: str) -> None:
    Path("partnergraph.toml").write_text(text)
    with pytest.raises(UsageError):
        settings()


def test_a_token_is_made_once_and_only_its_hash_is_set() -> None:
    made = CliRunner().invoke(commands, ["token", "somebody"])
    assert made.exit_code == 0
    Path("partnergraph.toml").write_text(made.stderr.partition("toml:\n")[2])
    assert list(settings().write_tokens) == ["somebody"]
    assert tokens.is_known(made.stdout.strip(), settings().write_tokens.values())
    assert made.stdout.strip() not in made.stderr
    assert "somebody" not in str(settings().limits())
