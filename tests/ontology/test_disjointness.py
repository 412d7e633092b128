"""What excludes what: each axiom catches a seeded contradiction, and our own facts hold none."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import combinations

import owlrl
import pytest
from ontology_graphs import data, graph, ontology, quads
from owlrl.Namespaces import ERRNS
from rdflib import OWL, RDF

from partnergraph import names, reason, rooms
from partnergraph.store import Quad, Store, parse

CONTRADICTIONS = (
    names.prologue("owl", "rdf")
    + """
SELECT DISTINCT ?thing ?one ?two WHERE {
  { ?one owl:disjointWith ?two }
  UNION
  { ?axiom a owl:AllDisjointClasses ; owl:members ?list .
    ?list rdf:rest*/rdf:first ?one . ?list rdf:rest*/rdf:first ?two .
    FILTER(STR(?one) < STR(?two)) }
  ?thing a ?one , ?two .
}"""
)

Contradiction = tuple[str, frozenset[str]]


def contradictions(facts: Iterable[Quad]) -> set[Contradiction]:
    """The things that facts, and what follows from them, put into two disjoint classes."""
    facts = list(facts)
    store = Store.in_memory()
    for part in (ontology(), facts, reason.closure(ontology(), facts)):
        store.add(Quad(q.subject, q.predicate, q.object) for q in part)
    return {
        (
            names.shorten(row["thing"].value),
            frozenset(names.shorten(row[side].value) for side in ("one", "two")),
        )
        for row in store.select(CONTRADICTIONS)
    }


@cache
def pairs() -> list[tuple[str, str]]:
    """Each pair of classes that an axiom calls disjoint."""
    told = graph(ontology())
    found = list(told.subject_objects(OWL.disjointWith))
    for axiom in told.subjects(RDF.type, OWL.AllDisjointClasses):
        members = told.value(axiom, OWL.members)
        assert members is not None
        found += combinations(told.items(members), 2)
    return sorted((names.shorten(str(one)), names.shorten(str(two))) for one, two in found)


def test_the_axioms_are_those_we_mean() -> None:
    # Seven pairs, and lists of four, four, three, eight, six, four and three classes.
    assert len(pairs()) == len(set(pairs())) == 7 + 6 + 6 + 3 + 28 + 15 + 6 + 3
    assert all(names.expand(name).startswith(names.NS) for pair in pairs() for name in pair)


@pytest.mark.slow
@pytest.mark.parametrize(("one", "two"), pairs())
def test_a_thing_of_two_disjoint_classes_is_a_contradiction(one: str, two: str) -> None:
    assert contradictions(quads(f"example:x a {one} .")) == set()
    assert ("example:x", frozenset({one, two})) in contradictions(
        quads(f"example:x a {one} , {two} .")
    )


@pytest.mark.slow
def test_owlrl_finds_the_same_contradictions() -> None:
    seeds = "".join(f"example:x{i} a {one} , {two} .\n" for i, (one, two) in enumerate(pairs()))
    seeds += f"example:x{len(pairs())} a {pairs()[0][0]} ."
    expanded = graph([*ontology(), *quads(seeds)])
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(expanded)
    errors = " ".join(str(message) for message in expanded.objects(None, ERRNS.error))
    seen = {names.shorten(iri) for iri in re.findall(rf"{names.ID}example/x\d+", errors)}
    assert seen == {thing for thing, _ in contradictions(quads(seeds))}
    assert seen == {f"example:x{i}" for i in range(len(pairs()))}


@pytest.mark.parametrize(
    ("facts", "thing", "classes"),
    [
        ("example:x a pg:SDGGoal , pg:KMGBFTarget .", "example:x", "pg:SDGAim pg:KMGBFAim"),
        (
            "example:p pg:hasPartner example:d . example:d a pg:Resolution .",
            "example:d",
            "pg:Actor pg:Document",
        ),
        (
            "example:p a pg:ImplementationPartnership , pg:LongTermPartnership .",
            "example:p",
            "pg:CITESStrategicPartnership pg:ImplementationPartnership",
        ),
        (
            "example:p a pg:CITESStrategicPartnership ;"
            " pg:durationType duration-type:long-term , duration-type:medium-term .",
            "example:p",
            "pg:LongTermPartnership pg:MediumTermPartnership",
        ),
        (
            "prospect:p-media pg:hasPartner group:media ; a pg:ProspectivePartnership .",
            "prospect:p-media",
            "pg:Partnership pg:ProspectivePartnership",
        ),
        (
            "partnership:cpw pg:hasMembership member-count:cpw-13 ;"
            " pg:hasMemberCount member-count:cpw-13 .",
            "member-count:cpw-13",
            "pg:MemberCount pg:Membership",
        ),
    ],
)
def test_a_contradiction_that_only_reasoning_shows_is_found(
    facts: str, thing: str, classes: str
) -> None:
    assert (thing, frozenset(classes.split())) in contradictions(quads(facts))


def test_every_class_can_have_a_member() -> None:
    told = graph(ontology())
    classes = [
        names.shorten(str(c))
        for c in told.subjects(RDF.type, OWL.Class)
        if str(c).startswith(names.NS)
    ]
    assert len(classes) > 100
    assert contradictions(quads("".join(f"example:{c[3:]} a {c} .\n" for c in classes))) == set()


def test_every_property_can_be_used() -> None:
    told = graph(ontology())
    properties = [names.shorten(str(p)) for p in told.subjects(RDF.type, OWL.ObjectProperty)]
    facts = "".join(f"example:a{i} {p} example:b{i} .\n" for i, p in enumerate(properties))
    assert contradictions(quads(facts)) == set()


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("", set()),
        (
            "organization:fao a pg:Country .",
            {("organization:fao", frozenset({"pg:Organization", "pg:Country"}))},
        ),
    ],
)
def test_our_facts_contradict_nothing(added: str, found: set[Contradiction]) -> None:
    assert contradictions([*data(), *quads(added)]) == found


def test_the_made_up_examples_contradict_nothing() -> None:
    files = sorted((rooms.root() / "data" / "examples").glob("*.ttl"))
    assert files
    examples = [q for file in files for q in parse(file.read_bytes(), "turtle", file.name)]
    assert contradictions([*data(), *examples]) == set()
