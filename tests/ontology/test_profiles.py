"""The ontology stays inside OWL 2 DL and OWL 2 RL, and the checker sees when it does not."""

from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import pyhornedowl
import pytest
from ontology_graphs import alignments, graph, ontology, quads
from pyhornedowl.profile import check_profile
from rdflib import OWL, RDF, Graph, URIRef

from partnergraph import names, rooms
from partnergraph.store import Quad


def opened(axioms: list[Quad], folder: Path) -> pyhornedowl.PyIndexedOntology:
    file = folder / "ontology.owl"
    graph(axioms).serialize(file, format="xml", encoding="utf-8")
    return pyhornedowl.open_ontology_from_file(str(file))


def violations(axioms: list[Quad], name: Literal["DL", "RL"], folder: Path) -> set[str]:
    report = check_profile(opened(axioms, folder), name)
    assert report.conformant is not bool(report.violations)
    return {type(violation).__name__ for violation in report.violations}


@pytest.mark.parametrize("name", ["DL", "RL"])
@pytest.mark.parametrize("further", [(), alignments()], ids=["alone", "with the alignments"])
def test_the_ontology_conforms(
    name: Literal["DL", "RL"], further: tuple[Quad, ...], tmp_path: Path
) -> None:
    assert violations([*ontology(), *further], name, tmp_path) == set()


def test_the_checker_reads_every_class_and_property(tmp_path: Path) -> None:
    told, read = graph(ontology()), opened(list(ontology()), tmp_path)
    for kind, seen in (
        (OWL.Class, read.get_classes()),
        (OWL.ObjectProperty, read.get_object_properties()),
        (OWL.DatatypeProperty, read.get_data_properties()),
        (OWL.AnnotationProperty, read.get_annotation_properties()),
    ):
        declared = {str(s) for s in told.subjects(RDF.type, kind) if isinstance(s, URIRef)}
        assert declared <= set(seen)


@pytest.mark.parametrize(
    ("fault", "sort"),
    [
        ("pg:nowhere rdfs:domain pg:Partnership .", "UseOfUndeclaredObjectProperty"),
        ("pg:Partnership rdfs:subClassOf pg:Nowhere .", "UseOfUndeclaredClass"),
        ("pg:hasDonor a owl:DatatypeProperty .", "UseOfIllegalPunning"),
        ("pg:startDate a owl:AnnotationProperty .", "UseOfIllegalPunning"),
        (
            "pg:hasPartner owl:propertyDisjointWith pg:hasDonor .",
            "UseOfNonSimplePropertyInDisjointPropertiesAxiom",
        ),
        (
            "pg:contributesAsStated a owl:FunctionalProperty .",
            "UseOfNonSimplePropertyInFunctionalPropertyAxiom",
        ),
        (
            "pg:Partnership rdfs:subClassOf [ a owl:Restriction ; owl:onProperty pg:hasPartner ;"
            ' owl:maxCardinality "1"^^xsd:nonNegativeInteger ] .',
            "UseOfNonSimplePropertyInCardinalityRestriction",
        ),
        (
            "pg:contributesTo owl:propertyChainAxiom"
            " ( pg:alignedAsStated pg:contributesAsStated ) .",
            "UseOfPropertyInChainCausingCycle",
        ),
    ],
)
def test_a_seeded_fault_breaks_owl_2_dl(fault: str, sort: str, tmp_path: Path) -> None:
    assert sort in violations([*ontology(), *quads(fault)], "DL", tmp_path)


@pytest.mark.parametrize(
    ("fault", "sort"),
    [
        ("pg:startDate rdfs:range xsd:date .", "UseOfIllegalAxiomKind"),
        ("pg:startDate rdfs:range xsd:gYear .", "UseOfIllegalAxiomKind"),
        ("pg:partOfAim a owl:ReflexiveProperty .", "UseOfIllegalAxiomKind"),
        (
            "pg:Partnership rdfs:subClassOf"
            " [ a owl:Restriction ; owl:onProperty pg:hasDonor ; owl:someValuesFrom pg:Donor ] .",
            "UseOfNonSuperClassExpression",
        ),
        (
            "pg:Aim rdfs:subClassOf"
            " [ a owl:Class ; owl:unionOf ( pg:SDGAim pg:KMGBFAim pg:StrategicVisionAim ) ] .",
            "UseOfNonSuperClassExpression",
        ),
    ],
)
def test_a_seeded_fault_breaks_owl_2_rl_alone(fault: str, sort: str, tmp_path: Path) -> None:
    faulty = [*ontology(), *quads(fault)]
    assert violations(faulty, "RL", tmp_path) == {sort}
    assert violations(faulty, "DL", tmp_path) == set()


def test_a_fault_in_the_alignments_is_seen(tmp_path: Path) -> None:
    fault = quads("pg:Event rdfs:subClassOf <https://schema.org/Happening> .")
    found = violations([*ontology(), *alignments(), *fault], "DL", tmp_path)
    assert found == {"UseOfUndeclaredClass"}


def catalogue() -> dict[str, Path]:
    """The files that the catalogue of the ontology puts in the place of addresses."""
    folder = rooms.root() / "ontology"
    found = ElementTree.parse(folder / "catalog-v001.xml").getroot()
    return {entry.attrib["name"]: folder / entry.attrib["uri"] for entry in found}


def test_the_catalogue_leads_from_the_header_to_every_file_and_to_no_other() -> None:
    files = catalogue()
    header = Graph().parse(files[names.ONTOLOGY], format="turtle")
    imported = {str(o) for o in header.objects(URIRef(names.ONTOLOGY), OWL.imports)}
    assert imported == set(files) - {names.ONTOLOGY}
    assert sorted(files.values()) == sorted(room.path for room in rooms.ontology())
