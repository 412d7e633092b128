"""Our SHACL checks of ourselves: ontology, rules and questions pass, and each check can fail."""

from functools import cache

import pytest
from ontology_graphs import graph, ontology, quads
from pyshacl import validate
from rdflib import OWL, RDF, SH, Graph, URIRef

from partnergraph import catalogue, load, names, rooms

FOLDER = rooms.root() / "ontology" / "checks"
CHECK = "https://w3id.org/partnergraph/check/"
# A question and a rule with nothing wrong in them, to be spoilt.
RULE = """rule:S12-good a pg:Rule , sh:PropertyShape ; sh:targetClass pg:Partnership ;
    sh:path pg:hasPartner ; sh:severity sh:Warning ; sh:name "Good"@en ;
    sh:message "One. Two. Three."@en ; sh:description "Why."@en ; dcterms:source paragraph:S12 ."""
QUESTION = """query:good a pg:Question , sh:SPARQLExecutable ; skos:prefLabel "Which?"@en ;
    dcterms:description "The answer holds all that anyone could ask for."@en ;
    skos:notation "CQ99" ; dcterms:source paragraph:S12 ; sh:select "SELECT * {} ORDER BY ?a" ."""
TERM = """pg:Hope a owl:Class ; rdfs:label "hope"@en ; skos:definition "What one looks for."@en ;
    skos:example "FAO hopes: organization:fao a pg:Hope."@en ; dcterms:source paragraph:S12 ;
    rdfs:isDefinedBy <https://w3id.org/partnergraph/ns> ; pg:termStatus "testing" ;
    dcterms:created "2026-11-23"^^xsd:date ; dcterms:modified "2026-11-23"^^xsd:date ."""
SAID = """skos:definition "The text commands."@en ; skos:example "It: a b c."@en ;
    dcterms:source paragraph:S12 ; pg:termStatus "testing" ;
    dcterms:created "2026-11-23"^^xsd:date ; dcterms:modified "2026-11-23"^^xsd:date ."""
CONCEPT = f"""scheme:hope a skos:ConceptScheme ; skos:prefLabel "hopes"@en ; {SAID}
    force:shall a skos:Concept ; skos:prefLabel "shall"@en ; skos:inScheme scheme:hope ; {SAID}"""
OBJECT = TERM.replace("owl:Class", "owl:ObjectProperty")
DATA = TERM.replace("owl:Class", "owl:DatatypeProperty")


@cache
def checked(subject: str) -> Graph:
    """What a file of checks looks at."""
    return {
        "ontology": lambda: graph(ontology()),
        "rules": lambda: graph(q for room in rooms.shapes() for q in load.read_room(room)),
        "questions": lambda: graph(catalogue.as_quads()),
    }[subject]()


@cache
def checks(subject: str) -> Graph:
    return Graph().parse(FOLDER / f"{subject}.ttl")


def failed(subject: str, told: Graph) -> set[str]:
    """The checks that fail, by name."""
    _, report, _ = validate(told, shacl_graph=checks(subject))
    return {
        str(shape).removeprefix(CHECK)
        for result in report.subjects(RDF.type, SH.ValidationResult)
        for shape in report.objects(result, SH.sourceShape)
    }


SUBJECTS = ("ontology", "rules", "questions")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_is_ours_passes_our_own_checks(subject: str) -> None:
    assert failed(subject, checked(subject)) == set()


FAULTS = [
    ("ontology", "term-defined", TERM, "rdfs:isDefinedBy", "rdfs:seeAlso"),
    ("ontology", "term-label", TERM, 'rdfs:label "hope"@en ;', ""),
    ("ontology", "term-label", TERM, '"hope"@en', '"hope"@en , "wish"@en'),
    ("ontology", "term-label", TERM, '"hope"@en', '"hope"'),
    ("ontology", "term-definition", TERM, "What one looks for.", "what one looks for"),
    ("ontology", "term-definition", CONCEPT, 'skos:definition "The text commands."@en ;', ""),
    ("ontology", "term-example", TERM, "skos:example", "skos:note"),
    ("ontology", "term-example", TERM, ": organization:fao a pg:Hope", ""),
    ("ontology", "term-source", TERM, "paragraph:S12", "source:own-reading"),
    ("ontology", "term-source", CONCEPT, "dcterms:source paragraph:S12 ;", ""),
    ("ontology", "term-created", TERM, 'dcterms:created "2026-11-23"^^xsd:date ;', ""),
    ("ontology", "term-modified", TERM, 'modified "2026-11-23"^^xsd:date', 'modified "today"'),
    ("ontology", "term-status", TERM, '"testing"', '"draft"'),
    ("ontology", "property-range", OBJECT, "label", "range pg:A , pg:B ; rdfs:label"),
    ("ontology", "property-domain", OBJECT, "rdfs:label", "rdfs:domain [] ; rdfs:label"),
    ("ontology", "data-range", DATA, "rdfs:label", "rdfs:range xsd:date ; rdfs:label"),
    ("ontology", "concept-scheme", CONCEPT, "skos:inScheme scheme:hope ;", ""),
    ("ontology", "concept-scheme", CONCEPT, "inScheme scheme:hope", "inScheme scheme:fear"),
    ("ontology", "concept-label", CONCEPT, '"shall"@en', '"shall"@en , "will"@en'),
    ("rules", "rule-name-iri", RULE, "rule:S12-good", "rule:good"),
    ("rules", "rule-name-iri", RULE, "rule:S12-good", "[]"),
    ("rules", "rule-target", RULE, "sh:targetClass pg:Partnership ;", ""),
    ("rules", "rule-path", RULE, "sh:path pg:hasPartner ;", ""),
    ("rules", "rule-severity", RULE, "sh:severity sh:Warning ;", ""),
    ("rules", "rule-severity", RULE, "sh:Warning", "sh:Warnung"),
    ("rules", "rule-name", RULE, 'sh:name "Good"@en ;', ""),
    ("rules", "rule-message", RULE, "One. Two. Three.", "One. Two."),
    ("rules", "rule-description", RULE, 'sh:description "Why."@en ;', ""),
    ("rules", "rule-source", RULE, "paragraph:S12", "document:cites-convention"),
    ("rules", "rule-active", RULE, "sh:path", "sh:deactivated true ; sh:path"),
    ("questions", "question-name-iri", QUESTION, "query:good", "query:GoodOne"),
    ("questions", "question-title", QUESTION, "Which?", "Which"),
    ("questions", "question-description", QUESTION, " holds all that anyone could ask for", ""),
    ("questions", "question-source", QUESTION, "dcterms:source paragraph:S12 ;", ""),
    ("questions", "question-code", QUESTION, 'skos:notation "CQ99" ;', ""),
    ("questions", "question-query", QUESTION, "sh:select", 'sh:construct "" ; sh:select'),
    ("questions", "question-order", QUESTION, " ORDER BY ?a", ""),
    ("questions", "question-kind", QUESTION, ", sh:SPARQLExecutable ", ""),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "check", "good", "old", "new"), FAULTS)
def test_a_seeded_fault_fails_the_check_that_is_for_it(
    subject: str, check: str, good: str, old: str, new: str
) -> None:
    assert old in good
    assert failed(subject, graph(quads(good))) == set()
    assert check in failed(subject, graph(quads(good.replace(old, new))))


def test_each_check_is_named_has_a_fault_and_says_what_to_do() -> None:
    faults = {(subject, check) for subject, check, *_ in FAULTS}
    for subject in SUBJECTS:
        told = checks(subject)
        shapes = {
            s
            for kind in (SH.NodeShape, SH.PropertyShape)
            for s in told.subjects(RDF.type, kind)
            if isinstance(s, URIRef)
        }
        assert {(subject, str(s).removeprefix(CHECK)) for s in shapes} == {
            fault for fault in faults if fault[0] == subject
        }
        for shape in shapes:
            assert str(told.value(shape, SH.message)).count(". ") >= 1 or ";" in str(
                told.value(shape, SH.message)
            ), shape


def test_the_checks_use_words_of_shacl_only() -> None:
    vocabulary = Graph()
    for subject in SUBJECTS:
        vocabulary += checks(subject)
    used = {str(p) for p in vocabulary.predicates()} | {
        str(o) for o in vocabulary.objects(None, RDF.type)
    }
    for term in used:
        if term.startswith(str(SH)):
            assert URIRef(term) in SH, term


def test_no_store_loads_the_checks() -> None:
    assert not any(room.name.startswith("ontology/checks") for room in rooms.ontology())
    assert not any(
        q.subject.value.startswith(CHECK) for q in ontology() if hasattr(q.subject, "value")
    )
    assert (URIRef(names.NS + "Rule"), RDF.type, OWL.Class) in checked("ontology")
