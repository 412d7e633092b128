"""Random shapes over random data: our compiler and pySHACL find the same.

``PARTNERGRAPH_EXAMPLES`` says how many examples to judge instead of 60. Where pySHACL is wrong
by the text of the standard, ``disagreements.yaml`` has a case of it.
"""

import os
import re
from pathlib import Path
from typing import Any

import findings
import pytest
import strategies
import yaml
from hypothesis import HealthCheck, assume, given, settings
from rdflib import Graph

from partnergraph import names, shacl, terms
from partnergraph.store import parse

DISAGREEMENTS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "disagreements.yaml").read_text(encoding="utf-8")
)
MANY = settings(
    max_examples=int(os.environ.get("PARTNERGRAPH_EXAMPLES", "60")),
    derandomize="PARTNERGRAPH_EXAMPLES" not in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def ours(example: strategies.Example) -> set[findings.Found]:
    with findings.literals_as_written():
        return set(findings.by_us(graph(example.shapes), parse(example.data.encode(), "turtle")))


def theirs(example: strategies.Example) -> set[findings.Found]:
    with findings.literals_as_written():
        return set(findings.by_pyshacl(graph(example.shapes), graph(example.data)))


def compiled(shapes: str) -> bool:
    """Say whether shapes are compiled, all of them; too large ones are not."""
    return not shacl.compile(graph(shapes)).refused


def graph(turtle: str) -> Graph:
    result = Graph()
    for quad in parse(turtle.encode(), "turtle"):
        result.add(terms.triple(quad))
    return result


@pytest.mark.slow
@MANY
@given(strategies.examples())
def test_the_same_is_found(example: strategies.Example) -> None:
    assume(compiled(example.shapes))
    assert sorted(ours(example)) == sorted(theirs(example))


@pytest.mark.slow
@MANY
@given(strategies.examples(strategies.WITH_BLURRED, sparql=False))
def test_the_same_is_found_where_a_store_would_blur_literals(example: strategies.Example) -> None:
    assume(compiled(example.shapes))
    assert sorted(ours(example)) == sorted(theirs(example))


def _told(found: set[findings.Found]) -> list[str]:
    """Return results as ``disagreements.yaml`` tells them."""
    lines = (f"{f.focus} {f.component} {f.value}".strip() for f in found)
    return sorted(
        re.sub(r"<http://example\.org/(\w+)>", r"ex:\1", line).replace(names.SH, "sh:")
        for line in lines
    )


@pytest.mark.parametrize("case", DISAGREEMENTS, ids=lambda case: str(case["id"]))
def test_engines_disagree_as_told(case: dict[str, Any]) -> None:
    example = strategies.Example(
        strategies.PREFIXES + case["shapes"], strategies.PREFIXES + case["data"]
    )
    assert _told(ours(example)) == case["we_find"]
    if case["pyshacl_finds"] == "failure":
        with pytest.raises(Exception, match=case["failure"]):
            theirs(example)
    else:
        assert _told(theirs(example)) == case["pyshacl_finds"]
        assert case["pyshacl_finds"] != case["we_find"]
