"""No row claims more support than its sources give it."""

import pytest
from fact_rows import Rows, ours, seeded
from rdflib import RDF, SKOS, Graph, URIRef

from partnergraph import names, rooms
from partnergraph.store import Store

LINKS = {
    "pg:alignedOfficially": "official",
    "pg:alignedAsStated": "stated",
    "pg:alignedAsVerified": "verified",
    "pg:alignedAsInferred": "inferred",
    "pg:suggestedAlignment": "inferred",
}


def links_at_odds(rows: Rows) -> list[str]:
    return [
        f"{row.predicate} {row.status}"
        for row in rows
        if row.status != LINKS.get(row.predicate, row.status)
    ]


@seeded(
    "sv:2.1,pg:alignedAsVerified,sdg:2,iri,source:dart-4339,inferred,",
    "sv:2.1,pg:alignedAsVerified,sdg:3,iri,source:dart-4339,partly-verified,",
    "sv:2.1,pg:alignedAsStated,sdg:2,iri,paragraph:S2,verified,",
    "sv:2.1,pg:alignedAsInferred,sdg:2,iri,source:dart-4339,verified,",
    "sv:2.1,pg:suggestedAlignment,sdg:2,iri,source:own-reading,stated,",
    found=[
        "pg:alignedAsVerified inferred",
        "pg:alignedAsVerified partly-verified",
        "pg:alignedAsStated verified",
        "pg:alignedAsInferred verified",
        "pg:suggestedAlignment stated",
    ],
)
def test_a_link_is_called_what_its_status_says(rows: Rows, found: list[str]) -> None:
    assert links_at_odds(rows) == found


def test_there_are_links_of_three_kinds() -> None:
    told = {row.predicate for row in ours()}
    assert {"pg:alignedAsVerified", "pg:alignedAsInferred", "pg:suggestedAlignment"} <= told


@seeded(
    "sv:2.1,pg:alignedOfficially,sdg:2,iri,source:dart-4339,official,",
    "sdg:2,pg:statementStatus,statement-status:official,iri,source:lod4stats,verified,",
    found=["sv:2.1", "sdg:2"],
)
def test_nothing_is_official(rows: Rows, found: list[str]) -> None:
    official = {"pg:alignedOfficially", "pg:contributesOfficially"}
    assert [
        row.subject
        for row in rows
        if row.status == "official"
        or row.object == "statement-status:official"
        or row.predicate in official
    ] == found


@pytest.mark.parametrize(("status", "there"), [("official", False), ("inferred", True)])
def test_nothing_in_the_store_is_official(status: str, there: bool, store: Store) -> None:
    value = names.expand(f"statement-status:{status}")
    assert store.ask(f"ASK {{ ?s <{names.NS}statementStatus> <{value}> }}") is there


def test_each_status_is_a_concept_of_the_scheme() -> None:
    scheme = Graph().parse(rooms.root() / "ontology" / "schemes" / "statement-status.ttl")
    known = {
        names.shorten(str(c)).partition(":")[2] for c in scheme.subjects(RDF.type, SKOS.Concept)
    }
    used = {row.status for row in ours()}
    assert used == known - {"official"}
    assert URIRef(names.expand("statement-status:official")) in set(scheme.subjects())


def badly_supported(rows: Rows) -> list[str]:
    """Rows whose status their sources cannot give them.

    What the document states has its paragraphs for sources and nothing else; what is verified,
    wholly or in part, or was found by no one, has a source outside the document.
    """
    found = []
    for row in rows:
        outside = [source for source in row.sources if source.startswith("source:")]
        if row.status == "stated":
            right = not outside
        elif row.status == "inferred":
            right = True
        else:
            right = bool(outside)
        if not right:
            found.append(f"{row.subject} {row.predicate} {row.status}")
    return found


@seeded(
    "organization:fao,pg:roleNote,a,string,source:ror-records,stated,",
    "organization:fao,pg:roleNote,b,string,paragraph:C24 source:ror-records,stated,",
    "organization:fao,pg:roleNote,c,string,paragraph:C24,verified,",
    "organization:fao,pg:roleNote,d,string,paragraph:C24,partly-verified,",
    "organization:fao,pg:roleNote,e,string,paragraph:C24,unverified,",
    "organization:fao,pg:roleNote,f,string,paragraph:C24 source:ror-records,verified,",
    "organization:fao,pg:roleNote,g,string,source:ror-records,inferred,",
    found=[
        "organization:fao pg:roleNote stated",
        "organization:fao pg:roleNote stated",
        "organization:fao pg:roleNote verified",
        "organization:fao pg:roleNote partly-verified",
        "organization:fao pg:roleNote unverified",
    ],
)
def test_a_row_is_no_better_supported_than_its_sources_allow(rows: Rows, found: list[str]) -> None:
    assert badly_supported(rows) == found


UNREAD = ("unconfirmed", "acronym-unconfirmed", "iso-unconfirmed", "name-unconfirmed")


@seeded(
    "organization:fao,skos:altLabel,F,en,source:acronym-unconfirmed,verified,",
    "organization:fao,skos:altLabel,G,en,source:own-reading,verified,",
    found=["organization:fao verified", "organization:fao verified"],
)
def test_what_no_one_read_is_not_verified(rows: Rows, found: list[str]) -> None:
    unread = {f"source:{name}" for name in (*UNREAD, "own-reading")}
    assert unread <= {row.subject for row in ours()}
    assert [
        f"{row.subject} {row.status}"
        for row in rows
        if unread.issuperset(row.sources) and row.status not in {"unverified", "inferred"}
    ] == found


def status_notes_at_odds(rows: Rows) -> list[str]:
    """Things whose own status is not that of the row that gives it."""
    return [
        row.subject
        for row in rows
        if row.predicate == "pg:statementStatus" and row.object != f"statement-status:{row.status}"
    ]


@seeded(
    "sdg:1,pg:statementStatus,statement-status:verified,iri,source:lod4stats,inferred,",
    found=["sdg:1"],
)
def test_the_status_of_a_thing_is_that_of_its_row(rows: Rows, found: list[str]) -> None:
    assert status_notes_at_odds(rows) == found


@seeded(
    "partnership:cpw,pg:contributesTo,sv:2.1,iri,paragraph:C20,inferred,",
    "partnership:cpw,pg:contributesTo,sv:2.2,iri,source:own-reading,unverified,",
    "partnership:cpw,pg:contributesTo,sv:2.3,iri,paragraph:C20,stated,",
    found=["sv:2.1", "sv:2.2"],
)
def test_a_contribution_is_never_our_reading(rows: Rows, found: list[str]) -> None:
    assert [
        row.object
        for row in rows
        if row.predicate == "pg:contributesTo" and row.status not in {"stated", "verified"}
    ] == found
