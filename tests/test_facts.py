"""Fact tables: what is read, and every way in which a row can be wrong."""

import pytest

from partnergraph import facts, names
from partnergraph.errors import UnreadableInputError
from partnergraph.store import Literal

HEADER = "subject,predicate,object,type,source,status,note\n"
GOOD = "organization:woah,skos:altLabel,OIE,en,paragraph:C27,stated,former name\n"


def read(rows: str, header: str = HEADER) -> list[str]:
    return [str(q.triple) for q in facts.read((header + rows).encode(), "t.csv", names.GRAPH + "t")]


def test_a_row_is_one_triple_and_one_statement_that_says_where_it_comes_from() -> None:
    lines = read(GOOD)
    assert len(lines) == 7
    assert lines[0].endswith(f'<{names.SKOS}altLabel> "OIE"@en')
    assert any(f"<{names.DCTERMS}source> <{names.ID}paragraph/C27>" in line for line in lines)
    assert any(f"<{names.ID}statement-status/stated>" in line for line in lines)


def test_a_row_with_two_sources_names_both_on_one_statement() -> None:
    lines = read(GOOD.replace("paragraph:C27", "paragraph:C9 paragraph:C27"))
    assert sum("dc/terms/source" in line for line in lines) == 2


def test_the_same_statement_from_two_rows_keeps_two_statuses() -> None:
    lines = read(GOOD + GOOD.replace("stated", "inferred").replace("C27", "C9"))
    assert sum("statementStatus" in line for line in lines) == 2


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        ("", 1, "no rows"),
        (GOOD + "organization:woah,skos:altLabel,OIE\n", 3, "3 cells"),
        (GOOD.replace("organization:", "organisation:"), 2, "organisation"),
        (GOOD.replace(",en,", ",english,"), 2, "not a type"),
        (GOOD.replace("paragraph:C27", ""), 2, "source is missing"),
        (GOOD.replace("stated,former name", "inferred,"), 2, "does not say why"),
        (GOOD.replace("stated", "sta ted"), 2, "statement-status"),
        (GOOD + GOOD, 3, "line 2 already"),
        (GOOD.replace("OIE,en", "2024-02-30,date"), 2, "calendar"),
        (GOOD.replace("OIE,en", "March 2013,gYearMonth"), 2, "not a gYearMonth"),
        (GOOD.replace("OIE,en", "yes,boolean"), 2, "not a boolean"),
        (GOOD.replace("OIE,en", "ftp://x,url"), 2, "http(s)"),
        (GOOD.replace("OIE,en", " OIE,en"), 2, "spaces"),
        ('organization:woah,skos:altLabel,"OIE"x,en,paragraph:C27,stated,\n', 2, "broken CSV"),
    ],
)
def test_a_wrong_row_is_an_error_with_file_and_line(rows: str, line: int, words: str) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read(rows)
    assert (caught.value.where.file, caught.value.where.line) == ("t.csv", line)
    assert words in caught.value.detail


def test_a_wrong_header_and_a_wrong_encoding_are_errors() -> None:
    with pytest.raises(UnreadableInputError, match="header"):
        read(GOOD, header="subject;predicate\n")
    with pytest.raises(UnreadableInputError, match="UTF-8") as caught:
        list(facts.read(HEADER.encode() + b"caf\xe9", "t.csv", names.GRAPH + "t"))
    assert caught.value.where.line == 2


@pytest.mark.parametrize(
    ("text", "type_"),
    [("2024-03-01", "date"), ("2013-03", "gYearMonth"), ("2010", "gYear"), ("13", "integer"),
     ("0.5", "decimal"), ("true", "boolean"), ("13 members", "string")],
)  # fmt: skip
def test_a_value_comes_back_as_written(text: str, type_: str) -> None:
    row = GOOD.replace("OIE,en", f"{text},{type_}")
    quads = list(facts.read((HEADER + row).encode(), "t.csv", names.GRAPH + "t"))
    value = quads[0].object
    assert isinstance(value, Literal)
    assert (value.value, value.datatype.value) == (text, names.XSD + type_)
