"""The mappings to other vocabularies: tables that say how sure we are, and the Turtle from them."""

import csv
import re
import shutil
from pathlib import Path

import pytest
from ontology_graphs import PREFIXES, by_us, graph, ontology, quads
from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib.namespace import DCAT, ORG, PROV, SDO, DefinedNamespaceMeta
from test_profiles import violations

from partnergraph import alignments, names, rooms
from partnergraph.errors import UnreadableInputError
from partnergraph.store import parse

FOLDER = rooms.root() / "ontology" / "alignments"
TABLES = ("dcat", "eli", "leo", "org", "prov", "schema-org", "skos", "un-sdg")
TYPES = {
    OWL.Class: "owl class",
    OWL.ObjectProperty: "owl object property",
    OWL.DatatypeProperty: "owl data property",
    SKOS.Concept: "skos concept",
}
INSTALLED: tuple[DefinedNamespaceMeta, ...] = (DCAT, ORG, PROV, SDO, SKOS)
ELI = "http://data.europa.eu/eli/ontology#"
SDGO = "http://metadata.un.org/sdg/ontology#"
LEO = "http://www.informea.org/terms/"
# What no installed library holds, and where it was seen.
SEEN = {
    "classes: eli-1.2-shapes.ttl; properties: the legislation terms of schema.org": {
        *(ELI + name for name in ("LegalResource", "LegalResourceSubdivision", "changes")),
        *(ELI + name for name in ("date_document", "id_local", "in_force", "passed_by")),
    },
    "the Turtle files of github UNStats/LOD4Stats": {
        *(SDGO + name for name in ("Goal", "Target", "Indicator", "isTargetOf", "isIndicatorOf")),
    },
    "LEO as copied in github besher-massri/OntologyTreeVisualizer, data/ontology.json": {
        LEO + name
        for name in """animal-health biodiversity biodiversity-loss capacity-building climate-change
        committee compliance-mechanism debt-swap decision disease emissions-trading enforcement
        financial-mechanism fisheries-management fishery fund gender governing-body illegal-trade
        indigenous-peoples information-exchange intergovernmental-organization
        international-agreement international-cooperation international-organization licence
        livelihood memorandum-of-understanding national-law non-detriment-finding
        non-governmental-organization notification party payment-for-ecosystem-service
        private-sector protection-of-species public-awareness public-health recommendation
        reporting resolution risk-management science secretariat sustainable-use synergy
        technology trade-in-species transport wild-fauna wild-flora wildlife
        wildlife-crime""".split()
    },
}
LABELS = {"http://www.w3.org/ns/org#OrganizationalCollaboration": "Endeavour"}
"""Labels that are not the name in the IRI."""


def text(name: str) -> str:
    return (FOLDER / f"{name}.sssom.tsv").read_text("utf-8")


def expand(table: alignments.Table, curie: str) -> URIRef:
    prefix, _, local = curie.partition(":")
    return URIRef(table.prefixes[prefix] + local)


@pytest.fixture(scope="module")
def told() -> Graph:
    return graph(ontology())


def test_the_folder_holds_a_table_and_its_turtle_for_each_vocabulary() -> None:
    expected = {f"{name}.{ending}" for name in TABLES for ending in ("sssom.tsv", "ttl")}
    assert {path.name for path in FOLDER.iterdir()} == {*expected, "README.md"}
    assert sum(len(alignments.read(text(name)).rows) for name in TABLES) >= 45


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_it_is_and_uses_the_prefixes_it_declares(name: str) -> None:
    table = alignments.read(text(name), name)
    assert table.told["mapping_set_id"] == f"{names.GRAPH}ontology/alignments/{name}"
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(table.told["mapping_set_version"]))
    assert table.told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert table.told["subject_source"] == names.ONTOLOGY
    source = str(table.told["object_source"])
    assert all(expand(table, row["object_id"]).startswith(source) for row in table.rows)
    assert {row["author_label"] for row in table.rows} == {"partnergraph"}
    columns = ("subject_id", "predicate_id", "object_id", "mapping_justification")
    used = {row[column].partition(":")[0] for row in table.rows for column in columns}
    assert used <= set(table.prefixes) <= used | {"rdfs", "skos", "owl", "pg"}
    for prefix, iri in table.prefixes.items():
        assert names.PREFIXES.get(prefix, iri) == iri, prefix


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("# license:", "# licence:", 1, "has license"),
        ("# curie_map:", "# curie_map: [", 0, "not YAML"),
        ("#   semapv: https", "#   semantics: https", 16, "semapv:ManualMappingCuration has no"),
        ("\tconfidence\t", "\tsure\t", 15, "the columns are not"),
        ("\t0.8\t", "\t", 16, "10 cells, not 11"),
        ("\tnormative document\t", "\t\t", 16, "no subject_label"),
        ("\teli:changes\t", "\telli:changes\t", 18, "elli:changes has no prefix"),
        ("\teli:changes\t", "\teli:changes all\t", 18, "eli:changes all has no prefix"),
        ("rdfs:subClassOf", "rdfs:seeAlso", 16, "rdfs:seeAlso is none of rdfs:subClassOf"),
        ("ManualMapping", "Guess", 16, "semapv:GuessCuration is not semapv:Manual"),
        ("owl class\towl class\t0.8", "class\towl class\t0.8", 16, "“class” is none of"),
        ("owl class\towl class\t0.8", "skos concept\towl class\t0.8", 16, "cannot start from"),
        ("owl class\towl class\t0.8", "owl class\tskos concept\t0.8", 16, "needs two of one"),
        ("skos:closeMatch\teli:changes", "skos:exactMatch\teli:changes", 18, "cannot start"),
        ("eli:LegalResourceSubdivision", "eli:passed_by", 19, "eli:passed_by is of two kinds"),
        ("\t0.8\t", "\t1.8\t", 16, "confidence 1.8"),
        ("\t0.8\t", "\thigh\t", 16, "confidence high"),
        ("Here a document may only propose the change.", "", 18, "what differs"),
        ("pg:Paragraph\tparagraph", "pg:NormativeDocument\tdocument", 17, "stands here twice"),
    ],
)
def test_a_fault_in_a_table_is_named_with_its_line(
    old: str, new: str, line: int, found: str
) -> None:
    good = text("eli").replace("eli:LegalResourceSubdivision\tLegalResourceSubdivision", "X\tY")
    good = (
        text("eli") if found != "stands here twice" else good.replace("X\t", "eli:LegalResource\t")
    )
    assert alignments.read(text("eli")).rows
    assert old in good
    with pytest.raises(UnreadableInputError, match=re.escape(found)) as raised:
        alignments.read(good.replace(old, new, 1), "eli.sssom.tsv")
    assert raised.value.where.file == "eli.sssom.tsv"
    assert raised.value.where.line == (line or None)


def test_a_table_without_rows_is_refused() -> None:
    head = "".join(line for line in text("eli").splitlines(True) if line.startswith(("#", "subj")))
    with pytest.raises(UnreadableInputError, match="no mapping"):
        alignments.read(head)
    with pytest.raises(UnreadableInputError, match="the columns are not"):
        alignments.read("".join(head.splitlines(True)[:-1]))


def strange_subjects(table: alignments.Table, told: Graph) -> list[str]:
    """The subjects that the ontology does not declare so, or names otherwise."""
    found = []
    for row in table.rows:
        term = expand(table, row["subject_id"])
        kinds = [TYPES[URIRef(str(kind))] for kind in told.objects(term, RDF.type) if kind in TYPES]
        label = told.value(term, RDFS.label) or told.value(term, SKOS.prefLabel)
        if kinds != [row["subject_type"]] or str(label) != row["subject_label"]:
            found.append(row["subject_id"])
    return found


@pytest.mark.parametrize("name", TABLES)
def test_what_is_mapped_is_a_term_of_ours_under_its_label(name: str, told: Graph) -> None:
    assert strange_subjects(alignments.read(text(name)), told) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("org", "pg:Office\t", "pg:Bureau\t", "pg:Bureau"),
        ("org", "\toffice\t", "\tbureau\t", "pg:Office"),
        ("leo", "thematic-area:policy\t", "thematic-area:politics\t", "thematic-area:politics"),
        ("eli", "owl data property\t", "owl object property\t", "pg:number"),
    ],
)
def test_a_mapping_of_no_term_of_ours_is_found(
    name: str, old: str, new: str, found: str, told: Graph
) -> None:
    assert old in text(name)
    table = alignments.read(text(name).replace(old, new, 1))
    assert strange_subjects(table, told) == [found]


def strange_objects(table: alignments.Table) -> list[str]:
    """The objects that neither an installed library nor a place we name has, or under no label."""
    seen = set().union(*SEEN.values())
    found = []
    for row in table.rows:
        term = expand(table, row["object_id"])
        known = str(term) in seen or any(term in vocabulary for vocabulary in INSTALLED)
        local = row["object_id"].partition(":")[2]
        label = row["object_label"].lower().replace(" ", "-") if term.startswith(LEO) else None
        if not known or (label or row["object_label"]) != LABELS.get(str(term), local):
            found.append(row["object_id"])
    return found


@pytest.mark.parametrize("name", TABLES)
def test_the_terms_we_map_to_exist_under_their_labels(name: str) -> None:
    assert strange_objects(alignments.read(text(name))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("org", "org:Post\tPost", "org:Seat\tSeat", "org:Seat"),
        ("prov", "prov:wasAttributedTo\twasA", "prov:wasMadeBy\twasM", "prov:wasMadeBy"),
        ("schema-org", "schema:Event\tEvent", "schema:Party\tParty", "schema:Party"),
        ("leo", "leo:gender\tgender", "leo:partnership\tpartnership", "leo:partnership"),
        ("leo", "leo:gender\tgender", "leo:gender\tsex", "leo:gender"),
        ("un-sdg", "sdgo:Goal\tGoal", "sdgo:Aim\tAim", "sdgo:Aim"),
    ],
)
def test_a_term_that_nobody_has_seen_is_found(name: str, old: str, new: str, found: str) -> None:
    assert old in text(name)
    assert strange_objects(alignments.read(text(name).replace(old, new, 1))) == [found]


def test_every_place_we_name_is_used() -> None:
    tables = [alignments.read(text(name)) for name in TABLES]
    used = {str(expand(table, row["object_id"])) for table in tables for row in table.rows}
    assert set().union(*SEEN.values()) <= used


@pytest.mark.parametrize("name", TABLES)
def test_the_turtle_beside_a_table_is_what_the_table_gives(name: str) -> None:
    made = alignments.turtle(text(name), name)
    assert (FOLDER / f"{name}.ttl").read_text("utf-8") == made, "python -m partnergraph.alignments"


def test_writing_makes_the_turtle_of_every_table(tmp_path: Path) -> None:
    for name in TABLES:
        shutil.copy(FOLDER / f"{name}.sssom.tsv", tmp_path)
    alignments.write(tmp_path)
    for name in TABLES:
        assert (tmp_path / f"{name}.ttl").read_bytes() == (FOLDER / f"{name}.ttl").read_bytes()


@pytest.mark.parametrize("name", TABLES)
def test_each_turtle_loads_alone_and_says_the_mappings_and_kinds_only(name: str) -> None:
    content = (FOLDER / f"{name}.ttl").read_bytes()
    alone = Graph().parse(data=content, format="turtle")
    assert len(alone) == len(parse(content, "turtle"))
    table = alignments.read(text(name))
    columns = ("subject_id", "predicate_id", "object_id")
    lines = [line for line in text(name).splitlines() if not line.startswith("#")]
    every = {**names.PREFIXES, **table.prefixes}
    mapped = {
        tuple(URIRef(every[prefix] + local) for prefix, local in pairs)
        for row in csv.DictReader(lines, delimiter="\t")
        for pairs in [[row[column].split(":") for column in columns]]
    }
    assert len(mapped) == len(lines) - 1
    declared = set(alone) - mapped
    assert mapped <= set(alone)
    outside = {o for _, _, o in mapped} | {p for _, p, _ in mapped if p.startswith(names.SKOS)}
    assert {p for _, p, _ in declared} == {RDF.type}
    assert {s for s, _, _ in declared} - {SKOS.Concept} == outside - {SKOS.Concept}
    assert len(declared) == len({s for s, _, _ in declared})


@pytest.mark.parametrize("name", TABLES)
def test_the_ontology_with_one_alignment_stays_owl_2_dl_and_rl(name: str, tmp_path: Path) -> None:
    axioms = [*ontology(), *parse((FOLDER / f"{name}.ttl").read_bytes(), "turtle")]
    assert violations(axioms, "DL", tmp_path) == set()
    assert violations(axioms, "RL", tmp_path) == set()


@pytest.mark.parametrize(
    ("old", "new", "sort"),
    [
        ("eli:LegalResource a owl:Class .", "", "UseOfUndeclaredClass"),
        ("eli:changes a owl:ObjectProperty .",
         "eli:changes a owl:ObjectProperty, owl:DatatypeProperty .",
         "UseOfIllegalPunning"),
    ],
)  # fmt: skip
def test_an_outside_term_declared_badly_breaks_owl_2_dl(
    old: str, new: str, sort: str, tmp_path: Path
) -> None:
    turtle = (FOLDER / "eli.ttl").read_text("utf-8")
    assert old in turtle
    faulty = parse(turtle.replace(old, new).encode(), "turtle")
    assert sort in violations([*ontology(), *faulty], "DL", tmp_path)


def test_the_ontology_is_loaded_without_alignments() -> None:
    assert not [room.name for room in rooms.ontology() if "alignments" in room.name]


def test_goals_of_the_un_become_goals_of_ours_and_ours_stay_as_they_are() -> None:
    axioms = parse((FOLDER / "un-sdg.ttl").read_bytes(), "turtle")
    theirs = parse(f"{PREFIXES}example:g a <{SDGO}Goal> .".encode(), "turtle")
    assert by_us(theirs) == set()
    assert {("example:g", "rdf:type", f"pg:{c}") for c in ("SDGGoal", "SDGAim", "Aim")} == by_us(
        theirs, axioms
    )
    ours = quads("example:p pg:contributesTo example:g . example:g a pg:SDGGoal .")
    assert by_us(ours) == by_us(ours, axioms) != set()
