"""Rules with one fault each: the two records of a rule tell each of them from the rule.

A mutant is killed where a finding that ``invalid.ttl`` names is not made, or where one is made
on ``valid.ttl``. Mutants that no record can tell from the rule stand, each with the reason, in
``equivalent-mutants.yaml``.

``python -m pytest tests/shapes/test_mutants.py -n 0 -q -s`` ends with the score of each kind.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mutants
import pyshacl
import pytest
import yaml
from rdflib import RDF, SH, Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from test_rules import NORM, RULES, TODAY, expected

from conftest import ROOT
from partnergraph import names, norms, records, rooms, terms, validation
from partnergraph.store import Store, parse

pytestmark = pytest.mark.slow

FOUND = tuple[str, str, str, str]
"""A finding: focus node, path, value and severity."""


@dataclass(frozen=True)
class Equivalent:
    """A mutation that leaves a rule as it is."""

    mutation: str
    reason: str
    rules: tuple[str, ...]


EQUIVALENTS = tuple(
    Equivalent(entry["mutation"], entry["reason"], tuple(entry["rules"]))
    for entry in yaml.safe_load(
        (Path(__file__).parent / "equivalent-mutants.yaml").read_text(encoding="utf-8")
    )
)
KILLED: Counter[str] = Counter()
SURVIVED: Counter[str] = Counter()
"""How many mutants of each kind were judged so far, in this process."""


@cache
def ontology() -> Graph:
    graph = Graph()
    for room in rooms.ontology():
        for quad in parse(room.read(), "turtle", room.name):
            graph.add(terms.triple(quad))
    return graph


@cache
def of_rule(rule: str) -> list[mutants.Mutant]:
    return mutants.of_rule(NORM, rule, ontology())


def equivalents(rule: str) -> list[str]:
    return sorted(e.mutation for e in EQUIVALENTS if rule in e.rules)


class Example:
    """One of the two records of a rule, read once and judged many times."""

    def __init__(self, store: Store, rule: str, name: str) -> None:
        file = ROOT / "shapes" / "examples" / rule / name
        record = records.read(file.read_bytes(), "turtle", file.name, store)
        inferring = RULES[rule].with_inferred
        self.data = validation.seen(store, record, TODAY, inferring=inferring)
        self.own = {terms.write(terms.node(quad.subject)) for quad in record.quads}
        self.expected = set(expected(file.read_text(encoding="utf-8")))

    def found(self, shapes: Graph) -> set[FOUND]:
        """Return what a graph with one rule finds; the severity is that of the graph."""
        _, results, _ = pyshacl.validate(
            self.data, shacl_graph=shapes, inference="none", inplace=True
        )
        assert isinstance(results, Graph), results
        found = set()
        for node in results.subjects(RDF.type, SH.ValidationResult):
            focus = terms.write(results.value(node, SH.focusNode))
            if focus in self.own:
                value = results.value(node, SH.value)
                path = norms.path(results, results.value(node, SH.resultPath))
                severity = str(results.value(node, SH.resultSeverity)).removeprefix(names.SH)
                found.add((focus, path, "" if value is None else value.n3(), severity))
        return found


def score() -> dict[str, tuple[int, int]]:
    """Return for each kind how many mutants were judged in this process, and how many killed."""
    kinds = sorted(KILLED | SURVIVED)
    return {kind: (KILLED[kind] + SURVIVED[kind], KILLED[kind]) for kind in kinds}


@pytest.fixture(scope="module", autouse=True)
def summary() -> Iterator[None]:
    """Print the score at the end, for ``pytest -s``."""
    yield
    by_kind = ", ".join(f"{kind} {killed}/{made}" for kind, (made, killed) in score().items())
    print(f"\n{KILLED.total()} of {KILLED.total() + SURVIVED.total()} mutants killed: {by_kind}")


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_records_of_a_rule_tell_each_faulty_rule_from_it(store: Store, rule: str) -> None:
    invalid, valid = (Example(store, rule, name) for name in ("invalid.ttl", "valid.ttl"))
    sound = mutants.alone(NORM, rule)
    assert invalid.expected
    assert invalid.found(sound) == invalid.expected
    assert valid.found(sound) == set()
    left = []
    for mutant in of_rule(rule):
        if invalid.expected - invalid.found(mutant.shapes) or valid.found(mutant.shapes):
            KILLED[mutant.kind] += 1
        else:
            SURVIVED[mutant.kind] += 1
            left.append(mutant.name)
    assert sorted(left) == equivalents(rule)


def test_what_is_called_equivalent_says_why_and_is_hardly_ever_so() -> None:
    assert all(e.reason.endswith(".") and e.rules for e in EQUIVALENTS)
    listed = [(rule, e.mutation) for e in EQUIVALENTS for rule in e.rules]
    assert len(set(listed)) == len(listed)
    made = {(rule, m.name) for rule in RULES for m in of_rule(rule)}
    assert set(listed) - made == set()
    assert len(listed) < len(made) / 50


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_loses_its_target_its_severity_and_each_of_its_constraints(rule: str) -> None:
    kinds = Counter(m.kind for m in of_rule(rule))
    assert kinds["target"]
    assert kinds["severity"] == 2
    assert kinds["constraint"]


QUERIES = [
    pytest.param(str(text), id=names.shorten(str(node)))
    for node, text in sorted(NORM.shapes.subject_objects(SH.select))
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_the_same_when_it_is_read_and_written_again(query: str) -> None:
    assert algebra(mutants.write(mutants.read(query))) == algebra(query)


def test_a_query_with_something_new_in_it_is_refused() -> None:
    good = "SELECT $this WHERE { $this ?p ?o . FILTER ( ?o > 1 ) }"
    assert mutants.write(mutants.read(good)).split() == good.split()
    for bad in ("FILTER (?o + 1 > 1)", "VALUES ?o { 1 }", "GRAPH ?g { $this ?p ?o }"):
        with pytest.raises(ValueError, match=r"expected|cannot read"):
            mutants.read(f"SELECT $this WHERE {{ $this ?p ?o . {bad} }}")


def algebra(query: str) -> str:
    """Return how the engine understands a query."""
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in names.PREFIXES.items())
    return told(prepareQuery(prefixes + query.replace("$PATH", "rdf:value")).algebra)


def told(part: object) -> str:
    if isinstance(part, CompValue):
        # What is inside of EXISTS is understood later, and then stands in an attribute.
        inner = {key: told(getattr(part, key)) for key in part if key != "_vars"}
        return f"{part.name}{inner}"
    if isinstance(part, list | tuple):
        return f"[{', '.join(told(p) for p in part)}]"
    return repr(part)
