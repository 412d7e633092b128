"""Our rules give what owlrl gives about things, no more and no less."""

import re
import time
from collections.abc import Iterable

import pytest
from ontology_graphs import (
    Triple,
    alignments,
    by_owlrl,
    by_us,
    data,
    everything,
    graph,
    is_about_a_thing,
    ontology,
    quads,
    rules,
    short,
)
from rdflib import OWL, RDF, RDFS, BNode, URIRef

from partnergraph import names, reason
from partnergraph.errors import FaultError
from partnergraph.store import BlankNode, Iri, Quad

AXIOM = "pg:borrows rdfs:subPropertyOf pg:usesTool ."
"""Our ontology has no such axiom of its own; the alignments have."""

CASES: list[tuple[str, str, Triple]] = [
    (
        "prp-dom",
        "example:a1 pg:hasRisk example:a2 .",
        ("example:a1", "rdf:type", "pg:Partnership"),
    ),
    ("prp-rng", "example:b1 pg:hasRisk example:b2 .", ("example:b2", "rdf:type", "pg:Risk")),
    ("prp-spo1", "example:c1 pg:borrows example:c2 .", ("example:c1", "pg:usesTool", "example:c2")),
    (
        "prp-trp",
        "example:d1 pg:partOfAim example:d2 . example:d2 pg:partOfAim example:d3 ."
        "example:d3 pg:partOfAim example:d4 .",
        ("example:d1", "pg:partOfAim", "example:d4"),
    ),
    (
        "prp-spo2",
        "example:e1 pg:contributesTo example:e2 . example:e2 pg:alignedAsStated example:e3 .",
        ("example:e1", "pg:contributesAsStated", "example:e3"),
    ),
    (
        "prp-spo2",
        "example:f1 pg:hasMembership example:f2 . example:f2 pg:membershipOf example:f3 .",
        ("example:f1", "pg:hasPartner", "example:f3"),
    ),
    (
        "cls-hv1",
        "example:g1 a pg:LongTermPartnership .",
        ("example:g1", "pg:durationType", "duration-type:long-term"),
    ),
    (
        "cls-hv2",
        "example:h1 a pg:CITESStrategicPartnership ; pg:durationType duration-type:medium-term .",
        ("example:h1", "rdf:type", "pg:MediumTermPartnership"),
    ),
    (
        "cls-int1",
        "example:i1 a pg:CITESStrategicPartnership ; pg:durationType duration-type:long-term .",
        ("example:i1", "rdf:type", "pg:LongTermPartnership"),
    ),
    (
        "cls-int2",
        "example:j1 a pg:MediumTermPartnership .",
        ("example:j1", "pg:durationType", "duration-type:medium-term"),
    ),
    (
        "cax-sco",
        "example:k1 a pg:PermanentCommittee .",
        ("example:k1", "rdf:type", "pg:Actor"),
    ),
    (
        "cax-eqc1",
        "example:l1 a pg:CITESStrategicPartnership ; pg:durationType duration-type:medium-term .",
        ("example:l1", "rdf:type", "pg:MediumTermPartnership"),
    ),
]


def all_facts() -> list[Quad]:
    return quads(" ".join(facts for _, facts, _ in CASES))


@pytest.fixture(scope="module")
def found_by_owlrl() -> set[Triple]:
    return by_owlrl(all_facts(), quads(AXIOM))


def test_every_rule_has_a_case() -> None:
    assert list(rules()) == list(dict.fromkeys(rule for rule, _, _ in CASES))
    assert all(text.count("INSERT") == 1 for text in rules().values())
    assert reason.rules().count("INSERT") == len(rules())


@pytest.mark.parametrize(("rule", "facts", "expected"), CASES)
def test_a_rule_gives_what_it_should_and_nothing_else_does(
    rule: str, facts: str, expected: Triple
) -> None:
    assert expected in by_us(quads(facts), quads(AXIOM))
    others = [text for name, text in rules().items() if name != rule]
    assert expected not in short(everything(quads(facts), quads(AXIOM), others))


@pytest.mark.parametrize(("rule", "facts", "expected"), CASES)
def test_owlrl_gives_it_too(
    rule: str, facts: str, expected: Triple, found_by_owlrl: set[Triple]
) -> None:
    assert expected in found_by_owlrl, rule


def test_all_rules_together_give_what_owlrl_gives(found_by_owlrl: set[Triple]) -> None:
    assert len(found_by_owlrl) > 40
    assert by_us(all_facts(), quads(AXIOM)) == found_by_owlrl


@pytest.mark.parametrize("rule", list(dict.fromkeys(rule for rule, _, _ in CASES)))
def test_with_a_rule_left_out_owlrl_gives_more(rule: str, found_by_owlrl: set[Triple]) -> None:
    others = [text for name, text in rules().items() if name != rule]
    ours = short(everything(all_facts(), quads(AXIOM), others))
    assert {triple for triple in ours if is_about_a_thing(triple)} < found_by_owlrl


def one_fact_for_each_term() -> list[Quad]:
    """Every class with a member, every property with a statement, about things of their own."""
    told = graph(ontology())
    literals = {"boolean": "true", "integer": "1", "decimal": "1.5"}
    lines = []
    for number, term in enumerate(sorted(told.subjects(RDF.type, None), key=str)):
        name = names.shorten(str(term))
        if isinstance(term, BNode):
            continue
        kinds = set(told.objects(term, RDF.type))
        if OWL.Class in kinds:
            lines.append(f"example:x{number} a {name} .")
        elif OWL.ObjectProperty in kinds:
            lines.append(f"example:x{number} {name} example:y{number} .")
        elif OWL.DatatypeProperty in kinds:
            datatype = str(told.value(term, RDFS.range) or "").removeprefix(names.XSD)
            lines.append(f"example:x{number} {name} {literals.get(datatype, repr('words'))} .")
    assert len(lines) > 300
    return quads(" ".join(lines))


@pytest.mark.parametrize("further", [(), alignments()], ids=["alone", "with the alignments"])
@pytest.mark.slow
def test_a_fact_for_each_class_and_property_gives_what_owlrl_gives(
    further: tuple[Quad, ...],
) -> None:
    ours = by_us(one_fact_for_each_term(), further)
    assert len(ours) > 300
    assert ours == by_owlrl(one_fact_for_each_term(), further)


@pytest.mark.slow
def test_our_tables_give_what_owlrl_gives() -> None:
    start = time.monotonic()
    theirs = by_owlrl(data())
    taken = time.monotonic() - start
    assert len(theirs) > 900
    assert by_us(data()) == theirs
    assert taken < 480, f"owlrl took {taken:.0f} seconds"


def noise(facts: Iterable[Quad], told: Iterable[Quad], axioms: Iterable[Quad] = ()) -> list[Quad]:
    """The derived facts that say nothing: reflexive, axiomatic, told already, or of no thing."""
    known = {q.triple for q in (*ontology(), *axioms, *told)}
    languages = (names.OWL, names.RDF, names.RDFS, names.XSD)

    def is_term(term: object, *spaces: str) -> bool:
        return isinstance(term, Iri) and term.value.startswith(spaces)

    return [
        quad
        for quad in facts
        if quad.triple in known
        or quad.subject == quad.object
        or is_term(quad.subject, names.NS, *languages)
        or is_term(quad.object, *languages)
        or not (is_term(quad.predicate, names.NS) or quad.predicate.value == names.RDF + "type")
    ]


def test_the_closure_of_our_facts_holds_no_noise() -> None:
    derived = reason.closure(ontology(), data())
    assert len(derived) > 900
    assert noise(derived, data()) == []


def test_the_rules_themselves_make_no_noise() -> None:
    raw = everything(data(), (), rules().values())
    known = {quad.triple for quad in raw}
    assert len(raw) == len(known) > 900
    assert noise(raw, data()) == []


@pytest.mark.parametrize(
    "rule",
    [
        "INSERT { ?x owl:sameAs ?x } WHERE { ?x ?p ?y }",
        "INSERT { ?c rdfs:subClassOf ?c } WHERE { ?c a owl:Class }",
        "INSERT { ?x a owl:Thing } WHERE { ?x a ?c }",
        "INSERT { ?p rdfs:domain owl:Thing } WHERE { ?p a owl:ObjectProperty }",
        "INSERT { ?x pg:partOfAim ?x } WHERE { ?x pg:partOfAim ?y }",
    ],
)
def test_noise_would_be_seen(rule: str) -> None:
    prologue = names.prologue("owl", "rdfs", "pg")
    facts = quads("example:a pg:partOfAim example:b .")
    assert noise(everything(facts, (), [prologue + rule]), facts)


def test_what_follows_from_what_follows_is_there_already() -> None:
    derived = reason.closure(ontology(), data())
    assert reason.closure(ontology(), [*data(), *derived]) == []


def test_without_facts_nothing_follows() -> None:
    assert reason.closure(ontology(), []) == []


def test_facts_about_nodes_without_an_iri_take_part() -> None:
    derived = reason.closure(ontology(), quads("example:p pg:hasRisk [ pg:riskClosed true ] ."))
    assert any(isinstance(q.subject, BlankNode) and "Risk" in str(q.object) for q in derived)


@pytest.mark.parametrize(
    "axiom",
    [
        "pg:hasPartner owl:inverseOf pg:partnerOf .",
        "pg:hasPartner owl:equivalentProperty pg:partner .",
        "pg:successor a owl:SymmetricProperty .",
        "pg:count a owl:FunctionalProperty .",
        "pg:portalReference a owl:InverseFunctionalProperty .",
        "pg:Partnership owl:hasKey ( pg:portalReference ) .",
        "pg:Cost rdfs:subClassOf [ owl:onProperty pg:costOf ; owl:allValuesFrom pg:Actor ] .",
        "[ owl:onProperty pg:hasRisk ; owl:someValuesFrom pg:Risk ] rdfs:subClassOf pg:Cost .",
        "[ owl:unionOf ( pg:SDGAim pg:KMGBFAim ) ] rdfs:subClassOf pg:Aim .",
        "[ owl:oneOf ( example:a example:b ) ] rdfs:subClassOf pg:Aim .",
        "pg:Cost rdfs:subClassOf [ owl:onProperty pg:costOf ; owl:maxCardinality 1 ] .",
        "organization:world-bank owl:sameAs organization:wb .",
        "pg:leads owl:propertyChainAxiom ( pg:hasRisk pg:hasMonitoring pg:follows ) .",
        "pg:Cost owl:equivalentClass [ owl:intersectionOf ( pg:Risk pg:Value pg:Aim ) ] .",
    ],
)
def test_an_axiom_without_a_rule_is_refused(axiom: str) -> None:
    with pytest.raises(FaultError, match=re.escape("reason.ru has no rule for it")):
        reason.closure([*ontology(), *quads(axiom)], [])


KNOWN = {
    "owl": "Class ObjectProperty DatatypeProperty AnnotationProperty NamedIndividual Ontology"
    " Restriction TransitiveProperty AllDisjointClasses members disjointWith equivalentClass"
    " intersectionOf onProperty hasValue propertyChainAxiom versionIRI versionInfo imports",
    "rdfs": "subClassOf subPropertyOf domain range label isDefinedBy seeAlso Literal",
}


def unknown_constructs(axioms: Iterable[Quad]) -> list[str]:
    """The words of OWL and RDFS in use that our rules were not written for, or used too widely."""
    told = graph(axioms)
    known = {f"{prefix}:{word}" for prefix, words in KNOWN.items() for word in words.split()}
    used = {
        names.shorten(str(term)) for triple in told for term in triple if isinstance(term, URIRef)
    }
    found = {name for name in used - known if name.startswith(("owl:", "rdfs:"))}
    for relation in (OWL.propertyChainAxiom, OWL.intersectionOf):
        for list_ in told.objects(None, relation):
            if len(list(told.items(list_))) != 2:
                found.add(f"{names.shorten(relation)} of other than two")
    return sorted(found)


@pytest.mark.parametrize(
    ("axiom", "found"),
    [
        ("", []),
        ("pg:hasPartner owl:propertyDisjointWith pg:hasDonor .", ["owl:propertyDisjointWith"]),
        ("pg:Aim a rdfs:Class .", ["rdfs:Class"]),
        (
            "pg:hasPartner owl:propertyChainAxiom ( pg:successor pg:successor pg:hasPartner ) .",
            ["owl:propertyChainAxiom of other than two"],
        ),
        (
            "pg:Aim owl:equivalentClass [ owl:intersectionOf ( pg:SDGAim pg:Cost pg:Risk ) ] .",
            ["owl:intersectionOf of other than two"],
        ),
    ],
)
def test_the_axioms_are_of_the_kinds_our_rules_were_written_for(
    axiom: str, found: list[str]
) -> None:
    assert unknown_constructs([*ontology(), *alignments(), *quads(axiom)]) == found
