"""The questions: one file each, a header of ``#+`` lines in YAML, plain SPARQL below."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from partnergraph import names, rooms, sparql
from partnergraph.errors import (
    FaultError,
    UnknownNameError,
    UnreadableInputError,
    UsageError,
    Where,
)
from partnergraph.store import Iri, Literal, Quad

_KINDS = {
    "string": r"[\s\S]{1,500}",
    "integer": r"[+-]?[0-9]{1,18}",
    "date": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "boolean": "true|false",
}


@dataclass(frozen=True)
class Parameter:
    """Something a question can be asked for."""

    name: str
    type: str
    description: str
    example: str
    kind: str = ""
    """For an IRI: the kind of thing, such as ``partnership``, whose name alone is then enough;
    or several kinds with spaces between them."""

    def term(self, text: str) -> Iri | Literal:
        """Return the RDF term for a user's text.

        Raises:
            UsageError: the text cannot be a value of this parameter.
        """
        if self.type == "iri":
            return self._iri(text)
        if not re.fullmatch(_KINDS[self.type], text) or "\x00" in text:
            raise UsageError(
                f"the parameter “{self.name}” is a {self.type}, and “{_short(text)}” is none",
                hint=f"For example: {self.name}={self.example}",
            )
        if self.type == "string":
            try:
                text.encode()
            except UnicodeEncodeError:
                raise UsageError(
                    f"the parameter “{self.name}” holds half a character (a lone surrogate)"
                ) from None
            return Literal(text)
        return Literal(text, datatype=Iri(names.XSD + self.type))

    def _iri(self, text: str) -> Iri:
        short = text
        if self.kind and " " not in self.kind and ":" not in text:
            short = f"{self.kind}:{text}"
        try:
            return Iri(names.expand(short))
        except (UnreadableInputError, ValueError) as error:
            raise UsageError(
                f"the parameter “{self.name}” names a thing, and “{_short(text)}” names none",
                hint=f"For example: {self.name}={self.example}",
            ) from error


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


@dataclass(frozen=True)
class Question:
    """A question of the catalogue."""

    id: str
    title: str
    description: str
    competency: str
    paragraphs: tuple[str, ...]
    columns: Mapping[str, str]
    query: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def ask(self, values: Mapping[str, str]) -> str:
        """Return the query with the given parameter values bound as RDF terms.

        Raises:
            UnknownNameError: a parameter the question does not have.
            UsageError: a value its parameter cannot have.
        """
        for name in values:
            if name not in self.parameters:
                valid = ", ".join(self.parameters) or "it has none"
                raise UnknownNameError(
                    f"the question “{self.id}” has no parameter “{name}”",
                    hint=names.nearest(name, self.parameters, f"Parameters: {valid}"),
                )
        terms = {name: str(self.parameters[name].term(text)) for name, text in values.items()}
        return sparql.bind(self.query, terms)


@cache
def questions() -> Mapping[str, Question]:
    """Return the catalogue, by id."""
    return {room.path.stem: _read(room) for room in rooms.queries()}


def question(name: str) -> Question:
    """Return a question by its id or by its number in the list of competency questions.

    Raises:
        UnknownNameError: there is none; the nearest ids are told.
    """
    found = questions()
    if name in found:
        return found[name]
    for candidate in found.values():
        if candidate.competency.lower() == name.lower():
            return candidate
    raise UnknownNameError(
        f"there is no question “{name}”",
        hint=names.nearest(name, found, "See them all with: partnergraph queries"),
    )


def _read(room: rooms.Room) -> Question:
    lines = room.read().decode("utf-8").splitlines()
    header = "\n".join(line[3:] for line in lines if line.startswith("#+ "))
    query = "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    try:
        fields: dict[str, Any] = yaml.safe_load(header)
        parameters = {
            name: Parameter(
                name=name,
                type=about["type"],
                description=about["description"],
                example=str(about["example"]),
                kind=about.get("kind", ""),
            )
            for name, about in (fields.get("parameters") or {}).items()
        }
        found = Question(
            id=room.path.stem,
            title=fields["title"],
            description=fields["description"],
            competency=fields.get("competency", ""),
            paragraphs=tuple(fields["paragraphs"]),
            columns=fields["columns"],
            query=query,
            parameters=parameters,
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise FaultError(f"the header is not right: {error!r}", where=Where(room.name)) from error
    if sorted(sparql.parameters(query)) != sorted(parameters):
        raise FaultError(
            f"the header names the parameters {sorted(parameters)} and the query holds open "
            f"{sorted(sparql.parameters(query))}",
            where=Where(room.name),
        )
    return found


def as_quads() -> list[Quad]:
    """Return the catalogue as RDF, in the graph of questions."""
    graph = Iri(names.CATALOGUE)
    quads: list[Quad] = []
    for found in questions().values():
        node = Iri(names.QUERY + found.id)
        executable = "construct" if sparql.form(found.query) == "CONSTRUCT" else "select"
        facts: list[tuple[str, Iri | Literal]] = [
            (names.RDF + "type", Iri(names.NS + "Question")),
            (names.RDF + "type", Iri(names.SH + "SPARQLExecutable")),
            (names.SKOS + "prefLabel", Literal(found.title, language="en")),
            (names.DCTERMS + "description", Literal(found.description, language="en")),
            (names.SKOS + "notation", Literal(found.competency or found.id)),
            (names.SH + executable, Literal(found.query)),
            *(
                (names.DCTERMS + "source", Iri(f"{names.ID}paragraph/{paragraph}"))
                for paragraph in found.paragraphs
            ),
        ]
        quads += [Quad(node, Iri(predicate), value, graph) for predicate, value in facts]
    return quads
