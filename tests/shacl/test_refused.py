"""What is not compiled, and what is no SHACL: each is told, and nothing is passed over."""

import pytest
import strategies
from test_against_pyshacl import graph

from partnergraph import shacl
from partnergraph.store import parse

HEAD = strategies.PREFIXES + strategies.DECLARED
DATA = parse((strategies.PREFIXES + "ex:n0 a ex:C0 ; ex:p 1 .").encode(), "turtle")
MANY = " ".join(f'"{number}"' for number in range(500))
TARGET = "sh:targetClass ex:C0"


def constraint(query: str) -> str:
    return f'ex:S {TARGET} ; sh:sparql [ sh:prefixes ex:prefixes ; sh:select """{query}""" ] .'


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        (f"ex:S {TARGET} ; sh:property [ sh:path ex:p ; sh:node ex:S ] .", "refers to itself"),
        (f"ex:S {TARGET} ; sh:not ex:T . ex:T sh:or ( ex:S ) .", "refers to itself"),
        (f"ex:S {TARGET} ; sh:rule [ ] .", "a rule of SHACL Advanced Features"),
        ("ex:S sh:target [ ] .", "a target of SHACL Advanced Features"),
        (f"ex:S {TARGET} ; sh:js [ ] .", "a constraint in JavaScript"),
        (f"ex:S {TARGET} ; sh:in ( [ ] ) .", "a blank node cannot be named"),
        (constraint("SELECT $this { $this ex:p ?x } LIMIT 1"), "has a limit"),
        (constraint("SELECT $this { $this ex:p ?_0 }"), "begin with _"),
        (constraint("SELECT $this { GRAPH ?g { FILTER($this = ex:n0) } }"), "within GRAPH"),
        (constraint("SELECT $this { $this ex:p ?x FILTER(?x = 'service') }"), "SERVICE"),
        (constraint("SELECT (COUNT(?x) AS ?n) { $this ex:p ?x }"), "counts over all"),
        (f"ex:S {TARGET} ; sh:in ( {MANY} ) .", "larger than a store should be asked"),
    ],
)
def test_a_shape_that_is_not_compiled_is_told_with_the_reason(shapes: str, reason: str) -> None:
    (refused,) = shacl.compile(graph(HEAD + shapes)).refused
    assert str(refused.shape) == "http://example.org/S"
    assert reason in refused.reason


def test_deep_nesting_is_refused_before_a_parser_dies_of_it() -> None:
    shapes = f"ex:S0 {TARGET} ; sh:not ex:S1 ."
    shapes += " ".join(f"ex:S{n} sh:not ex:S{n + 1} ." for n in range(1, 250))
    (refused,) = shacl.compile(graph(HEAD + shapes + " ex:S250 sh:minCount 1 .")).refused
    assert "larger than a store should be asked" in refused.reason


def test_shapes_that_would_double_with_every_level_are_refused_at_once() -> None:
    levels = " ".join(
        f"ex:S{n} sh:property [ sh:path ex:p ; sh:qualifiedValueShape ex:S{n + 1} ; "
        f"sh:qualifiedMinCount 2 ; sh:qualifiedValueShapesDisjoint true ] , "
        f"[ sh:path ex:q ; sh:qualifiedValueShape ex:T{n} ; sh:qualifiedMinCount 1 ] . "
        f"ex:T{n} sh:node ex:S{n + 1} ."
        for n in range(40)
    )
    shapes = f"ex:S0 {TARGET} . {levels} ex:S40 sh:nodeKind sh:IRI ."
    (refused,) = shacl.compile(graph(HEAD + shapes)).refused
    assert "larger than a store should be asked" in refused.reason


def test_the_other_shapes_are_compiled_all_the_same() -> None:
    plan = shacl.compile(
        graph(HEAD + f"ex:S {TARGET} ; sh:js [ ] . ex:T {TARGET} ; sh:nodeKind sh:Literal .")
    )
    assert [str(refused.shape) for refused in plan.refused] == ["http://example.org/S"]
    assert [str(r.shape) for r in shacl.validate(plan, DATA)] == ["http://example.org/T"]


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (f"ex:S {TARGET} ; sh:minCounts 1 .", "minCounts, which SHACL does not know"),
        (f"ex:S {TARGET} ; sh:minLength 'a' .", "no xsd:integer"),
        (f"ex:S {TARGET} ; sh:class 'a' .", "no IRI"),
        (f"ex:S {TARGET} ; sh:property [ a sh:PropertyShape ] .", "no sh:path"),
        (f"ex:S {TARGET} ; sh:path ex:p , ex:q .", "has 2 times sh:path"),
        (f"ex:S {TARGET} ; sh:path [ ] .", "path"),
        (f"ex:S {TARGET} ; sh:sparql [ ] .", "needs one sh:select and has 0"),
        (constraint("SELECT $this { $this ex:p }"), "cannot be read: line 1"),
        (constraint("SELECT $this { $this no:p ?x }"), "cannot be read"),
        (constraint("SELECT $this { $this ex:p ?x MINUS { ?x ex:p 1 } }"), "MINUS, which SHACL"),
        (constraint("SELECT $this { VALUES ?x { 1 } $this ex:p ?x }"), "VALUES, which SHACL"),
        (
            constraint("SELECT $this { $this ex:p ?x { SELECT ?x { ?x ex:p 1 } } }"),
            "does not select .this",
        ),
        (constraint("SELECT $this { BIND(1 AS $this) }"), "which it has already"),
        (constraint("SELECT $this { $this $PATH ?x }"), "its shape has no path"),
        (
            f"ex:S {TARGET} ; sh:sparql [ sh:prefixes ex:prefixes , ex:more ; sh:select 'ASK' ] ."
            " ex:more sh:declare [ sh:prefix 'ex' ; sh:namespace 'http://example.com/' ] .",
            "stands for http",
        ),
    ],
)
def test_what_is_no_shacl_is_an_error(shapes: str, message: str) -> None:
    with pytest.raises(shacl.ShapesError, match=message):
        shacl.compile(graph(HEAD + shapes))


def test_an_error_says_which_term_was_meant() -> None:
    with pytest.raises(shacl.ShapesError) as caught:
        shacl.compile(graph(HEAD + f"ex:S {TARGET} ; sh:minCont 1 ."))
    assert "minCount" in caught.value.hint
