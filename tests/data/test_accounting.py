"""Every paragraph has a term, a rule or a question, or says why it has none."""

from partnergraph import names
from partnergraph.store import Store, parse
from partnergraph.trace import Trace, paragraphs, trace

REASONS = ("Description only. ", "Heading or link only. ", "Needs human judgement. ",
           "Not about records. ")  # fmt: skip


def accounts(store: Store, paragraph: str) -> Trace:
    return trace(store, paragraph.partition(":")[2])


def orphans(store: Store) -> list[str]:
    """The paragraphs from which nothing comes and that do not say why."""
    traces = [accounts(store, paragraph) for paragraph in paragraphs(store)]
    return [
        found.paragraph
        for found in traces
        if not (found.terms or found.rules or found.questions or found.checklist or found.reason)
    ]


def test_no_paragraph_is_an_orphan(store: Store) -> None:
    assert len(paragraphs(store)) == 198
    assert orphans(store) == []


def test_a_paragraph_with_nothing_is_found() -> None:
    told = f"""@prefix p: <{names.ID}paragraph/> . @prefix pg: <{names.NS}> .
    @prefix skos: <{names.SKOS}> . @prefix dcterms: <{names.DCTERMS}> .
    @prefix rdf: <{names.RDF}> .
    p:S90 a pg:Paragraph ; skos:prefLabel "Nothing"@en ; pg:position 1 .
    p:S91 a pg:Paragraph ; skos:prefLabel "A term"@en ; pg:position 2 .
    p:S92 a pg:Paragraph ; skos:prefLabel "A rule"@en ; pg:position 3 .
    p:S93 a pg:Paragraph ; skos:prefLabel "A question"@en ; pg:position 4 .
    p:S94 a pg:Paragraph ; skos:prefLabel "A reason"@en ; pg:position 5 ;
      pg:uncheckedReason "Description only. It greets the reader." .
    p:S95 a pg:Paragraph ; skos:prefLabel "A question to people"@en ; pg:position 6 .
    p:S96 a pg:Paragraph ; skos:prefLabel "Only a fact"@en ; pg:position 7 .
    pg:thing dcterms:source p:S91 .
    <{names.RULE}S92-x> dcterms:source p:S92 .
    <{names.QUERY}x> dcterms:source p:S93 .
    [] rdf:subject <{names.ID}judgement-question/S95> ; dcterms:source p:S95 .
    [] rdf:subject <{names.ID}partnership/iccwc> ; dcterms:source p:S96 ."""
    seeded = Store.in_memory()
    seeded.add(parse(told.encode(), "turtle", "seeded"))
    assert orphans(seeded) == ["S90", "S96"]


def reasons(store: Store) -> dict[str, str]:
    rows = store.select(
        f"{names.prologue('pg')}SELECT ?p ?reason WHERE {{ ?p pg:uncheckedReason ?reason }}"
    )
    return {names.shorten(row["p"].value): row["reason"].value for row in rows}


def test_a_reason_is_of_one_of_four_kinds_and_says_more(store: Store) -> None:
    given = reasons(store)
    assert given
    assert [p for p, why in given.items() if not why.startswith(REASONS)] == []
    assert [p for p, why in given.items() if len(why.split(". ", 1)[1]) < 10] == []


def test_what_needs_human_judgement_is_asked(store: Store) -> None:
    asked = [p for p, why in reasons(store).items() if why.startswith("Needs human judgement.")]
    assert asked
    assert [p for p in asked if not accounts(store, p).checklist] == []


def test_each_question_to_people_is_asked_once_under_the_number_of_its_paragraph(
    store: Store,
) -> None:
    rows = store.select(
        f"""{names.prologue("pg", "dcterms")}SELECT ?q ?text WHERE {{
          ?q a pg:JudgementQuestion . OPTIONAL {{ ?q dcterms:description ?text
          FILTER(LANG(?text) = "en") }} }}"""
    )
    questions = {names.shorten(row["q"].value): row["text"].value for row in rows}
    assert 10 <= len(questions) == len(rows) == len(set(questions.values()))
    for question, text in questions.items():
        assert text.endswith("?") and text[0].isupper(), question
        assert question in accounts(store, question).checklist


def test_the_checklist_stands_beside_the_rules(store: Store) -> None:
    # S13.b has a rule for what a record can show, and a question for what it cannot.
    found = accounts(store, "paragraph:S13.b")
    assert found.rules
    assert found.checklist == ("judgement-question:S13.b",)
    assert accounts(store, "paragraph:S44").checklist == ()


def test_no_rule_checks_what_is_said_to_have_nothing_to_check(store: Store) -> None:
    assert [p for p in reasons(store) if accounts(store, p).rules] == []
