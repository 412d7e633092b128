"""Every term says what it is and where it comes from, and every term in use is declared."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from ontology_graphs import alignments, data, graph, ontology, quads
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from partnergraph import names, rooms
from partnergraph.store import Literal as Value

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
STRUCTURE = (names.RDF, names.RDFS, names.OWL, names.XSD)
"""What the languages themselves define needs no declaration of ours."""


@pytest.fixture(scope="module")
def told() -> Graph:
    return graph(ontology())


@pytest.fixture(scope="module")
def paragraphs() -> set[str]:
    return {
        str(thing) for thing in graph(data()).subjects(RDF.type, URIRef(names.NS + "Paragraph"))
    }


def ours(told: Graph) -> dict[URIRef, URIRef]:
    """Our terms, schemes and concepts, with the property that holds the name of each."""
    terms = {
        s: RDFS.label
        for kind in KINDS
        for s in told.subjects(RDF.type, kind)
        if isinstance(s, URIRef) and s.startswith(names.NS)
    }
    concepts = {
        s: SKOS.prefLabel
        for kind in (SKOS.Concept, SKOS.ConceptScheme)
        for s in told.subjects(RDF.type, kind)
        if isinstance(s, URIRef)
    }
    return terms | concepts


def undescribed(told: Graph, paragraphs: set[str]) -> list[str]:
    """Name what is missing from, or too much in, the description of each term."""
    found = []
    for term, naming in ours(told).items():
        for said in (naming, SKOS.definition):
            values = list(told.objects(term, said))
            if [getattr(value, "language", None) for value in values] != ["en"]:
                found.append(f"{names.shorten(term)} {names.shorten(said)}")
        sources = [str(source) for source in told.objects(term, DCTERMS.source)]
        if not sources or not paragraphs.issuperset(sources):
            found.append(f"{names.shorten(term)} dcterms:source")
    return sorted(found)


def test_every_term_has_one_label_one_definition_and_its_paragraphs(
    told: Graph, paragraphs: set[str]
) -> None:
    assert len(ours(told)) > 500
    assert len(paragraphs) == 198
    assert undescribed(told, paragraphs) == []


@pytest.mark.parametrize(
    ("added", "removed", "found"),
    [
        ('pg:Risk rdfs:label "danger"@en .', "", "pg:Risk rdfs:label"),
        ('pg:hasRisk skos:definition "Ein Risiko."@de .', "", "pg:hasRisk skos:definition"),
        ("pg:Cost dcterms:source paragraph:S99 .", "", "pg:Cost dcterms:source"),
        ("", "force:must skos:definition", "force:must skos:definition"),
        ("", "scheme:force skos:prefLabel", "scheme:force skos:prefLabel"),
        ("", "pg:contributesTo dcterms:source", "pg:contributesTo dcterms:source"),
    ],
)
def test_a_term_described_badly_is_found(
    added: str, removed: str, found: str, paragraphs: set[str]
) -> None:
    told = graph([*ontology(), *quads(added)])
    if removed:
        subject, predicate = (URIRef(names.expand(name)) for name in removed.split())
        told.remove((subject, predicate, None))
    assert undescribed(told, paragraphs) == [found]


def shared_labels(told: Graph) -> list[str]:
    """The labels that two classes or properties have, or two concepts of one scheme."""
    seen = Counter(
        (str(label).casefold(), next(told.objects(term, SKOS.inScheme), None))
        for term, naming in ours(told).items()
        if (term, RDF.type, SKOS.ConceptScheme) not in told
        for label in told.objects(term, naming)
    )
    return [label for (label, _), count in seen.items() if count > 1]


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("", []),
        ('pg:Danger a owl:Class ; rdfs:label "Risk"@en .', ["risk"]),
        ('pg:aim a owl:ObjectProperty ; rdfs:label "aim"@en .', ["aim"]),
        (
            'force:shall a skos:Concept ; skos:prefLabel "must"@en ; skos:inScheme scheme:force .',
            ["must"],
        ),
    ],
)
def test_no_two_terms_have_the_same_label(added: str, found: list[str]) -> None:
    assert shared_labels(graph([*ontology(), *quads(added)])) == found


def outside(told: Graph) -> set[str]:
    """The terms of other vocabularies that stand where a class or a property stands."""
    classes = set(told.objects(None, RDF.type))
    for relation in (RDFS.subClassOf, RDFS.domain, RDFS.range, OWL.equivalentClass):
        classes |= set(told.objects(None, relation)) | (
            set(told.subjects(relation, None)) if relation == RDFS.subClassOf else set()
        )
    properties = set(told.predicates()) | set(told.objects(None, RDFS.subPropertyOf))
    return {
        str(term)
        for term in classes | properties
        if isinstance(term, URIRef) and not str(term).startswith((names.BASE, *STRUCTURE))
    }


def declared_badly(told: Graph) -> list[str]:
    """The outside terms that are used undeclared, and all terms that are of two kinds."""
    kinds = Counter(s for kind in KINDS for s in told.subjects(RDF.type, kind))
    return sorted(
        {names.shorten(term) for term in outside(told) if kinds[URIRef(term)] != 1}
        | {names.shorten(str(term)) for term, count in kinds.items() if count > 1}
    )


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("", []),
        ("pg:Office rdfs:subClassOf foaf:Agent .", ["foaf:Agent"]),
        ('pg:Office foaf:nick "SG" .', ["foaf:nick"]),
        ("skos:note a owl:DatatypeProperty .", ["skos:note"]),
        ("pg:startDate a owl:ObjectProperty .", ["pg:startDate"]),
    ],
)
def test_outside_terms_are_declared_once_as_one_kind(added: str, found: list[str]) -> None:
    assert declared_badly(graph([*ontology(), *alignments(), *quads(added)])) == found


def test_no_file_declares_a_term_that_another_declares() -> None:
    declared = Counter(
        str(subject)
        for room in rooms.ontology()
        for kind in KINDS
        for subject in Graph().parse(room.path).subjects(RDF.type, kind)
        if isinstance(subject, URIRef)
    )
    assert len(declared) > 300
    assert [term for term, count in declared.items() if count > 1] == []


def scheme_faults(told: Graph) -> list[str]:
    """The concepts that are not in the scheme of their IRI alone, or not of its class alone."""
    found = []
    kinds = {
        concept: {
            kind for kind in told.objects(concept, RDF.type) if str(kind).startswith(names.NS)
        }
        for concept in told.subjects(RDF.type, SKOS.Concept)
    }
    for concept, own in kinds.items():
        prefix = names.shorten(str(concept)).partition(":")[0]
        scheme = URIRef(f"{names.ID}scheme/{prefix}")
        found += [
            f"{names.shorten(str(concept))} {names.shorten(relation)}"
            for relation in (SKOS.inScheme, SKOS.topConceptOf)
            if list(told.objects(concept, relation)) != [scheme]
        ]
        # The class has the scheme's name in capitals: duration-type, DurationType.
        class_ = "".join(word.capitalize() for word in prefix.split("-")).replace("Cites", "CITES")
        if own != {URIRef(names.NS + class_)} or not all(
            (kind, RDFS.subClassOf, SKOS.Concept) in told for kind in own
        ):
            found.append(f"{names.shorten(str(concept))} rdf:type")
    return sorted(found)


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("", []),
        (
            "force:shall a skos:Concept, pg:Force ; skos:inScheme scheme:force .",
            ["force:shall skos:topConceptOf"],
        ),
        ("force:must skos:inScheme scheme:level .", ["force:must skos:inScheme"]),
        ("force:must a pg:Level .", ["force:must rdf:type"]),
        ("polarity:threat a pg:Risk .", ["polarity:threat rdf:type"]),
    ],
)
def test_a_concept_is_in_the_scheme_and_of_the_class_that_its_iri_says(
    added: str, found: list[str]
) -> None:
    assert scheme_faults(graph([*ontology(), *quads(added)])) == found


def test_the_folder_of_schemes_is_the_list_of_schemes() -> None:
    files = sorted((rooms.root() / "ontology" / "schemes").iterdir())
    assert [file.stem for file in files] == sorted(names.SCHEMES)
    for file in files:
        schemes = Graph().parse(file).subjects(RDF.type, SKOS.ConceptScheme)
        assert [str(scheme) for scheme in schemes] == [f"{names.ID}scheme/{file.stem}"]


_SHORT = re.compile(r"(?<![\w:/-])pg:([A-Za-z]\w*)")
_LONG = re.compile(re.escape(names.NS) + r"(\w+)")
_CODE = re.compile(r"""\bNS\s*\+\s*["'](\w+)""")


def used(texts: Iterator[str]) -> set[str]:
    """The local names of our terms in texts of any kind."""
    return {
        name for text in texts for form in (_SHORT, _LONG, _CODE) for name in form.findall(text)
    }


def files(pattern: str) -> list[Path]:
    found = [f for f in rooms.root().glob(pattern) if f.suffix != ".pyc" and f.is_file()]
    assert found, pattern
    return found


@pytest.mark.parametrize(
    "pattern",
    [
        "ontology/**/*.ttl",
        "data/*.csv",
        "data/examples/*.ttl",
        "shapes/*.ttl",
        "queries/*.rq",
        "src/partnergraph/**/*",
        "shapes/examples/**/*.ttl",
        "shapes/remedies/*.ttl",
        "tests/questions/*.yaml",
    ],
)
def test_every_term_of_ours_in_use_is_declared(pattern: str, told: Graph) -> None:
    declared = {str(term)[len(names.NS) :] for term in ours(told) if term.startswith(names.NS)}
    names_used = used(file.read_text(encoding="utf-8") for file in files(pattern))
    assert names_used, pattern
    assert sorted(names_used - declared) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?p WHERE { ?p pg:hasPartners ?o }",
        f"<x> a <{names.NS}hasPartners> .",
        'Iri(names.NS + "hasPartners")',
        "sv:1,pg:hasPartners,sv:2,iri,paragraph:S1,stated,",
        "?p (pg:hasPartners/pg:hasPartners)+ ?q",
    ],
)
def test_an_undeclared_term_is_seen_in_every_kind_of_text(text: str) -> None:
    assert used(iter([text])) == {"hasPartners"}


def test_every_rule_is_declared_a_rule_with_paragraphs_of_ours(paragraphs: set[str]) -> None:
    shapes = Graph()
    for room in rooms.shapes():
        shapes.parse(room.path)
    rules = set(shapes.subjects(RDF.type, URIRef(names.NS + "Rule")))
    assert len(rules) >= 40
    for rule in rules:
        sources = {str(source) for source in shapes.objects(rule, DCTERMS.source)}
        assert sources, rule
        assert sources <= paragraphs, rule


def chained(told: Graph) -> set[URIRef]:
    """The properties that a chain or transitivity makes composite."""
    return {
        s
        for s in (
            *told.subjects(OWL.propertyChainAxiom, None),
            *told.subjects(RDF.type, OWL.TransitiveProperty),
        )
        if isinstance(s, URIRef)
    }


def misused(told: Graph) -> list[str]:
    """The composite properties that stand where OWL 2 allows simple properties only."""
    counting = (
        OWL.cardinality,
        OWL.minCardinality,
        OWL.maxCardinality,
        OWL.qualifiedCardinality,
        OWL.minQualifiedCardinality,
        OWL.maxQualifiedCardinality,
        OWL.hasSelf,
    )
    simple = {
        told.value(restriction, OWL.onProperty)
        for relation in counting
        for restriction in told.subjects(relation, None)
    }
    for kind in (
        OWL.FunctionalProperty,
        OWL.InverseFunctionalProperty,
        OWL.AsymmetricProperty,
        OWL.IrreflexiveProperty,
    ):
        simple |= set(told.subjects(RDF.type, kind))
    for pair in told.subject_objects(OWL.propertyDisjointWith):
        simple |= set(pair)
    for axiom in told.subjects(RDF.type, OWL.AllDisjointProperties):
        members = told.value(axiom, OWL.members)
        simple |= set(told.items(members)) if members is not None else set()
    return sorted(names.shorten(str(p)) for p in chained(told) & simple)


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("", []),
        ("pg:hasPartner a owl:FunctionalProperty .", ["pg:hasPartner"]),
        ("pg:partOfAim a owl:IrreflexiveProperty .", ["pg:partOfAim"]),
        ("pg:hasDonor owl:propertyDisjointWith pg:hasPartner .", ["pg:hasPartner"]),
        (
            "[] a owl:AllDisjointProperties ; owl:members ( pg:hasDonor pg:contributesAsStated ) .",
            ["pg:contributesAsStated"],
        ),
        ("[] owl:onProperty pg:hasPartner ; owl:minCardinality 1 .", ["pg:hasPartner"]),
    ],
)
def test_chained_properties_are_not_counted_and_exclude_nothing(
    added: str, found: list[str]
) -> None:
    told = graph([*ontology(), *quads(added)])
    assert len(chained(told)) == 7
    assert misused(told) == found


DATE_TYPES = {"date", "gYear", "gYearMonth"}
_DATED = re.compile(r".+On|.+Date|valid(From|Until)")


def dated_properties(told: Graph) -> set[str]:
    """The data properties that hold dates: by their use in our tables, or by their names."""
    by_use = {
        quad.predicate.value
        for quad in data()
        if isinstance(quad.object, Value)
        and quad.object.datatype.value.removeprefix(names.XSD) in DATE_TYPES
        and quad.predicate.value.startswith(names.NS)
    }
    by_name = {
        str(s)
        for s in told.subjects(RDF.type, OWL.DatatypeProperty)
        if _DATED.fullmatch(str(s)[len(names.NS) :])
    }
    return by_use | by_name


@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("", []),
        ("pg:startDate rdfs:range xsd:date .", ["pg:startDate"]),
        ("pg:judgedOn rdfs:range xsd:string .", ["pg:judgedOn"]),
    ],
)
def test_properties_for_dates_have_no_range(added: str, found: list[str]) -> None:
    told = graph([*ontology(), *quads(added)])
    dated = dated_properties(told)
    assert len(dated) >= 12
    assert (
        sorted(names.shorten(p) for p in dated if told.value(URIRef(p), RDFS.range) is not None)
        == found
    )


def test_data_properties_have_only_ranges_of_owl_2_rl(told: Graph) -> None:
    ranges = {
        names.shorten(str(range_))
        for s in told.subjects(RDF.type, OWL.DatatypeProperty)
        for range_ in told.objects(s, RDFS.range)
    }
    assert ranges == {"rdfs:Literal", "xsd:boolean", "xsd:decimal", "xsd:integer", "xsd:string"}


def test_literals_of_the_ontology_are_not_empty(told: Graph) -> None:
    assert [s for s, o in told.subject_objects() if isinstance(o, Literal) and not o.strip()] == []
