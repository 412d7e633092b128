"""Short names and IRIs."""

import ast
from pathlib import Path

import pytest

from conftest import ROOT
from partnergraph import names
from partnergraph.errors import UnreadableInputError


@pytest.mark.parametrize(
    ("short", "iri"),
    [
        ("pg:hasPartner", "https://w3id.org/partnergraph/ns#hasPartner"),
        ("paragraph:S22.b.ii", "https://w3id.org/partnergraph/id/paragraph/S22.b.ii"),
        ("member-count:cpw-13", "https://w3id.org/partnergraph/id/member-count/cpw-13"),
        ("rule:S13.f-gain", "https://w3id.org/partnergraph/rule/S13.f-gain"),
    ],
)
def test_a_short_name_and_its_iri_turn_into_one_another(short: str, iri: str) -> None:
    assert names.expand(short) == iri
    assert names.shorten(iri) == short


def test_an_iri_of_others_is_left_alone() -> None:
    assert names.expand("https://example.org/a b".replace(" ", "")) == "https://example.org/ab"
    assert names.shorten("https://example.org/x") == "https://example.org/x"


@pytest.mark.parametrize("short", ["organisation:woah", "woah", "pg:has partner", "pg:", "pg:x."])
def test_what_is_no_short_name_is_an_error_with_a_hint(short: str) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        names.expand(short)
    assert caught.value.hint


def test_a_misspelt_prefix_is_told_the_nearest() -> None:
    with pytest.raises(UnreadableInputError) as caught:
        names.expand("organisation:woah")
    assert "organization" in caught.value.hint


def test_no_other_module_writes_an_iri_of_ours() -> None:
    allowed = {"names.py", "errors.py"}
    guilty = [
        path.name
        for path in (ROOT / "src").rglob("*.py")
        if path.name not in allowed and "w3id.org/partnergraph" in _code(path)
    ]
    assert guilty == []


def _code(path: Path) -> str:
    """Return the code of a module without its comments and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(value="")
    return ast.unparse(tree)
