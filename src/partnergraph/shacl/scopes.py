"""Which variables the groups of a query mention, and which have a value in each solution.

Source: SPARQL 1.1 Query Language, sections 18.2.1 and 18.5.
"""

from collections.abc import Iterable, Iterator, Sequence

from partnergraph.shacl.syntax import (
    Bind,
    Exists,
    Expression,
    Filter,
    Group,
    Named,
    Optional,
    Part,
    Select,
    Triples,
    Union,
    verbs,
)
from partnergraph.sparql import Token


def mentioned(group: Group) -> set[str]:
    """Return the variables that stand anywhere in a group."""
    return set(_variables(_tokens(group)))


def own(group: Group) -> set[str]:
    """Return the variables of a group's own expressions, with the groups in their EXISTS."""
    found: set[str] = set()
    for part in group.parts:
        if isinstance(part, Filter | Bind):
            found |= set(_variables(_of_expression(part.expression)))
    return found


def in_triples(group: Group) -> set[str]:
    """Return the variables of a group's own triples."""
    return {
        name
        for part in group.parts
        if isinstance(part, Triples)
        for name in _variables(part.tokens)
    }


def bound(parts: Iterable[Part], path_is_nullable: bool) -> set[str]:
    """Return the variables that have a value in each solution of the parts of a group.

    A path that may be of no length leads from every term to itself, so it gives a variable no
    value that would be safe to join on.

    Args:
        parts: the parts.
        path_is_nullable: whether ``$PATH`` may be of no length.
    """
    found: set[str] = set()
    for part in parts:
        match part:
            case Triples(tokens):
                if not any(_nullable(v.tokens, path_is_nullable) for v in verbs(tokens)):
                    found |= set(_variables(tokens))
            case Union(groups):
                found |= set.intersection(*(bound(g.parts, path_is_nullable) for g in groups))
            case Named(name, group):
                found |= bound(group.parts, path_is_nullable) | set(_variables([name]))
            case Select(columns, where=where):
                inside = bound(where.parts, path_is_nullable)
                names = inside if columns is None else {n for n, made in columns if not made}
                found |= inside & names
            case _:
                pass
    return found


def unsettled(parts: Iterable[Part]) -> bool:
    """Say whether two solutions may differ in no more than that a variable has a value in one."""
    return any(
        (
            isinstance(part, Union)
            and len(part.groups) > 1
            and len({frozenset(mentioned(g)) for g in part.groups}) > 1
        )
        or (isinstance(part, Union) and any(unsettled(g.parts) for g in part.groups))
        or (isinstance(part, Optional | Named) and unsettled(part.group.parts))
        or isinstance(part, Select)
        for part in parts
    )


def closed(group: Group, names: set[str], path_is_nullable: bool) -> bool:
    """Say whether the groups within a group look at no variable that only the outside gives."""
    for part in group.parts:
        match part:
            case Union(groups):
                inner, beside = groups, set[str]()
            case Optional(inside):
                inner, beside = (inside,), bound(group.parts, path_is_nullable)
            case Named(_, inside):
                inner, beside = (inside,), set()
            case _:
                continue
        for below in inner:
            given = bound(below.parts, path_is_nullable) | beside
            if (own(below) & names) - given or not closed(below, names, path_is_nullable):
                return False
    return True


def _tokens(group: Group) -> Iterator[Token]:
    for part in group.parts:
        match part:
            case Triples(tokens):
                yield from tokens
            case Filter(expression):
                yield from _of_expression(expression)
            case Bind(expression, variable):
                yield from _of_expression(expression)
                yield Token("variable", f"?{variable}", 0)
            case Optional(inside):
                yield from _tokens(inside)
            case Union(groups):
                for inside in groups:
                    yield from _tokens(inside)
            case Named(name, inside):
                yield name
                yield from _tokens(inside)
            case Select(columns, where=where):
                if columns is None:
                    yield from _tokens(where)
                else:
                    yield from (Token("variable", f"?{name}", 0) for name, _ in columns)


def _of_expression(expression: Expression) -> Iterator[Token]:
    for one in expression:
        if isinstance(one, Exists):
            yield from _tokens(one.group)
        else:
            yield one


def _variables(tokens: Iterable[Token]) -> Iterator[str]:
    return (t.text[1:] for t in tokens if t.kind == "variable" and t.text[1:] != "PATH")


def _nullable(path: Sequence[Token], path_is_nullable: bool) -> bool:
    for alternative in _split(path, "|"):
        if all(_step_is_nullable(step, path_is_nullable) for step in _split(alternative, "/")):
            return True
    return False


def _step_is_nullable(step: Sequence[Token], path_is_nullable: bool) -> bool:
    while step and step[0].text == "^":
        step = step[1:]
    if step[-1].text in ("*", "?"):
        return True
    if step[-1].text == "+":
        step = step[:-1]
    if step[0].text == "(":
        return _nullable(step[1:-1], path_is_nullable)
    return step[0].kind == "variable" and step[0].text[1:] == "PATH" and path_is_nullable


def _split(path: Sequence[Token], mark: str) -> Iterator[Sequence[Token]]:
    depth, start = 0, 0
    for place, token in enumerate(path):
        if token.kind != "mark":
            continue
        depth += (token.text == "(") - (token.text == ")")
        if token.text == mark and not depth:
            yield path[start:place]
            start = place + 1
    yield path[start:]
