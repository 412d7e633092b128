"""A query of a constraint, written so that it answers for all focus nodes at once.

SHACL gives ``$this`` a value and asks the query anew for each focus node. Here a pattern that binds
``?this`` to every focus node stands in each group that needs its value. ``FILTER NOT EXISTS``
becomes ``MINUS``, which engines work out once, where that means the same; where its group looks at
variables of the outside, the outside is repeated in it.

Source: SHACL, sections 5.2, 5.3 and 6.2, appendix A; SPARQL 1.1 Query Language, section 8.3.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from partnergraph import names
from partnergraph.shacl import scopes, syntax
from partnergraph.shacl.dialect import Dialect
from partnergraph.shacl.paths import Path
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
)
from partnergraph.shacl.wrong import Refused, ShapesError
from partnergraph.sparql import Token

_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_OF_TERMS = {"STR", "LANG", "BOUND", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "SAMETERM", "COUNT"}
"""Functions that take a term as it is written, and not its value."""
_SPACE_BEFORE_REPEAT = re.compile(r" (?=[*+?](?: |$))")
_TYPE, _BELOW = f"<{names.RDF}type>", f"<{names.RDFS}subClassOf>"

read = lru_cache(1024)(syntax.read)


@dataclass(frozen=True)
class Embedded:
    """The pattern, and the variables that the query selects."""

    pattern: str
    variables: tuple[str, ...]


def embed(
    text: str,
    prefixes: Mapping[str, str],
    focus: str,
    *,
    few: str = "",
    generated: tuple[str, ...],
    constants: Mapping[str, str],
    path: Path | None,
    dialect: Dialect,
) -> Embedded:
    """Return a query as a pattern.

    Args:
        text: the query, SELECT or ASK.
        prefixes: what it was given by ``sh:prefixes``.
        focus: the pattern that binds the generated variables.
        few: the pattern that says that ``?this`` is a focus node, if it has few values already.
        generated: ``this``, and ``value`` for an ASK.
        constants: variables that stand for one term, with the term.
        path: what ``$PATH`` stands for.
        dialect: how terms are written for the store.

    Raises:
        ShapesError: the query is ill-formed, or has what SHACL forbids.
        Refused: it cannot be asked for all focus nodes at once.
    """
    tree = read(text)
    writer = _Writer({**prefixes, **tree.prefixes}, focus, generated, constants, path, dialect)
    return writer.query(tree, few)


class _Writer:
    def __init__(
        self,
        prefixes: Mapping[str, str],
        focus: str,
        generated: tuple[str, ...],
        constants: Mapping[str, str],
        path: Path | None,
        dialect: Dialect,
    ) -> None:
        self._prefixes = prefixes
        self._focus = focus
        self._generated = set(generated)
        self._constants = constants
        self._path = path
        self._dialect = dialect
        self._label = dialect.fresh().removeprefix("?")

    def query(self, tree: Select, few: str) -> Embedded:
        """Return the whole query."""
        self._check(tree)
        columns = tree.columns
        if columns is None:
            variables = tuple(sorted(self._mentioned(tree.where)))
        else:
            variables = tuple(name for name, _ in columns)
        plain = columns is None or not any(made for _, made in columns)
        if plain and not tree.grouped and not tree.having:
            pattern = self._whole(tree.where, variables, few)
        else:
            pattern = self._select(tree, forced=True)
        shown = tuple(v for v in variables if v not in self._constants)
        return Embedded(pattern, shown)

    def _whole(self, where: Group, variables: tuple[str, ...], few: str) -> str:
        """Return the pattern of a query that only names its columns.

        Few nodes break a constraint, so which of them are focus nodes is asked last.
        """
        if not few or self._dialect.nearby or "this" not in self._bound(where.parts):
            return self._group(where, forced=True)
        columns = " ".join(dict.fromkeys(["?this", *(f"?{v}" for v in variables)]))
        return f"{{ SELECT {columns} WHERE {{ {self._group(where)} }} }} {few}"

    def _check(self, tree: Select) -> None:
        if not tree.grouped and any(
            isinstance(one, Token) and one.kind == "word" and one.text.upper() in _AGGREGATES
            for _, made in (*(tree.columns or ()), ("", tree.having))
            for one in made
        ):
            raise Refused("its query counts over all and groups by nothing")
        for name, made in tree.columns or ():
            if made:
                self._check_free(name)

    def _check_free(self, name: str) -> None:
        if name in self._generated or name in self._constants:
            raise ShapesError(
                f"a query of the shapes gives ?{name} a value, which it has already",
                hint="Choose another name for the variable",
            )

    def _select(self, tree: Select, *, forced: bool = False) -> str:
        """Return a query with its own columns, with ``?this`` among them."""
        self._check(tree)
        unbound = "this" not in self._bound(tree.where.parts)
        where = self._group(tree.where, forced=forced or unbound)
        if tree.columns is None:
            columns = "*"
        else:
            written = [
                f"({self._expression(made)} AS ?{name})" if made else f"?{name}"
                for name, made in tree.columns
                if name not in self._constants
            ]
            columns = " ".join(dict.fromkeys(["?this", *written]))
        text = f"SELECT {'DISTINCT ' if tree.distinct else ''}{columns} WHERE {{ {where} }}"
        if tree.grouped:
            kept = [t for t in tree.grouped if t.text[1:] not in self._constants]
            terms = all(token.kind == "variable" for token in kept)
            by = " ".join(map(self._term, kept)) if terms else self._expression(tuple(kept))
            this = "" if any(t.text[1:] == "this" for t in kept) else " ?this"
            text += f" GROUP BY {by}{this}"
        if tree.having:
            text += f" HAVING {self._expression(tree.having)}"
        return f"{{ {text} }}"

    def _group(self, group: Group, *, forced: bool = False, correlated: bool = False) -> str:
        """Return a group without its braces.

        Args:
            group: the group.
            forced: whether the focus nodes have to stand in it.
            correlated: whether the engine gives the variables their values from outside.
        """
        focused = not correlated and (forced or self._needs(group))
        texts = [self._focus] if focused else []
        absent: list[Group] = []
        core: list[Part] = []
        for part in group.parts:
            if isinstance(part, Filter) and part.absent and not correlated:
                absent.append(part.absent)
            else:
                core.append(part)
                texts.append(self._part(part, correlated))
        texts += [self._without(core, one, focused) for one in absent]
        return " ".join(texts)

    def _needs(self, group: Group) -> bool:
        """Say whether a group looks at a generated variable to which it gives no value itself."""
        looked_at = scopes.own(group) & self._generated
        in_triples = scopes.in_triples(group) & self._generated
        if self._dialect.nearby and in_triples:
            return True
        return bool((looked_at | in_triples) - self._bound(group.parts))

    def _without(self, core: list[Part], absent: Group, focused: bool) -> str:
        """Return what takes out the solutions of a core for which a group has one."""
        outside = self._bound(core) | (self._generated if focused else set())
        seen = outside | self._mentioned(Group(tuple(core)))
        shared = self._mentioned(absent) & seen
        inside = self._bound(absent.parts)
        closed = scopes.closed(absent, shared, self._nullable)
        if not shared or not closed:
            return f"FILTER NOT EXISTS {{ {self._group(absent, correlated=True)} }}"
        by_index = not self._dialect.nearby or bool(shared & self._generated)
        if shared <= outside and shared <= inside and by_index:
            return f"MINUS {{ {self._group(absent)} }}"
        made = {part.variable for part in absent.parts if isinstance(part, Bind)}
        if scopes.unsettled(core) or made & seen:
            return f"FILTER NOT EXISTS {{ {self._group(absent, correlated=True)} }}"
        repeated = Group((*core, *absent.parts))
        return f"MINUS {{ {self._group(repeated, forced=focused)} }}"

    def _part(self, part: Part, correlated: bool) -> str:
        match part:
            case Triples(tokens):
                return self._triples(tokens)
            case Filter(expression):
                return f"FILTER({self._expression(expression)})"
            case Bind(expression, variable):
                self._check_free(variable)
                return f"BIND({self._expression(expression)} AS {self._variable(variable)})"
            case Optional(group):
                return f"OPTIONAL {{ {self._group(group, correlated=correlated)} }}"
            case Union(groups):
                written = (self._group(group, correlated=correlated) for group in groups)
                return " UNION ".join(f"{{ {text} }}" for text in written)
            case Named(name, group):
                if self._needs(group):
                    raise Refused("its query needs the focus node within GRAPH")
                graph = self._term(name)
                return f"GRAPH {graph} {{ {self._group(group, correlated=True)} }}"
            case Select(columns=columns):
                inside = self._bound(part.where.parts)
                selected = inside if columns is None else {name for name, _ in columns}
                if "this" not in selected:
                    raise ShapesError(
                        "a query of the shapes has a sub-query that does not select $this",
                        hint="Add $this to the variables of the inner SELECT",
                    )
                return self._select(part)

    def _triples(self, tokens: tuple[Token, ...]) -> str:
        places = {verb.start: verb for verb in syntax.verbs(tokens)}
        texts: list[str] = []
        after: list[str] = []
        at = 0
        while at < len(tokens):
            verb = places.get(at)
            if verb is None:
                _append(texts, tokens, at, self._term(tokens[at]))
                at += 1
                continue
            at += len(verb.tokens)
            path = [self._step(token) for token in verb.tokens]
            object_ = tokens[at] if at < len(tokens) else None
            if path[-4:] == [_TYPE, "/", _BELOW, "*"] and object_ and self._names(object_):
                texts += [*path[:-4], _TYPE, self._below(object_, after)]
                at += 1
            else:
                texts.append(_SPACE_BEFORE_REPEAT.sub("", " ".join(path)))
        ends = "" if texts and texts[-1] == "." else " ."
        return f"{' '.join(texts)}{ends} {' '.join(after)}"

    def _is_free(self, token: Token) -> bool:
        name = token.text[1:]
        return token.kind == "variable" and name != "PATH" and name not in self._constants

    def _names(self, token: Token) -> bool:
        """Say whether a token is the name of a class."""
        return token.kind in ("iri", "name") and not token.text.startswith("_:")

    def _below(self, token: Token, after: list[str]) -> str:
        """Return what an instance of a class has for its type: a class of a closed list."""
        classes = self._dialect.classes(self._term(token)[1:-1])
        if len(classes) == 1:
            return f"<{classes[0]}>"
        kind = self._dialect.fresh()
        after.append(f"FILTER({kind} IN ({', '.join(f'<{iri}>' for iri in classes)}))")
        return kind

    def _step(self, token: Token) -> str:
        if token.kind == "word" and token.text == "a":
            return _TYPE
        if token.kind == "variable" and token.text[1:] == "PATH":
            if self._path is None:
                raise ShapesError("a query of the shapes has $PATH, and its shape has no path")
            text = self._path.sparql()
            return f"({text})" if self._path.operator else text
        return self._term(token)

    def _term(self, token: Token) -> str:
        if token.kind == "variable":
            name = token.text[1:]
            return self._constants.get(name) or self._variable(name)
        if token.kind != "name":
            return token.text
        prefix, _, local = token.text.partition(":")
        if prefix == "_":
            return f"_:{self._label}{local}"
        if prefix not in self._prefixes:
            raise ShapesError(
                f"a query of the shapes has the prefix {prefix}:, and sh:prefixes declares none",
                hint=names.nearest(prefix, self._prefixes),
            )
        return f"<{self._prefixes[prefix]}{local.replace(chr(92), '')}>"

    def _variable(self, name: str) -> str:
        if name.startswith("_"):
            raise Refused(f"its query has the variable ?{name}, and ours begin with _ as well")
        return f"?{name}"

    def _expression(self, expression: Expression) -> str:
        texts: list[str] = []
        functions: list[str] = []
        at = 0
        while at < len(expression):
            one = expression[at]
            if isinstance(one, Exists):
                not_ = "NOT " if one.negated else ""
                texts.append(f"{not_}EXISTS {{ {self._group(one.group, correlated=True)} }}")
            elif constant := self._told_bound(expression, at):
                texts.append(constant)
                at += 3
            else:
                before = expression[at - 1] if at else None
                if one.text == "(":
                    called = isinstance(before, Token) and before.kind == "word"
                    functions.append(before.text.upper() if called and before else "")  # type: ignore[union-attr]
                elif one.text == ")" and functions:
                    functions.pop()
                elif one.kind == "word" and one.text.upper() == "DATATYPE":
                    inner = expression[at + 2] if at + 3 < len(expression) else None
                    if isinstance(inner, Token) and self._is_free(inner):
                        texts.append(self._dialect.datatype(self._variable(inner.text[1:])))
                        at += 4
                        continue
                alone = functions and functions[-1] in _OF_TERMS and _is_argument(expression, at)
                text = self._term(one)
                if self._is_free(one) and not alone:
                    text = self._dialect.restored(text)
                _append(texts, expression, at, text)
            at += 1
        return " ".join(texts)

    def _told_bound(self, expression: Expression, at: int) -> str:
        """Return what BOUND says of a variable that stands for a term."""
        words = [one.text if isinstance(one, Token) else "" for one in expression[at : at + 4]]
        if len(words) == 4 and words[0].upper() == "BOUND" and words[2][1:] in self._constants:
            return "true"
        return ""

    def _bound(self, parts: Iterable[Part]) -> set[str]:
        return scopes.bound(parts, self._nullable) - self._constants.keys()

    def _mentioned(self, group: Group) -> set[str]:
        return scopes.mentioned(group) - self._constants.keys()

    @property
    def _nullable(self) -> bool:
        return self._path is not None and self._path.nullable


def _append(texts: list[str], among: Sequence[Token | Exists], at: int, text: str) -> None:
    """Append the text of a token, right behind the last one where the two are one term."""
    token, before = among[at], among[at - 1] if at else None
    joined = (
        isinstance(token, Token)
        and isinstance(before, Token)
        and (
            token.kind == "language"
            or "^^" in (token.text, before.text)
            or (token.kind == "number" and before.text in ("+", "-") and before.end == token.start)
            or (token.text == "(" and before.kind in ("word", "iri", "name"))
        )
    )
    if joined and texts:
        texts[-1] += text
    else:
        texts.append(text)


def _is_argument(expression: Expression, at: int) -> bool:
    """Say whether a token is a whole argument of a function."""
    after = expression[at + 1] if at + 1 < len(expression) else None
    return isinstance(after, Token) and after.text in (")", ",")
