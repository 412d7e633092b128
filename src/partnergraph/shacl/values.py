"""Constraints on each value alone, as SPARQL expressions that are true where one is broken.

An expression never ends in an error: what cannot be compared or measured breaks the constraint.

Source: SHACL, sections 4.1, 4.3, 4.4 and 4.8.
"""

from collections.abc import Callable, Iterable
from typing import Any

from rdflib import Literal, URIRef
from rdflib.term import Node

from partnergraph import names
from partnergraph.shacl.dialect import Dialect

_KINDS = {
    "IRI": "isIRI({v})",
    "BlankNode": "isBlank({v})",
    "Literal": "isLiteral({v})",
    "BlankNodeOrIRI": "!isLiteral({v})",
    "BlankNodeOrLiteral": "!isIRI({v})",
    "IRIOrLiteral": "!isBlank({v})",
}


def broken(component: str, value: Any, v: str, dialect: Dialect) -> str | None:
    """Return the expression that says that a value breaks a constraint.

    Args:
        component: the IRI of the constraint component.
        value: the constraint's parameter.
        v: the variable of the value, such as ``?value``.
        dialect: how terms are written for the store.

    Returns:
        None where it takes more than the value to tell.
    """
    local = component.removeprefix(names.SH).removesuffix("ConstraintComponent")
    write = _TESTS.get(local)
    return write(value, v, dialect) if write else None


def not_one_of(terms: Iterable[Node], v: str, dialect: Dialect) -> str:
    """Return the expression that says that a value is none of some terms."""
    terms = list(terms)
    if not terms:
        return "true"
    written = [dialect.term(term) for term in terms]
    if all(isinstance(term, URIRef) for term in terms):
        return f"{v} NOT IN ({', '.join(written)})"
    # IN compares values, where SHACL asks for the same term.
    return f"!({' || '.join(f'sameTerm({v}, {term})' for term in written)})"


def _class(class_: Node, v: str, dialect: Dialect) -> str:
    return f"NOT EXISTS {{ {dialect.instance(v, str(class_))} }}"


def _datatype(datatype: Node, v: str, dialect: Dialect) -> str:
    found = ", ".join(f"<{iri}>" for iri in dialect.datatypes(str(datatype)))
    return f"!(isLiteral({v}) && DATATYPE({v}) IN ({found}))"


def _node_kind(kind: Node, v: str, _: Dialect) -> str:
    return f"!({_KINDS[str(kind).removeprefix(names.SH)].format(v=v)})"


def _length(sign: str) -> Callable[[int, str, Dialect], str]:
    return lambda length, v, _: f"(isBlank({v}) || STRLEN(STR({v})) {sign} {length})"


def _range(sign: str) -> Callable[[Literal, str, Dialect], str]:
    def write(limit: Literal, v: str, dialect: Dialect) -> str:
        # A text in a language compares with nothing.
        return "true" if limit.language else f"!{dialect.compared(v, sign, limit.n3())}"

    return write


def _pattern(told: tuple[str, str], v: str, _: Dialect) -> str:
    pattern, flags = (Literal(part).n3() for part in told)
    return f"(isBlank({v}) || !REGEX(STR({v}), {pattern}, {flags}))"


def _languages(ranges: tuple[Node, ...], v: str, _: Dialect) -> str:
    matches = " || ".join(f"LANGMATCHES(LANG({v}), {Literal(str(r)).n3()})" for r in ranges)
    return f"!(isLiteral({v}) && ({matches or 'false'}))"


_TESTS: dict[str, Callable[[Any, str, Dialect], str]] = {
    "Class": _class,
    "Datatype": _datatype,
    "NodeKind": _node_kind,
    "MinLength": _length("<"),
    "MaxLength": _length(">"),
    "MinExclusive": _range(">"),
    "MinInclusive": _range(">="),
    "MaxExclusive": _range("<"),
    "MaxInclusive": _range("<="),
    "Pattern": _pattern,
    "LanguageIn": _languages,
    "In": lambda terms, v, dialect: not_one_of(terms, v, dialect),
}
