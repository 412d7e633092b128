"""No person is named anywhere in what we publish."""

import re

import pytest

from partnergraph import rooms

PERSONS = re.compile(r"higuero|wrigley|stibbe|prescott|\b(?:mr|mrs|ms|dr)\.\s+[A-Z]", re.IGNORECASE)
FOLDERS = ("ontology", "shapes", "queries", "data", "src", "tests/questions")


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_names_a_person(folder: str) -> None:
    files = [f for f in (rooms.root() / folder).rglob("*") if f.suffix not in {"", ".pyc"}]
    texts = {f: f.read_text(encoding="utf-8") for f in files if f.is_file()}
    assert texts
    assert {f.name: found[0] for f, text in texts.items() if (found := PERSONS.search(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Remarks of Ms. Higuero",
        "https://example.org/news/cites-sg-higuero",
        "the representative for Oceania (Mr. Wrigley)",
        "Dr. Somebody presented it",
    ],
)
def test_the_name_of_a_person_would_be_seen(text: str) -> None:
    assert PERSONS.search(text)


def test_offices_are_not_persons() -> None:
    assert not PERSONS.search("The CITES Secretary-General, as Chair, and the Executive Director")
