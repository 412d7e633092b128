"""Labels, definitions and messages in French and Spanish, each with its own provenance.

They are fact tables in ``ontology/texts/``, one for each language, so that a translator can
work in a spreadsheet and each text says whether it is official or ours. English stands with
the term, rule or question itself.
"""

from functools import cache
from typing import NamedTuple

from partnergraph import facts, names, rooms
from partnergraph.store import Iri, Literal


class Text(NamedTuple):
    """A text and the language it is in."""

    value: str
    language: str


@cache
def _texts() -> dict[tuple[str, str, str], str]:
    found = {}
    for room in rooms.texts():
        for quad in facts.read(room.read(), room.name, room.graph):
            if isinstance(quad.subject, Iri) and isinstance(quad.object, Literal):
                language = quad.object.language or ""
                found[quad.subject.value, quad.predicate.value, language] = quad.object.value
    return found


def text(subject: str, predicate: str, language: str, english: str) -> Text:
    """Return a text in a language, or in English where there is none.

    Args:
        subject: IRI of a term, concept, rule or question.
        predicate: IRI of the property, such as ``rdfs:label``.
        language: ``en``, ``fr`` or ``es``.
        english: the English text.
    """
    if language != "en" and (found := _texts().get((subject, predicate, language))):
        return Text(found, language)
    return Text(english, "en")


def title(question: str, language: str, english: str) -> Text:
    """Return the title of a question by its id."""
    return text(names.QUERY + question, names.SKOS + "prefLabel", language, english)


def description(question: str, language: str, english: str) -> Text:
    """Return the description of a question by its id."""
    return text(names.QUERY + question, names.DCTERMS + "description", language, english)


def message(rule: str, language: str, english: str) -> Text:
    """Return the message of a rule by its id."""
    return text(names.RULE + rule, names.SH + "message", language, english)
