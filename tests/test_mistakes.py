"""Where a query goes wrong is told to the character."""

import pytest

from partnergraph import mistakes
from partnergraph.errors import QuerySyntaxError
from partnergraph.store import Store


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("SELECT * {} ; SELECT * {}", 1, 13, "“;” does not fit here: expected the end"),
        ("ASK {} ASK {}", 1, 8, "“ASK” does not fit here: expected the end"),
        ("SELECT * { ?s ?p }", 1, 18, "“}” does not fit here: expected one of"),
        ("SELECT * {\n ?s ?p ?o .\n ?s ? ?o }", 3, 5, "“?” does not fit here"),
        ("SELECT * { ?s ?p ?o", 1, 20, 'the text ends too early: expected one of ",", "."'),
        ("SELECT * { ?s foo:bar 1 }", 1, 15, "“foo:bar”: Prefix not found"),
        ("SELEC * {}", 1, 1, "“SELEC” does not fit here"),
        ("SELECT * { FILTER(?o > ) }", 1, 24, "“)” does not fit here"),
        ("", 1, 1, "the text ends too early"),
    ],
)
def test_the_place_is_the_first_token_that_does_not_fit(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(QuerySyntaxError) as raised:
        Store.in_memory().ask(text)
    found = mistakes.located(raised.value, text, update=False)
    assert (found.where.line, found.where.column) == (line, column)
    assert words in found.detail


def test_an_update_is_looked_at_as_one() -> None:
    text = "INSERT DATA { <http://x/a> <http://x/b> 1 } ;\nCLEAR XYZ"
    with pytest.raises(QuerySyntaxError) as raised:
        Store.in_memory().user_update(text)
    found = mistakes.located(raised.value, text, update=True)
    assert (found.where.line, found.where.column) == (2, 7)
