"""Which rules and questions use a term of ours."""

from collections.abc import Mapping
from functools import cache

from rdflib import SH, BNode, Graph, URIRef
from rdflib.term import Node

from partnergraph import catalogue, names, norms, sparql


@cache
def rules_by_term() -> Mapping[str, tuple[str, ...]]:
    """Return for each term's short name the ids of the rules that use it."""
    norm = norms.current()
    used: dict[str, set[str]] = {}
    for rule in norm.rules:
        for term in _reached(norm.shapes, URIRef(names.RULE + rule)):
            used.setdefault(term, set()).add(rule)
    return {term: tuple(sorted(rules)) for term, rules in used.items()}


def terms_of(norm: norms.Norm, rule: str) -> frozenset[str]:
    """Return the short names of the properties that a rule looks along, ``rdf:type`` included."""
    reached = _reached(norm.shapes, URIRef(names.RULE + rule))
    return frozenset(t for t in reached if t[3:4].islower()) | {"rdf:type"}


def _reached(shapes: Graph, rule: URIRef) -> set[str]:
    """Return the terms that a rule's own nodes and queries mention."""
    found: set[str] = set()
    pending: list[Node] = [rule]
    seen: set[Node] = set()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        for predicate, value in shapes.predicate_objects(node):
            if str(value).startswith(names.NS):
                found.add(names.shorten(str(value)))
            if predicate in {SH.select, SH.update}:
                found |= set(_terms(str(value)))
            if isinstance(value, BNode) or str(value).startswith(f"{rule}#"):
                pending.append(value)
    return found - {"pg:Rule"}


def _terms(query: str) -> list[str]:
    return [t.text for t in sparql.tokens(query) if t.kind == "name" and t.text.startswith("pg:")]


@cache
def questions_by_term() -> Mapping[str, tuple[str, ...]]:
    """Return for each term's short name the ids of the questions that use it."""
    used: dict[str, set[str]] = {}
    for question in catalogue.questions().values():
        for term in _terms(question.query):
            used.setdefault(term, set()).add(question.id)
    return {term: tuple(sorted(questions)) for term, questions in used.items()}
