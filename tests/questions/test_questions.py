"""Each question with the answers that were worked out from the source before it was run."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from rdflib.plugins.sparql import prepareQuery

from conftest import ROOT
from partnergraph import catalogue, load, names, reason, rooms, sparql
from partnergraph.access import Access
from partnergraph.catalogue import Question
from partnergraph.errors import UnknownNameError, UsageError
from partnergraph.store import Iri, Quad, Store, parse

QUESTIONS = catalogue.questions()
EXPECTED: dict[str, list[dict[str, Any]]] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parent.glob("*.yaml"))
}
CASES = [(id_, case) for id_, cases in EXPECTED.items() for case in cases]


@pytest.fixture(scope="session")
def with_examples(store: Store) -> Store:
    """Our graphs and the made-up records, with what follows from both together."""
    made = Store.in_memory()
    made.add(store.quads())
    told: list[Quad] = []
    for path in sorted((ROOT / "data" / "examples").glob("*.ttl")):
        told += parse(path.read_bytes(), "turtle", path.name)
    made.add(told)
    ontology = [quad for room in rooms.ontology() for quad in load.read_room(room)]
    made.add(reason.closure(ontology, list(made.quads())))
    return made


def rows(store: Store, query: str, columns: list[str]) -> list[list[str | None]]:
    found = []
    for row in store.select(query):
        cells: list[str | None] = []
        for column in columns:
            term = row.get(column)
            cells.append(
                None
                if term is None
                else names.shorten(term.value)
                if isinstance(term, Iri)
                else term.value
            )
        found.append(cells)
    return found


@pytest.mark.parametrize(
    ("id_", "case"), CASES, ids=[f"{id_}: {case['name']}" for id_, case in CASES]
)
def test_the_answer_is_the_one_worked_out_from_the_source(
    store: Store, with_examples: Store, id_: str, case: dict[str, Any]
) -> None:
    data = {"real": store, "examples": with_examples}[case["data"]]
    values = {name: str(value) for name, value in (case.get("parameters") or {}).items()}
    found = rows(data, QUESTIONS[id_].ask(values), case["columns"])
    wanted = [[None if cell is None else str(cell) for cell in row] for row in case["rows"]]
    if case.get("complete", True):
        if case.get("unordered"):
            found, wanted = sorted(found, key=str), sorted(wanted, key=str)
        assert found == wanted
    else:
        assert [row for row in wanted if row not in found] == []


def test_each_question_has_a_full_and_a_narrow_case() -> None:
    assert sorted(EXPECTED) == sorted(QUESTIONS)
    for id_, cases in EXPECTED.items():
        assert any(case["rows"] for case in cases), f"{id_} is never answered"
        assert any(not case["rows"] or case.get("parameters") for case in cases), id_
        for case in cases:
            assert case["paragraph"] and case["reasoning"], f"{id_}: {case['name']}"


def test_each_competency_question_has_one_question() -> None:
    asked = [question.competency for question in QUESTIONS.values() if question.competency]
    assert sorted(asked) == [f"CQ{n:02d}" for n in range(1, 55)]


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_a_question_parses_as_stored_and_as_asked_in_two_engines(question: Question) -> None:
    examples = {p.name: p.example for p in question.parameters.values()}
    for query in (question.query, question.ask({}), question.ask(examples)):
        prepareQuery(query)
        Store.in_memory().select(query)
        sparql.guard(query, max_bytes=65536)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_every_iri_in_a_question_exists(store: Store, question: Question) -> None:
    prefixes = {token.text[1:-1] for token in sparql.tokens(question.query) if token.kind == "iri"}
    for prefix in prefixes:
        assert prefix in names.PREFIXES.values(), f"{prefix} is no namespace that is known"
    declared = dict(
        line.removeprefix("PREFIX ").split(":", 1)
        for line in question.query.splitlines()
        if line.startswith("PREFIX ")
    )
    for token in sparql.tokens(question.query):
        prefix, _, local = token.text.partition(":")
        if token.kind != "name" or not local:
            continue
        iri = declared[prefix].strip()[1:-1] + local
        if iri.startswith(names.BASE):
            assert store.ask(f"ASK {{ <{iri}> ?p ?o }}"), f"{token.text} is not there"


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_the_header_tells_the_truth(store: Store, question: Question) -> None:
    variables = _columns(store, question.query)
    assert variables == list(question.columns)
    for paragraph in question.paragraphs:
        assert store.ask(f"ASK {{ <{names.ID}paragraph/{paragraph}> ?p ?o }}"), paragraph
    for parameter in question.parameters.values():
        assert parameter.term(parameter.example)
        if parameter.type == "iri":
            example = str(parameter.term(parameter.example))
            assert store.ask(f"ASK {{ {{ {example} ?p ?o }} UNION {{ ?s ?p {example} }} }}")


def _columns(store: Store, query: str) -> list[str]:
    import io
    import json

    output = io.BytesIO()
    store.answer(query, "json", "turtle", output, lambda _: None)
    found: list[str] = json.loads(output.getvalue())["head"]["vars"]
    return found


HOSTILE = {
    "iri": "partnership:x> } INSERT DATA { <a> <b> <c",
    "string": '" } UNION { ?s ?p ?o } #',
    "integer": "1 } UNION { ?s ?p ?o",
    "date": '2024-01-01"^^xsd:date',
    "boolean": "true } #",
}


@pytest.mark.parametrize(
    ("question", "name"),
    [(q, name) for q in QUESTIONS.values() for name in q.parameters],
    ids=lambda part: part.id if isinstance(part, Question) else part,
)
def test_a_hostile_value_changes_nothing_but_the_value(
    store: Store, question: Question, name: str
) -> None:
    type_ = question.parameters[name].type
    if type_ == "string":
        assert store.select(question.ask({name: HOSTILE[type_]})) == []
    else:
        with pytest.raises(UsageError):
            question.ask({name: HOSTILE[type_]})


def test_an_unknown_question_and_an_unknown_parameter_are_told_the_valid_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        catalogue.question("partner-name")
    assert "partner-names" in caught.value.hint
    with pytest.raises(UnknownNameError) as caught:
        catalogue.question("value-types").ask({"type": "x"})
    assert "valueType" in caught.value.hint


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_a_child_gives_the_same_answer(store: Store, access: Access, question: Question) -> None:
    columns, found = access.rows(question.ask({}))
    assert len(found) == len(store.select(question.ask({})))
    assert columns == list(question.columns)
