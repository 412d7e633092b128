"""The fact tables are whole: counts, descriptions, names, sources, kinds of values."""

from collections import Counter
from functools import cache

import pytest
from fact_rows import Row, Rows, ours, seeded, things, values
from rdflib import RDF, RDFS, Graph, URIRef

from partnergraph import names, rooms


@cache
def ontology() -> Graph:
    told = Graph()
    for room in rooms.ontology():
        told.parse(room.path)
    return told


@cache
def kinds_of_terms() -> dict[str, set[str]]:
    """What the ontology says each of its terms and concepts is."""
    found: dict[str, set[str]] = {}
    for term, kind in ontology().subject_objects(RDF.type):
        if isinstance(term, URIRef):
            found.setdefault(names.shorten(str(term)), set()).add(names.shorten(str(kind)))
    return found


@pytest.mark.parametrize(
    ("class_", "count"),
    [
        ("pg:Paragraph", 198),
        ("pg:SDGGoal", 17),
        ("pg:SDGTarget", 169),
        ("pg:KMGBFGoal", 4),
        ("pg:KMGBFTarget", 23),
        ("pg:StrategicVision", 1),
        ("pg:StrategicGoal", 5),
        ("pg:StrategicObjective", 25),
        ("pg:Framework", 3),
    ],
)
def test_there_are_as_many_as_the_frameworks_have(class_: str, count: int) -> None:
    found = things(ours(), class_)
    assert len(found) == len(set(found)) == count


def test_there_are_71_links() -> None:
    links = [row for row in ours() if row.table == "alignments"]
    assert len(links) == len({(r.subject, r.predicate, r.object, r.sources) for r in links}) == 71


def per_goal(class_: str) -> list[int]:
    goals = values(ours(), "pg:partOfAim")
    count = Counter(goal for thing in things(ours(), class_) for goal in goals[thing])
    return [count[goal] for goal in sorted(count, key=lambda g: int(g.partition(":")[2]))]


def test_targets_and_objectives_are_shared_out_over_their_goals_as_in_the_frameworks() -> None:
    targets = [7, 8, 13, 10, 9, 8, 5, 12, 8, 10, 10, 11, 5, 10, 12, 12, 19]
    assert per_goal("pg:SDGTarget") == targets
    assert per_goal("pg:StrategicObjective") == [5, 5, 8, 4, 3]


def aims_out_of_place(rows: Rows) -> list[str]:
    """Aims whose goal, framework or number is not the one that their short name says."""
    found = []
    goal, framework = values(rows, "pg:partOfAim"), values(rows, "pg:aimOf")
    notation = values(rows, "skos:notation")
    for aim in things(
        rows, "pg:SDGGoal", "pg:SDGTarget", "pg:StrategicGoal", "pg:StrategicObjective"
    ):
        kind, _, number = aim.partition(":")
        above = [aim.partition(".")[0]] if "." in number else ["sv:vision"] if kind == "sv" else []
        if goal.get(aim, []) != above:
            found.append(f"{aim} pg:partOfAim")
        if notation.get(aim) != [number]:
            found.append(f"{aim} skos:notation")
    for aim in things(rows, "pg:KMGBFGoal", "pg:KMGBFTarget"):
        if notation.get(aim) != [aim.rpartition("-")[2].lstrip("0")]:
            found.append(f"{aim} skos:notation")
    for aim in {s for s in framework if s.startswith(("sdg:", "sv:", "kmgbf:"))}:
        if framework[aim] != [f"framework:{aim.partition(':')[0]}"]:
            found.append(f"{aim} pg:aimOf")
    return sorted(found)


@seeded(
    "sdg:15.7,pg:partOfAim,sdg:14,iri,source:lod4stats,verified,",
    "sv:2.1,skos:notation,2.2,string,source:dart-4339,verified,",
    "kmgbf:GBF-TARGET-05,pg:aimOf,framework:sdg,iri,source:scbd-bioland,verified,",
    found=["kmgbf:GBF-TARGET-05 pg:aimOf", "sdg:15.7 pg:partOfAim", "sv:2.1 skos:notation"],
)
def test_each_aim_is_under_the_goal_and_framework_of_its_number(
    rows: Rows, found: list[str]
) -> None:
    assert aims_out_of_place(rows) == found


def unknown_sources(rows: Rows) -> list[str]:
    known = set(things(rows, "pg:Paragraph", "pg:Source"))
    return sorted({source for row in rows for source in row.sources} - known)


@seeded(
    "sv:1,pg:topicNote,x,string,paragraph:S22 paragraph:S99,stated,",
    "sv:1,pg:topicNote,y,string,source:hearsay,verified,",
    "sv:1,pg:topicNote,z,string,organization:fao,verified,",
    found=["organization:fao", "paragraph:S99", "source:hearsay"],
)
def test_the_source_of_each_row_exists(rows: Rows, found: list[str]) -> None:
    assert unknown_sources(rows) == found


@seeded(
    "sv:1,pg:topicNote,x,string,paragraph:S22 paragraph:S22,stated,", found=["sv:1 pg:topicNote"]
)
def test_no_row_names_a_source_twice(rows: Rows, found: list[str]) -> None:
    assert [
        f"{r.subject} {r.predicate}" for r in rows if len(set(r.sources)) < len(r.sources)
    ] == found


def undescribed(rows: Rows) -> list[str]:
    """The things of ours that are spoken of and that nothing says the class of."""
    described = {row.subject for row in rows if row.predicate == "rdf:type"}
    spoken = {row.object for row in rows if row.type == "iri"} | {row.subject for row in rows}
    return sorted(spoken - described - kinds_of_terms().keys())


@seeded(
    "partnership:iccwc,pg:hasPartner,organization:interpoll,iri,paragraph:C28,stated,",
    "thematic-area:whales,pg:coversGroup,group:iplc,iri,paragraph:S35,stated,",
    found=["organization:interpoll", "thematic-area:whales"],
)
def test_each_thing_that_is_spoken_of_is_described(rows: Rows, found: list[str]) -> None:
    assert undescribed(rows) == found


def badly_named(rows: Rows) -> list[str]:
    """The things without just one English preferred name; a name belongs to one thing of a kind."""
    found = []
    labels: dict[str, list[Row]] = {}
    for row in rows:
        if row.predicate == "skos:prefLabel":
            labels.setdefault(row.subject, []).append(row)
    for thing in {row.subject for row in rows} - kinds_of_terms().keys():
        if [row.type for row in labels.get(thing, [])] != ["en"]:
            found.append(thing)
    return sorted(found)


@seeded(
    "organization:fao,skos:prefLabel,FAO,en,paragraph:C24,stated,",
    "organization:woah,skos:prefLabel,OMSA,fr,source:ror-records,verified,",
    "organization:nameless,rdf:type,pg:Organization,iri,paragraph:C24,stated,",
    found=["organization:fao", "organization:nameless", "organization:woah"],
)
def test_each_thing_has_one_english_name(rows: Rows, found: list[str]) -> None:
    assert badly_named(rows) == found


def same_names(rows: Rows) -> list[str]:
    """The names that two things of one kind share, outside the list of treaties."""
    names_of = values(rows, "skos:prefLabel")
    count = Counter(
        (thing.partition(":")[0], label.casefold())
        for thing, labels in names_of.items()
        for label in labels
        if not thing.startswith("document:treaty-")
    )
    return sorted(f"{kind}: {label}" for (kind, label), n in count.items() if n > 1)


@seeded(
    "organization:fao2,skos:prefLabel,food and Agriculture Organization,en,paragraph:C24,stated,",
    found=["organization: food and agriculture organization"],
)
def test_no_two_things_of_a_kind_have_the_same_name(rows: Rows, found: list[str]) -> None:
    assert same_names(rows) == found


def misfits(rows: Rows) -> list[str]:
    """The rows whose predicate is undeclared, or has another kind of value than declared."""
    found = []
    for row in rows:
        if row.predicate == "rdf:type":
            fits = "owl:Class" in kinds_of_terms().get(row.object, ())
        else:
            kinds = kinds_of_terms().get(row.predicate, set())
            thing = row.type in {"iri", "url"}
            ranges = {
                names.shorten(str(o)).removeprefix("xsd:")
                for o in ontology().objects(URIRef(names.expand(row.predicate)), RDFS.range)
            }
            fits = (
                "owl:AnnotationProperty" in kinds
                or ("owl:ObjectProperty" in kinds and thing)
                or (
                    ("owl:DatatypeProperty" in kinds and not thing)
                    and ranges <= {row.type, "rdfs:Literal"}
                )
            )
        if not fits:
            found.append(f"{row.subject} {row.predicate} {row.type}")
    return found


@seeded(
    "sv:1,pg:nowhere,x,string,paragraph:S22,stated,",
    "sv:1,pg:partOfAim,x,string,paragraph:S22,stated,",
    "sv:1,pg:topicNote,sv:2,iri,paragraph:S22,stated,",
    "member-count:cpw-13,pg:count,13,decimal,paragraph:C20,stated,",
    "sv:1,rdf:type,pg:Nowhere,iri,paragraph:S22,stated,",
    "sv:1,dcterms:date,2020,gYear,paragraph:S22,stated,",
    found=[
        "sv:1 pg:nowhere string",
        "sv:1 pg:partOfAim string",
        "sv:1 pg:topicNote iri",
        "member-count:cpw-13 pg:count decimal",
        "sv:1 rdf:type iri",
        "sv:1 dcterms:date gYear",
    ],
)
def test_each_row_has_a_declared_property_and_a_value_that_fits_it(
    rows: Rows, found: list[str]
) -> None:
    assert misfits(rows) == found


@cache
def above(class_: str) -> set[str]:
    term = URIRef(names.expand(class_))
    return {names.shorten(str(c)) for c in ontology().transitive_objects(term, RDFS.subClassOf)}


DERIVED_ONLY = {"pg:Partner", "pg:Donor"}
"""Classes that a thing is in because of what it does in one partnership."""


def of_another_class(rows: Rows) -> list[str]:
    """Subjects and objects that are not, as told, of the class that their property asks for."""
    told: dict[str, set[str]] = {}
    for row in rows:
        if row.predicate == "rdf:type":
            told.setdefault(row.subject, set()).update(above(row.object))
    for term, kinds in kinds_of_terms().items():
        told.setdefault(term, set()).update(kinds)
    found = []
    for row in rows:
        predicate = URIRef(names.expand(row.predicate))
        for relation, thing in ((RDFS.domain, row.subject), (RDFS.range, row.object)):
            if relation == RDFS.range and row.type != "iri":
                continue
            for class_ in ontology().objects(predicate, relation):
                wanted = names.shorten(str(class_))
                if wanted not in DERIVED_ONLY and wanted not in told.get(thing, ()):
                    found.append(f"{row.predicate}: {thing} is no {wanted}")
    return found


@seeded(
    "partnership:iccwc,pg:hasInstrument,document:kmgbf,iri,paragraph:C28,stated,",
    "organization:fao,pg:startDate,1945,gYear,paragraph:C28,stated,",
    "organization:fao,pg:hasPartner,organization:unep,iri,paragraph:C28,stated,",
    "partnership:iccwc,pg:formality,role:chair,iri,paragraph:C28,stated,",
    found=[
        "pg:hasInstrument: document:kmgbf is no pg:Instrument",
        "pg:hasPartner: organization:fao is no pg:Partnership",
        "pg:formality: role:chair is no pg:Formality",
    ],
)
def test_things_are_told_to_be_of_the_classes_that_their_properties_ask_for(
    rows: Rows, found: list[str]
) -> None:
    assert of_another_class(rows) == found


SINGLE = (
    "skos:notation",
    "pg:position",
    "pg:force",
    "pg:section",
    "dcterms:abstract",
    "pg:count",
    "pg:statementStatus",
    "pg:recordStatus",
    "pg:durationType",
    "pg:placeName",
    "dcterms:title",
)


@seeded(
    "member-count:cpw-13,pg:count,12,integer,source:cifor-cpw,verified,",
    "event:sc78,pg:placeName,Bern,string,paragraph:C7,stated,",
    found=["member-count:cpw-13 pg:count", "event:sc78 pg:placeName"],
)
def test_what_can_have_one_value_only_has_one(rows: Rows, found: list[str]) -> None:
    assert [
        f"{thing} {predicate}"
        for predicate in SINGLE
        for thing, given in values(rows, predicate).items()
        if len(given) > 1
    ] == sorted(found, key=lambda f: SINGLE.index(f.split()[1]))


def out_of_order(rows: Rows) -> list[str]:
    """The things whose rows are scattered over a table, or do not begin with class and name."""
    found = []
    for table in dict.fromkeys(row.table for row in rows):
        subjects = [row.subject for row in rows if row.table == table]
        runs = [s for i, s in enumerate(subjects) if i == 0 or subjects[i - 1] != s]
        found += [subject for subject, count in Counter(runs).items() if count > 1]
    # A thing is described in one table; others may add to it, as that of the links does.
    told: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        told.setdefault((row.table, row.subject), []).append(row.predicate)
    for (_, thing), predicates in told.items():
        order = [p for p in predicates if p != "rdf:type"]
        if "rdf:type" in predicates and (
            predicates[0] != "rdf:type" or order[0] != "skos:prefLabel"
        ):
            found.append(thing)
    return sorted(set(found))


@seeded(
    "organization:a,rdf:type,pg:Organization,iri,paragraph:C1,stated,",
    "organization:b,skos:prefLabel,B,en,paragraph:C1,stated,",
    "organization:a,skos:prefLabel,A,en,paragraph:C1,stated,",
    "organization:b,rdf:type,pg:Organization,iri,paragraph:C1,stated,",
    found=["organization:a", "organization:b"],
)
def test_the_rows_of_a_thing_stand_together_class_and_name_first(
    rows: Rows, found: list[str]
) -> None:
    assert out_of_order(rows) == found
