"""Literals that a store rewrites: which they are, their stand-ins, and reading data with them."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph import names
from partnergraph.shacl.literals import (
    EXACT,
    ILL,
    PLAIN,
    Reader,
    exact,
    kept,
    original,
    scan,
    well_formed,
)
from partnergraph.store import BlankNode, Iri, Literal, Quad, Store, Term, parse, serialize, stored

FORMS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "string": (["", " a ", "a\tb"], [], []),
    "anyURI": (["", "a b", "%zz"], [], []),
    "boolean": (["true", "false"], ["1", "0"], ["TRUE", "", " true", "yes"]),
    "integer": (
        ["0", "-7", "9223372036854775807", "9" * 30, "9" * 5000],
        ["-0", "+1", "007"],
        ["1.0", "", "-", " 1", "1 ", "٣", "1e3", "1_0"],
    ),
    "decimal": (
        ["1", "-5.25", "0.5", "0.000000000000000001", "1" * 40],
        ["1.0", "5535.10", ".5", "5.", "-0", "-0.0", "+1"],
        ["1e3", "", ".", "1,5", "INF"],
    ),
    "double": (
        ["1", "1.5", "-0", "INF", "-INF", "NaN", "1000", "0.0001"],
        ["1.0", "1E0", "1e400", "+INF", "0.10"],
        ["nan", "inf", "Infinity", "1e", "1_0", ""],
    ),
    "float": (["1.5", "16777216", "NaN"], ["1e0", "16777217", "0.123456789"], ["1f", "-NaN"]),
    "byte": ([], ["1", "-128", "127", "+05"], ["128", "-129", "300", "1.0", ""]),
    "short": ([], ["32767"], ["32768"]),
    "int": ([], ["-2147483648"], ["2147483648"]),
    "long": ([], ["9223372036854775807"], ["9223372036854775808", "9" * 5000]),
    "unsignedByte": ([], ["255", "-0"], ["256", "-1"]),
    "unsignedShort": ([], ["65535"], ["65536"]),
    "unsignedInt": ([], ["4294967295"], ["4294967296"]),
    "unsignedLong": (["18446744073709551615"], ["1"], ["18446744073709551616"]),
    "nonNegativeInteger": (["9" * 30], ["2", "-0"], ["-2", "abc"]),
    "positiveInteger": (["9" * 30], ["1"], ["0"]),
    "nonPositiveInteger": ([], ["-1", "+0"], ["1"]),
    "negativeInteger": ([], ["-1"], ["0", "-0"]),
    "date": (
        [
            "2026-01-31",
            "2024-02-29",
            "2000-02-29",
            "2026-01-01Z",
            "2026-01-01+14:00",
            "12026-01-01",
        ],
        ["2026-01-01+00:00", "2026-01-01-00:00"],
        [
            "2026-02-29",
            "1900-02-29",
            "2026-02-30",
            "2026-04-31",
            "2026-1-1",
            "2026-13-01",
            "02026-01-01",
            "2026-01-01+14:01",
            "26-01-01",
            "2026-01-00",
            "10000000000001-02-29",
        ],
    ),
    "dateTime": (
        ["2026-01-01T00:00:00", "2026-01-01T23:59:59.5Z", "2026-01-01T00:00:00-05:30"],
        ["2026-01-01T24:00:00", "2026-01-01T00:00:00.10", "2026-01-01T00:00:00+00:00"],
        [
            "2026-01-01",
            "2026-01-01T00:00",
            "2026-01-01T24:00:01",
            "2026-01-01T00:00:60",
            "2026-01-01 00:00:00",
            "2026-02-30T00:00:00",
        ],
    ),
    "dateTimeStamp": ([], ["2026-01-01T00:00:00Z"], ["2026-01-01T00:00:00"]),
    "time": (
        ["12:30:00", "12:30:00.5Z"],
        ["24:00:00", "12:30:00.50"],
        ["12:30", "25:00:00", "23:59:60"],
    ),
    "gYear": (["2026", "-0044", "12026", "2026Z"], [], ["26", "2026-11-03", "02026", ""]),
    "gYearMonth": (["2026-12", "2026-12Z"], [], ["2026-13", "2026-1", "2026-00"]),
    "gMonth": (["--12"], [], ["--13", "--12--"]),
    "gDay": (["---31"], [], ["---32"]),
    "gMonthDay": (["--02-29"], [], ["--02-30", "--04-31"]),
    "duration": (
        ["P1Y", "P1M", "PT0S", "-P1Y2M3DT4H5M6.5S", "P400D"],
        ["P12M", "P0D", "PT24H", "PT60S", "PT1.50S"],
        ["P", "PT", "P1YT", "P1S", "P-1Y", "1Y", "PT.5S"],
    ),
    "dayTimeDuration": (["P1D", "P1DT2H"], ["PT24H"], ["P1Y", "P1M", "P"]),
    "yearMonthDuration": (["P1Y"], ["P12M"], ["P1D", "P", "PT0S"]),
    "hexBinary": (["", "0f", "0F"], [], ["0", "zz"]),
    "base64Binary": (["", "aGk=", "aG k=", "aGkh"], [], ["aGk", "!!!!", "aGl=", "aG  k="]),
    "normalizedString": ([" a "], [], ["a\tb", "a\n"]),
    "token": (["", "a b"], [], [" a", "a  b"]),
    "language": (["en", "x-12345678-a1"], [], ["en_US", "123", ""]),
    "Name": (["a:b", "é"], [], ["1a", ""]),
    "NCName": (["a.b"], [], ["a:b"]),
    "NMTOKEN": (["1a:b"], [], ["a b", ""]),
    "QName": (["a:b", "any text"], [], []),
}
"""For each datatype texts that come back, that come back as others, and that are ill-formed."""

FOREIGN = "https://example.org/datatype"
SUBJECT, PREDICATE = Iri("https://example.org/s"), Iri("https://example.org/p")


def literal(datatype: str, lexical: str) -> Literal:
    return Literal(lexical, datatype=Iri(names.XSD + datatype))


def cases(column: int) -> list[Literal]:
    return [literal(datatype, text) for datatype, row in FORMS.items() for text in row[column]]


def short(case: Literal) -> str:
    return f"{case.datatype.value.removeprefix(names.XSD)}-{case.value[:40]!r}"


@pytest.mark.parametrize("case", cases(0), ids=short)
def test_a_literal_that_comes_back_is_kept(case: Literal) -> None:
    assert well_formed(case)
    assert stored(case) == case
    assert kept(case)


@pytest.mark.parametrize("case", cases(1), ids=short)
def test_a_literal_that_is_rewritten_is_not_kept_though_it_is_well_formed(case: Literal) -> None:
    assert well_formed(case)
    assert stored(case) != case
    assert not kept(case)
    assert exact(case).datatype.value == EXACT + case.datatype.value


@pytest.mark.parametrize("case", cases(2), ids=short)
def test_an_ill_formed_literal_is_not_kept_even_if_it_comes_back(case: Literal) -> None:
    assert not well_formed(case)
    assert not kept(case)
    assert exact(case).datatype.value == ILL + case.datatype.value


@pytest.mark.parametrize(
    "case",
    [
        Literal("any\ntext"),
        Literal("any\ntext", datatype=Iri(FOREIGN)),
        Literal("<a>", datatype=Iri(names.RDF + "XMLLiteral")),
        Literal("Farbe", language="de-CH-1996"),
        literal("ofTheirOwn", "any"),
    ],
    ids=str,
)
def test_what_is_no_value_of_xsd_is_kept_whatever_its_text(case: Literal) -> None:
    assert well_formed(case)
    assert stored(case) == case
    assert kept(case)


DATATYPES = [*(names.XSD + local for local in FORMS), FOREIGN]
WRITTEN = sorted({text for row in FORMS.values() for column in row for text in column})
TEXTS = st.one_of(
    st.text(),
    st.text("0123456789-+:.TZPYMDHSeEINFaN=/ "),
    st.sampled_from(WRITTEN),
    st.from_regex(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?", fullmatch=True),
    st.from_regex(
        r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{0,15}[1-9])?([eE]-?[0-9]{1,3})?", fullmatch=True
    ),
    st.from_regex(
        r"-?[0-9]{4,5}(-[0-3][0-9]){0,2}(T[0-2][0-9](:[0-6][0-9]){2}(\.[0-9]{1,9})?)?"
        r"(Z|[+-][01][0-9]:[0-5][0-9])?",
        fullmatch=True,
    ),
    st.from_regex(
        r"-?P([0-9]{1,2}Y)?([0-9]{1,2}M)?([0-9]{1,2}D)?(T([0-9]{1,2}[HMS]){0,3})?", fullmatch=True
    ),
    # What a file may hold that looks like the end of a literal.
    st.sampled_from(['" 12', 'a"12', "\\", '\\"12', f'1"^^<{names.XSD}integer>', "a^^b", '"true']),
)
LITERALS = st.builds(lambda d, t: Literal(t, datatype=Iri(d)), st.sampled_from(DATATYPES), TEXTS)
TOLD = st.builds(lambda t, tag: Literal(t, language=tag), TEXTS, st.sampled_from(["en", "fr-CA"]))


@given(LITERALS | TOLD)
def test_what_is_kept_comes_back_and_is_well_formed(case: Literal) -> None:
    assert kept(case) == (well_formed(case) and stored(case) == case)


@given(LITERALS | TOLD)
def test_a_stand_in_is_stored_as_it_is_and_tells_its_original(case: Literal) -> None:
    assert stored(exact(case)) == exact(case)
    assert original(exact(case)) == case


@given(LITERALS)
def test_a_literal_that_looks_like_a_stand_in_gets_one_of_its_own(case: Literal) -> None:
    disguised = exact(case)
    assert not kept(disguised)
    assert original(exact(disguised)) == disguised


def test_a_literal_that_is_no_stand_in_is_its_own_original() -> None:
    for case in (literal("byte", "1"), Literal("a", language="en"), Literal("a")):
        assert original(case) == case


def read(quads: Iterable[Quad]) -> tuple[Store, Reader]:
    store, reader = Store.in_memory(), Reader()
    store.add(reader.read(iter(quads)))
    return store, reader


NODES: st.SearchStrategy[Iri | BlankNode] = st.sampled_from(
    [Iri("https://example.org/a"), Iri("https://example.org/b"), BlankNode("c")]
)
OBJECTS: st.SearchStrategy[Term] = st.one_of(NODES, LITERALS, TOLD)
QUADS = st.lists(
    st.builds(Quad, NODES, st.builds(Iri, st.sampled_from(["urn:p", "urn:q#r", "urn:s"])), OBJECTS),
    max_size=12,
)


@given(QUADS)
def test_a_store_has_what_was_written_to_the_letter(quads: list[Quad]) -> None:
    store, reader = read(quads)
    assert reader.stood_in == any(
        isinstance(quad.object, Literal) and not kept(quad.object) for quad in quads
    )
    assert {
        Quad(
            q.subject,
            q.predicate,
            original(q.object) if isinstance(q.object, Literal) else q.object,
        )
        for q in store.quads()
    } == set(quads)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scanned") / "data.nt"


@given(quads=QUADS)
def test_no_file_is_let_pass_that_has_a_literal_to_hold_back(file: Path, quads: list[Quad]) -> None:
    file.write_bytes(serialize(quads, "ntriples"))
    assert not (scan(file) and read(quads)[1].stood_in)


S = "<urn:s> <urn:p> "
X = names.XSD


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# a comment",
        f"{S}<urn:o> .",
        f'{S}"text with \\"marks\\" and 5.10" .',
        f'{S}"a"@en .',
        f'<urn:s><urn:p>"12"^^<{X}integer>.',
        f'{S}"-0.25"^^<{X}decimal> .',
        f'{S}"2026-01-31"^^<{X}date> .',
        f'{S}"2026-01-31T10:00:00Z"^^<{X}dateTime> .',
        f'{S}"true"^^<{X}boolean> .',
        f'{S}"1.5"^^<{X}double> .',
        f'{S}"2026"^^<{X}gYear> .',
        f'{S}"https://example.org/"^^<{X}anyURI> .',
    ],
)
def test_a_file_with_common_literals_only_may_pass(file: Path, line: str) -> None:
    parse(line.encode(), "ntriples")
    file.write_text(f"{S}<urn:o> .\n{line}\n", encoding="utf-8")
    assert scan(file)


@pytest.mark.parametrize(
    "line",
    [
        f'{S}"5.10"^^<{X}decimal> .',
        f'{S}"-0"^^<{X}decimal> .',
        f'{S}"01"^^<{X}integer> .',
        f'{S}"01" ^^ <{X}integer> .',
        f'{S}"1"^^<{X}byte> .',
        f'{S}"x\\"12"^^<{X}integer> .',
        f'{S}"\\"12"^^<{X}integer> .',
        f'{S}"\\u00312"^^<{X}integer> .',
        f'{S}"+1"^^<http://www.w3.org/2001/XMLSchema\\u0023integer> .',
        f'{S}"2026-02-30"^^<{X}date> . # "1"^^<{X}integer>',
        f'{S}"1"^^<{EXACT}{X}byte> .',
        f'{S}<<( {S}"01"^^<{X}integer> )>> .',
    ],
)
def test_a_file_with_another_literal_does_not_pass(file: Path, line: str) -> None:
    parse(line.encode(), "ntriples")
    file.write_text(f'{S}"12"^^<{X}integer> .\n{line}\n', encoding="utf-8")
    assert not scan(file)


def test_a_long_file_is_scanned_to_its_end(file: Path) -> None:
    many = f'{S}"12"^^<{X}integer> .\n' * 100_000
    file.write_text(many, encoding="utf-8")
    assert scan(file)
    file.write_text(many + f'{S}"012"^^<{X}integer> .\n', encoding="utf-8")
    assert not scan(file)


def test_literals_of_plain_datatypes_are_kept_by_a_store_whatever_their_text() -> None:
    for datatype in PLAIN & {names.XSD + local for local in FORMS}:
        for text in WRITTEN:
            case = Literal(text, datatype=Iri(datatype))
            assert stored(case) == case
