"""The text of queries: the guard, and parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph import sparql
from partnergraph.catalogue import Parameter
from partnergraph.errors import PartnergraphError, QuerySyntaxError, RefusedError, TooLargeError
from partnergraph.store import Iri, Literal, Quad, Store

SERVICE = "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT * " + "{" * 2200 + "}" * 2200, TooLargeError),
        ("SELECT * { FILTER" + "(" * 60 + "1" + ")" * 60 + " }", TooLargeError),
        ("SELECT * { FILTER(" + "!" * 500 + "?x) }", TooLargeError),
        ("SELECT * { ?s " + "/".join(["<http://x/p>"] * 500) + " ?o }", TooLargeError),
        ("SELECT * { {} " + "UNION {} " * 500 + "}", TooLargeError),
        ("SELECT * { FILTER(?a" + "||?a" * 500 + ") }", TooLargeError),
        ("SELECT * { ?s ?p '" + "x" * 5000 + "' }", TooLargeError),
        (SERVICE, RefusedError),
        (SERVICE.replace("SERVICE", "sErViCe SILENT"), RefusedError),
        (SERVICE.replace("SERVICE", "\\u0053ERVICE"), QuerySyntaxError),
        ("SELECT * { ?s ?p '\\u0027 } SERVICE <x> {} #' }", QuerySyntaxError),
        ("SELECT * { ?s ?p '\x00' }", QuerySyntaxError),
        ("SELECT * { ?s ?p '\ud800' }", QuerySyntaxError),
    ],
)
def test_a_harmful_query_is_refused_before_it_is_parsed(
    query: str, kind: type[PartnergraphError]
) -> None:
    with pytest.raises(kind):
        sparql.guard(query, max_bytes=5000 if "x" * 99 in query else 100_000)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'SERVICE' } # SERVICE <x> {}",
        "SELECT ?service { ?service <http://x/SERVICE> ?o }",
        "PREFIX service: <http://x/> SELECT * { ?s service:SERVICE '''\n} SERVICE''' }",
        "SELECT * { ?s ?p 'caf\\u00E9' }",
        "SELECT * { " + "OPTIONAL { ?a ?b ?c } " * 100 + "}",
    ],
)
def test_an_honest_query_passes(query: str) -> None:
    sparql.guard(query, max_bytes=100_000)
    if sparql.mentions_service(query):
        sparql.refuse_service(query)


@pytest.mark.parametrize(
    "query",
    [
        SERVICE,
        "ASK { FILTER EXISTS { SERVICE <http://x/> {} } }",
        "SELECT * { ?a ?b ?c MINUS { SERVICE SILENT ?a { ?d ?e ?f } } }",
        # To the eye of a tokenizer an IRI, and behind it a comment; to a parser a comparison.
        "PREFIX ex: <http://x/> SELECT * { ?x ?y ?z FILTER(?x<?y).SERVICE?z#>\n{ ?a ?b ?c } }",
        "SELECT * { ?x ?y ?z FILTER(?x<'>#').SERVICE <http://x/> { ?a ?b ?c } }",
    ],
)
def test_the_parse_tree_tells_of_a_service_that_tokens_may_miss(query: str) -> None:
    with pytest.raises(RefusedError):
        sparql.refuse_service(query)


def test_a_query_that_mentions_a_service_and_cannot_be_read_is_refused() -> None:
    with pytest.raises(RefusedError, match="cannot be told"):
        sparql.refuse_service("SELECT * { ?s ?p ?o service")


QUERY = """SELECT ?x ?n WHERE {
  VALUES ?x { UNDEF }
  ?x <http://x/name> ?n
  { SELECT ?x (COUNT(?n) AS ?count) { VALUES ?x { UNDEF } ?x <http://x/name> ?n } GROUP BY ?x }
  VALUES ?n { UNDEF }
}"""


@pytest.fixture
def two() -> Store:
    store = Store.in_memory()
    for name, value in (("a", "A"), ("b", '" } # \\')):
        store.add([Quad(Iri(f"http://x/{name}"), Iri("http://x/name"), Literal(value))])
    return store


def test_a_parameter_binds_everywhere_also_in_a_sub_select(two: Store) -> None:
    assert sparql.parameters(QUERY) == ["x", "n"]
    rows = two.select(sparql.bind(QUERY, {"x": "<http://x/a>"}))
    assert [row["n"].value for row in rows] == ["A"]


def test_without_a_value_a_question_is_asked_for_everything(two: Store) -> None:
    assert len(two.select(sparql.bind(QUERY, {}))) == len(two.select(QUERY)) == 2


@given(st.text(min_size=1, max_size=80))
def test_any_text_is_bound_as_one_term(text: str) -> None:
    parameter = Parameter("n", "string", "a name", "A")
    try:
        term = parameter.term(text)
    except PartnergraphError:
        assert "\x00" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text)
        return
    store = Store.in_memory()
    bound = sparql.bind("SELECT ?n { { SELECT ?n { VALUES ?n { UNDEF } } } }", {"n": str(term)})
    assert [row["n"].value for row in store.select(bound)] == [text]


@pytest.mark.parametrize(
    ("type_", "hostile"),
    [
        ("iri", "http://x/> } DROP ALL #"),
        ("iri", "partnership:x> <y"),
        ("iri", "http://x/\n"),
        ("iri", "urn:x"),
        ("integer", "1 } #"),
        ("integer", "١"),
        ("date", "2024-13-01"),
        ("boolean", "true || true"),
        ("string", "x" * 501),
        ("string", ""),
    ],
)
def test_a_hostile_value_is_refused(type_: str, hostile: str) -> None:
    with pytest.raises(PartnergraphError) as caught:
        Parameter("p", type_, "about it", "an example", kind="partnership").term(hostile)
    assert "an example" in caught.value.hint


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("PREFIX a: <http://construct/> SELECT * {}", "SELECT"),
        ("# ASK\nBASE <http://x/> CONSTRUCT {} {}", "CONSTRUCT"),
        ("describe <x>", "DESCRIBE"),
        ("ask {}", "ASK"),
        ("DROP ALL", ""),
    ],
)
def test_the_form_of_a_query_is_told(query: str, form: str) -> None:
    assert sparql.form(query) == form
