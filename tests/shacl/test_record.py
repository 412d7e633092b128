"""One record against a store: the same is found at what it touches as by judging everything."""

import random
from collections.abc import Iterable

import pytest
import strategies
from hypothesis import assume, given
from hypothesis import strategies as st
from rdflib import SH, Graph
from rdflib.term import Node
from test_against_pyshacl import MANY, compiled, graph

from partnergraph import names, shacl
from partnergraph.shacl import literals, plan
from partnergraph.shacl.record import mentioned
from partnergraph.store import Literal, Quad, Store, Term, parse

TURTLE = strategies.PREFIXES


def judged(shapes: Graph, stored: list[Quad], record: list[Quad]) -> set[shacl.Result]:
    store = Store.in_memory()
    reader = literals.Reader()
    store.add(reader.read(stored))
    before = set(store.quads())
    hierarchy = plan.hierarchy(store)
    plan_ = shacl.compile(shapes)
    found = shacl.judge_record(plan_, store, record, hierarchy, exact=reader.stood_in)
    assert set(store.quads()) == before, "the record and all notes are gone again"
    return set(found)


def everything(shapes: Graph, quads: Iterable[Quad]) -> set[shacl.Result]:
    return set(shacl.validate(shacl.compile(shapes), quads))


@pytest.mark.slow
@MANY
@given(strategies.examples(strategies.WITH_BLURRED), st.integers(0, 1000))
def test_a_record_is_judged_as_if_all_were_judged(example: strategies.Example, seed: int) -> None:
    assume(compiled(example.shapes))
    shapes, quads = graph(example.shapes), parse(example.data.encode(), "turtle")
    # A hierarchy is the store's; a record does not bring one. Blank nodes are the record's alone.
    classes = [q for q in quads if q.predicate.value.endswith("subClassOf")]
    facts = [q for q in quads if q not in classes]
    subjects = sorted({str(quad.subject) for quad in facts})
    chosen = set(random.Random(seed).sample(subjects, min(2, len(subjects))))
    chosen |= {s for s in subjects if s.startswith("_:")}
    record = [q for q in facts if str(q.subject) in chosen]
    stored = [q for q in facts if q not in record and not str(q.object).startswith("_:")]
    found = judged(shapes, [*classes, *stored], record)
    before = everything(shapes, [*classes, *stored])
    after = everything(shapes, [*classes, *stored, *record])
    own = {str(quad.subject) for quad in record}
    here = {r for r in found if str(r.focus) in own}
    assert here ^ {r for r in after if str(r.focus) in own} == set()
    others = found - here
    assert others - after == set()
    links: dict[str, set[str]] = {}
    for quad in record:
        links.setdefault(str(quad.object), set()).add(quad.predicate.value)
    expected = {
        result
        for near in shacl.compile(shapes).nearby()
        for result in after - before
        if links.get(str(result.focus), set()) & mentioned(near)
        and result.shape in within(shapes, near.shape.node)
    }
    assert {r for r in expected if str(r.focus) not in own} - others == set()


def within(shapes: Graph, node: Node) -> set[Node]:
    """Return a shape without shapes inside it, or nothing."""
    return set() if (node, SH.property, None) in shapes else {node}


SHAPES = """
ex:Partner sh:targetClass ex:C0 ; sh:property ex:Linked ; sh:property ex:Few .
ex:Linked sh:path [ sh:inversePath ex:p ] ; sh:class ex:C1 .
ex:Few sh:path [ sh:inversePath ex:p ] ; sh:maxCount 1 .
ex:Record sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:q ; sh:minCount 1 ] .
"""
STORED = "ex:n0 a ex:C0 . ex:n1 ex:p ex:n0 ; ex:q 1 ."


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("ex:n2 a ex:C1 ; ex:q 1 .", set()),
        ("ex:n2 a ex:C1 ; ex:p ex:n3 ; ex:q 1 .", set()),
        ("ex:n2 a ex:C1 ; ex:p ex:n3 .", {"n2 MinCount -"}),
        ("ex:n2 a ex:C1 ; ex:p ex:n0 ; ex:q 1 .", {"n0 MaxCount -"}),
        ("ex:n2 ex:p ex:n0 ; ex:q 1 .", {"n0 MaxCount -", "n0 Class n2"}),
        # What was broken before is told only at what the record describes.
        ("ex:n0 ex:l 'a'@en .", {"n0 Class n1"}),
    ],
)
def test_a_link_breaks_a_rule_at_the_thing_it_ends_at(record: str, expected: set[str]) -> None:
    def read(text: str) -> list[Quad]:
        return parse((TURTLE + text).encode(), "turtle")

    shapes = graph(TURTLE + SHAPES)
    found = judged(shapes, read(STORED), read(record))
    assert {told(result) for result in found} == expected


def told(result: shacl.Result) -> str:
    """Return a result in three words."""
    value = "-" if result.value is None else _short(result.value)
    component = result.component.removeprefix(names.SH).removesuffix("ConstraintComponent")
    return f"{_short(result.focus)} {component} {value}"


def _short(term: Term) -> str:
    return str(term).removeprefix("<http://example.org/").removesuffix(">")


def test_literal_focus_nodes_are_judged() -> None:
    shapes = graph(TURTLE + "ex:S sh:targetObjectsOf ex:p ; sh:datatype xsd:integer .")
    record = parse(
        (TURTLE + "ex:a ex:p 1 , '01'^^xsd:integer , '1.50'^^xsd:decimal .").encode(), "turtle"
    )
    found = judged(shapes, [], record)
    assert [r.focus.value for r in found if isinstance(r.focus, Literal)] == ["1.50"]
