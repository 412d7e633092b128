"""Records of strangers: what is read, and what is refused with a reason and a place."""

import json
import time

import pytest

from partnergraph import records
from partnergraph.errors import (
    PartnergraphError,
    RefusedError,
    TooLargeError,
    UnreadableInputError,
    UnsupportedFormError,
)
from partnergraph.store import Store, parse, serialize

PREFIXES = """@prefix pg: <https://w3id.org/partnergraph/ns#> .
@prefix organization: <https://w3id.org/partnergraph/id/organization/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix ex: <https://example.org/> .
"""
GOOD = PREFIXES + "ex:p a pg:Partnership ;\n  pg:hasPartner organization:woah .\n"


def read(text: str | bytes, store: Store, format_: str = "turtle") -> records.Record:
    content = text.encode() if isinstance(text, str) else text
    return records.read(content, format_, "r.ttl", store)


@pytest.mark.parametrize("format_", ["turtle", "ntriples", "nquads", "trig", "jsonld", "rdfxml"])
def test_a_record_is_read_from_every_rdf_format(store: Store, format_: str) -> None:
    content = serialize(parse(GOOD.encode(), "turtle"), format_)
    assert set(read(content, store, format_).quads) == set(read(GOOD, store).quads)


def test_a_relative_name_gets_an_iri_that_is_nobodys(store: Store) -> None:
    record = read(PREFIXES + "<> a pg:Partnership .", store)
    assert str(record.quads[0].subject) == "<urn:partnergraph:file:r.ttl>"


@pytest.mark.parametrize(
    ("text", "kind", "words", "line", "hint"),
    [
        ("", UnreadableInputError, "empty", None, "Nothing was checked"),
        ("# only a comment\n", UnreadableInputError, "no statement", None, ""),
        (PREFIXES + "ex:p a pg:Partnership", UnreadableInputError, "", 6, ""),
        (GOOD + "ex:p pg:hasPartnr ex:q .", UnreadableInputError, "no term pg:hasPartnr", 8,
         "pg:hasPartner"),
        (GOOD.replace("organization:woah", "organization:whoa"), UnreadableInputError,
         "no thing organization:whoa", 7, "organization:woah"),
        (PREFIXES + 'ex:p pg:portalReference "1" .', UnreadableInputError, "nothing was checked",
         None, "pg:CITESStrategicPartnership"),
        (GOOD + "ex:p a pg:Organization . ex:p owl:sameAs ex:q .", RefusedError, "owl:sameAs",
         None, "cannot change what terms mean"),
        (GOOD + "ex:C rdfs:subClassOf pg:Partnership .", RefusedError, "rdfs:subClassOf", None, ""),
        (GOOD + "ex:p pg:contributesAsVerified ex:q .", RefusedError, "only follows", None,
         "pg:contributesTo"),
        (GOOD + "ex:C a owl:Class .", RefusedError, "owl:Class", None, ""),
        (GOOD + "ex:p ex:q <<( ex:p a ex:C )>> .", RefusedError, "about a statement", None, ""),
        (GOOD + "organization:woah a pg:GoverningBody .", RefusedError, "organization:woah", None,
         "Leave the statement out"),
        (GOOD + "ex:p pg:hasRisk " + "[ pg:hasMonitoring " * 150 + "[]" + " ]" * 150 + " .",
         TooLargeError, "brackets", 8, ""),
    ],
)  # fmt: skip
def test_a_bad_record_is_told_what_is_wrong_and_where(
    store: Store,
    text: str,
    kind: type[PartnergraphError],
    words: str,
    line: int | None,
    hint: str,
) -> None:
    with pytest.raises(kind) as caught:
        read(text, store)
    assert words in caught.value.detail
    assert caught.value.where.file == "r.ttl"
    assert caught.value.where.line == line
    assert hint in caught.value.hint


def test_what_the_graph_says_already_may_be_repeated(store: Store) -> None:
    read(GOOD + "organization:woah a pg:Organization .", store)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_xml_are_refused_before_they_expand(store: Store, encoding: str) -> None:
    lines = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 100}">' for n in range(12)]
    bomb = f"""<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE r [{"".join(lines)}]>
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&a11;</rdf:RDF>"""
    begun = time.monotonic()
    with pytest.raises(RefusedError):
        read(bomb.encode(encoding), store, "rdfxml")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("context", ["http://127.0.0.1:9/c", "file:///etc/passwd"])
def test_no_json_ld_context_is_fetched(store: Store, context: str) -> None:
    with pytest.raises(UnreadableInputError, match="none is fetched") as caught:
        read(json.dumps({"@context": context, "@id": "x"}), store, "jsonld")
    assert "into the document" in caught.value.hint


def test_deep_json_is_refused(store: Store) -> None:
    with pytest.raises(TooLargeError):
        read('{"@id":' + "[" * 5000 + "]" * 5000 + "}", store, "jsonld")


def test_an_unknown_ending_is_told_the_known_ones() -> None:
    with pytest.raises(UnsupportedFormError) as caught:
        records.format_of("record.docx")
    assert ".ttl" in caught.value.hint
