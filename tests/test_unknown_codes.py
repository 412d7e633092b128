"""Codes of goals and targets that do not exist: refused with their line and the nearest that do."""

import re

import pytest

from partnergraph import names, records
from partnergraph.errors import UnreadableInputError
from partnergraph.store import Iri, Store

RECORD = """@prefix kmgbf: <https://w3id.org/partnergraph/id/kmgbf/> .
@prefix pg: <https://w3id.org/partnergraph/ns#> .
@prefix sdg: <https://w3id.org/partnergraph/id/sdg/> .
@prefix sv: <https://w3id.org/partnergraph/id/sv/> .
@prefix ex: <https://example.org/record/> .

ex:p a pg:CITESStrategicPartnership ;
    pg:contributesTo
        kmgbf:GBF-TARGET-05 ,
        sdg:15.7 ,
        sv:3.4 .
"""
UNKNOWN = [
    ("sv:3.4", "sv:1.9", 11),
    ("sdg:15.7", "sdg:18", 10),
    ("kmgbf:GBF-TARGET-05", "kmgbf:GBF-TARGET-24", 9),
]
_CODE = re.compile(r"\b(?:sv|sdg|kmgbf):[\w.-]*\w")


def read(text: str, store: Store) -> records.Record:
    return records.read(text.encode(), "turtle", "codes.ttl", store)


def test_codes_that_exist_are_read(store: Store) -> None:
    assert len(read(RECORD, store).quads) == 4


@pytest.mark.parametrize(("known", "unknown", "line"), UNKNOWN)
def test_a_code_that_does_not_exist_is_told_its_line_and_the_nearest(
    store: Store, known: str, unknown: str, line: int
) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read(RECORD.replace(known, unknown), store)
    error = caught.value
    assert f"no thing {unknown}" in error.detail
    assert (error.where.file, error.where.line) == ("codes.ttl", line)
    assert error.where.name == unknown
    nearest = [code for code in _CODE.findall(error.hint) if code != unknown]
    assert nearest, error.hint
    for code in nearest:
        assert code.partition(":")[0] == unknown.partition(":")[0]
        assert store.ask(f"ASK {{ {Iri(names.expand(code))} ?p ?o }}"), f"{code} does not exist"


@pytest.mark.parametrize(("known", "unknown", "line"), UNKNOWN)
def test_it_is_found_beside_codes_that_exist(
    store: Store, known: str, unknown: str, line: int
) -> None:
    with pytest.raises(UnreadableInputError) as caught:
        read(RECORD.replace(f"{known} ", f"{known} , {unknown} "), store)
    assert (caught.value.where.line, caught.value.where.name) == (line, unknown)
