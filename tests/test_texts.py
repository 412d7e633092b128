"""Texts in French and Spanish, and the pages and reports that show them."""

import httpx
import pytest

from partnergraph import catalogue, names, norms, rooms, texts, usage
from partnergraph.store import Iri, Literal, Store

OTHERS = ("fr", "es")
NAMED = ("Actor", "Event", "MeetingSeries", "Partnership", "PartnershipInitiative", "Project",
         "ProspectivePartnership", "Region", "Tool")  # fmt: skip
"""Kinds of things whose names are given in each language."""


def subjects(store: Store) -> dict[str, tuple[str, ...]]:
    """Return everything that needs texts, with the properties it needs them for."""
    needed: dict[str, tuple[str, ...]] = {}
    for kind, properties in (
        ("owl:Class", ("rdfs:label", "skos:definition")),
        ("owl:ObjectProperty", ("rdfs:label", "skos:definition")),
        ("owl:DatatypeProperty", ("rdfs:label", "skos:definition")),
        ("skos:ConceptScheme", ("skos:prefLabel", "skos:definition")),
        ("skos:Concept", ("skos:prefLabel", "skos:definition")),
        *((f"pg:{kind}", ("skos:prefLabel",)) for kind in NAMED),
        ("pg:Rule", ("sh:name", "sh:message", "sh:description")),
        ("pg:Remedy", ("sh:name",)),
        ("pg:Question", ("skos:prefLabel", "dcterms:description")),
        ("pg:JudgementQuestion", ("skos:prefLabel", "dcterms:description")),
    ):
        rows = store.select(f"SELECT ?s WHERE {{ ?s a <{names.expand(kind)}> }}")
        for row in rows:
            if row["s"].value.startswith(names.BASE):
                needed[row["s"].value] = properties
    return needed


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_missing_and_none_is_left_over(store: Store, language: str) -> None:
    needed = {
        (subject, names.expand(p))
        for subject, properties in subjects(store).items()
        for p in properties
    }
    assert len(needed) > 1000
    (room,) = [room for room in rooms.texts() if room.path.stem == language]
    rows = store.select(
        f"SELECT ?s ?p ?o WHERE {{ GRAPH <{room.graph}> {{ ?s ?p ?o "
        f'FILTER(LANG(?o) = "{language}") }} }}'
    )
    rows = [row for row in rows if not row["s"].value.startswith(names.STATEMENT)]
    found = {(row["s"].value, row["p"].value) for row in rows}
    assert sorted(names.shorten(s) for s, _ in needed - found) == []
    assert sorted(names.shorten(s) for s, _ in found - needed) == []
    assert len(rows) == len(found), "one text each"


@pytest.mark.parametrize("language", OTHERS)
def test_labels_are_unique_within_a_language(store: Store, language: str) -> None:
    rows = store.select(
        f"""SELECT ?l (COUNT(DISTINCT ?s) AS ?n) WHERE {{
          ?s <{names.RDFS}label> ?l FILTER(LANG(?l) = "{language}")
        }} GROUP BY ?l HAVING(COUNT(DISTINCT ?s) > 1)"""
    )
    assert [row["l"].value for row in rows] == []


def test_each_text_says_whether_it_is_official_or_ours(store: Store) -> None:
    for room in rooms.texts():
        rows = store.select(
            f"""SELECT DISTINCT ?source ?status WHERE {{ GRAPH <{room.graph}> {{
              ?st <{names.DCTERMS}source> ?source ; <{names.NS}statementStatus> ?status }} }}"""
        )
        assert {
            (names.shorten(r["source"].value), names.shorten(r["status"].value)) for r in rows
        } == {("source:own-translation", "statement-status:unverified")}


@pytest.mark.parametrize("language", OTHERS)
def test_messages_keep_their_three_sentences_and_terms(language: str) -> None:
    import re

    for rule in norms.current().rules.values():
        said = texts.message(rule.id, language, rule.message)
        assert said.language == language
        assert set(re.findall(r"\bpg:\w+", said.value)) == set(
            re.findall(r"\bpg:\w+", rule.message)
        )
        assert len(re.findall(r"[.!?](?=\s|$)", said.value)) >= 3, rule.id


def test_a_text_that_is_missing_is_in_english() -> None:
    assert texts.text("https://example.org/x", "https://example.org/p", "fr", "a word") == (
        "a word",
        "en",
    )


def test_a_report_carries_its_messages_in_three_languages(store: Store) -> None:
    rows = store.select(
        f"""SELECT DISTINCT (LANG(?m) AS ?l) WHERE {{
          GRAPH <{names.FINDINGS}> {{ ?r <{names.SH}resultMessage> ?m }} }}"""
    )
    assert {row["l"].value for row in rows} == {"en", "fr", "es"}


def test_usage_knows_which_rules_and_questions_use_a_term() -> None:
    assert "S13.f-gain" in usage.rules_by_term()["pg:gainedBy"]
    assert "S12-common-vision" in usage.rules_by_term()["pg:commonVision"]
    assert "value-types" in usage.questions_by_term()["pg:valueType"]
    assert "value-types" not in usage.questions_by_term().get("pg:hasRisk", ())


@pytest.mark.parametrize("language", ("en", *OTHERS))
def test_a_term_has_a_page_with_its_neighbours_and_uses(server: str, language: str) -> None:
    page = httpx.get(
        f"{server}/ns/hasPartner", params={"lang": language}, headers={"accept": "text/html"}
    )
    assert page.status_code == 200
    definition = texts.text(names.NS + "hasPartner", names.SKOS + "definition", language, "")
    if language != "en":
        assert definition.value in page.text.replace("&#39;", "'")
    for piece in ("<svg", 'href="/ns/Partner"', 'href="/rule/S12-secretariat"', "partner-kinds"):
        assert piece in page.text
    assert httpx.get(f"{server}/ns/hasPartnr").status_code == 404
    turtle = httpx.get(f"{server}/ns/hasPartner.ttl")
    assert turtle.headers["content-type"].startswith("text/turtle")


def test_every_term_has_a_page(server: str, store: Store) -> None:
    rows = store.select(
        f"SELECT DISTINCT ?s WHERE {{ ?s <{names.RDFS}isDefinedBy> <{names.ONTOLOGY}> }}"
    )
    assert len(rows) > 300
    with httpx.Client(base_url=server) as client:
        for row in rows[::7]:
            name = row["s"].value.removeprefix(names.NS)
            assert client.get(f"/ns/{name}", headers={"accept": "text/html"}).status_code == 200


def test_questions_are_titled_in_the_language_asked_for(server: str) -> None:
    title = texts.title("value-types", "fr", "")
    shown = httpx.get(
        f"{server}/queries", params={"lang": "fr"}, headers={"accept": "text/html"}
    ).text
    assert title.value.replace("'", "&#39;") in shown
    assert catalogue.question("value-types").title not in shown


def test_the_ontology_document_holds_the_texts_and_no_statement_nodes(server: str) -> None:
    from partnergraph.store import parse

    quads = parse(httpx.get(f"{server}/ns.nt").content, "ntriples")
    languages = {
        q.object.language
        for q in quads
        if isinstance(q.object, Literal) and q.predicate.value == names.RDFS + "label"
    }
    assert languages == {"en", "fr", "es"}
    assert not [q for q in quads if isinstance(q.subject, Iri) and "statement/" in q.subject.value]
