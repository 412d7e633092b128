"""The groups of a SPARQL query, as far as a constraint needs them: a tree over the tokens.

Triples and expressions stay tokens. What SHACL forbids in a query, because ``$this`` has a value
everywhere in it, is refused here.

Source: SPARQL 1.1 Query Language, section 19.8; SHACL, section 5.2.1 and appendix A.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from partnergraph.shacl.wrong import Refused, ShapesError
from partnergraph.sparql import Token, mentions_service, tokens

_FORBIDDEN = {"MINUS", "VALUES", "SERVICE"}
_MODIFIERS = {"ORDER", "LIMIT", "OFFSET"}


@dataclass(frozen=True)
class Group:
    """What stands between two braces."""

    parts: "tuple[Part, ...]"


@dataclass(frozen=True)
class Triples:
    """Triple patterns in a row."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class Exists:
    """``EXISTS`` or ``NOT EXISTS`` within an expression."""

    group: Group
    negated: bool


Expression = tuple[Token | Exists, ...]


@dataclass(frozen=True)
class Filter:
    """A condition on the whole group."""

    expression: Expression

    @property
    def absent(self) -> Group | None:
        """The group of a filter that is nothing but ``NOT EXISTS``."""
        if len(self.expression) == 1 and isinstance(self.expression[0], Exists):
            found = self.expression[0]
            return found.group if found.negated else None
        return None


@dataclass(frozen=True)
class Bind:
    """``BIND(expression AS ?variable)``."""

    expression: Expression
    variable: str


@dataclass(frozen=True)
class Optional:
    """``OPTIONAL { … }``."""

    group: Group


@dataclass(frozen=True)
class Union:
    """Groups joined by ``UNION``; a group of its own if there is one."""

    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Named:
    """``GRAPH name { … }``."""

    name: Token
    group: Group


@dataclass(frozen=True)
class Select:
    """A query or sub-query.

    ``columns`` are the variables with their expressions, if any; None for ``*``. ``grouped`` are
    the tokens after ``GROUP BY``, ``having`` those after ``HAVING``.
    """

    columns: tuple[tuple[str, Expression], ...] | None
    distinct: bool
    where: Group
    grouped: tuple[Token, ...] = ()
    having: Expression = ()
    prefixes: dict[str, str] = field(default_factory=dict, hash=False, compare=False)


Part = Triples | Filter | Bind | Optional | Union | Named | Select


def read(text: str) -> Select:
    """Return the tree of a query, SELECT or ASK; an ASK has no columns.

    Raises:
        ShapesError: the text is no query, or has what SHACL forbids.
        Refused: it has what one query for all focus nodes cannot say.
    """
    parser = _Parser(list(_split(tokens(text))), text)
    found = parser.query()
    parser.end()
    if mentions_service(text):
        raise Refused("its query has the word SERVICE in it, and tokens cannot tell what it does")
    return found


def _split(found: Iterator[Token]) -> Iterator[Token]:
    """Take the full stop off a number that ends with one: it ends the triple."""
    for token in found:
        if token.kind == "number" and token.text.endswith("."):
            yield Token("number", token.text[:-1], token.start)
            yield Token("mark", ".", token.end - 1)
        else:
            yield token


class _Parser:
    def __init__(self, found: list[Token], text: str) -> None:
        self._tokens = found
        self._text = text
        self._at = 0

    def query(self) -> Select:
        prefixes = {}
        while self._word() in ("PREFIX", "BASE"):
            if self._next().text.upper() == "BASE":
                raise Refused("its query has a base")
            prefix, iri = self._next(), self._next()
            prefixes[prefix.text[:-1]] = iri.text[1:-1]
        if self._word() == "ASK":
            self._next()
            return Select((), False, self._where(), prefixes=prefixes)
        return self._select(prefixes)

    def end(self) -> None:
        if self._at < len(self._tokens):
            if self._word() in _FORBIDDEN:
                raise self._forbidden()
            raise self._wrong(f"“{self._tokens[self._at].text}” stands after its end")

    def _select(self, prefixes: dict[str, str]) -> Select:
        self._expect("SELECT")
        distinct = self._word() in ("DISTINCT", "REDUCED")
        if distinct:
            self._next()
        columns = self._columns()
        where = self._where()
        grouped: tuple[Token, ...] = ()
        having: Expression = ()
        if self._word() == "GROUP":
            self._next()
            self._expect("BY")
            grouped = tuple(self._until("HAVING", *_MODIFIERS))
        if self._word() == "HAVING":
            self._next()
            having = self._bracketed()
        while self._word() in _MODIFIERS:
            if self._next().text.upper() != "ORDER":
                raise Refused("its query has a limit, which holds for each focus node")
            list(self._until(*_MODIFIERS))
        return Select(columns, distinct, where, grouped, having, prefixes)

    def _columns(self) -> tuple[tuple[str, Expression], ...] | None:
        if self._peek() == "*":
            self._next()
            return None
        found: list[tuple[str, Expression]] = []
        while True:
            if self._is("variable"):
                found.append((self._next().text[1:], ()))
            elif self._peek() == "(":
                inner = self._bracketed()[1:-1]
                found.append(self._named(inner))
            else:
                break
        if not found:
            raise self._wrong("it selects nothing")
        return tuple(found)

    def _named(self, inner: Expression) -> tuple[str, Expression]:
        last, word = inner[-1:], inner[-2:-1]
        if (
            not (last and word)
            or not isinstance(last[0], Token)
            or last[0].kind != "variable"
            or not isinstance(word[0], Token)
            or word[0].text.upper() != "AS"
        ):
            raise self._wrong("an expression has no AS ?variable")
        return last[0].text[1:], inner[:-2]

    def _where(self) -> Group:
        if self._word() == "FROM":
            raise Refused("its query names a dataset")
        if self._word() == "WHERE":
            self._next()
        return self._group()

    def _group(self) -> Group:
        self._expect("{")
        parts: list[Part] = []
        if self._word() == "SELECT":
            parts.append(self._select({}))
            self._expect("}")
            return Group(tuple(parts))
        while self._peek() != "}":
            parts += self._part()
        self._next()
        return Group(tuple(parts))

    def _part(self) -> Iterator[Part]:
        word = self._word()
        if word in _FORBIDDEN:
            raise self._forbidden()
        if word == "FILTER":
            self._next()
            yield Filter(self._condition())
        elif word == "BIND":
            self._next()
            variable, expression = self._named(self._bracketed()[1:-1])
            yield Bind(expression, variable)
        elif word == "OPTIONAL":
            self._next()
            yield Optional(self._group())
        elif word == "GRAPH":
            self._next()
            yield Named(self._next(), self._group())
        elif self._peek() == "{":
            groups = [self._group()]
            while self._word() == "UNION":
                self._next()
                groups.append(self._group())
            yield Union(tuple(groups))
        elif self._peek() == ".":
            self._next()
        else:
            yield Triples(tuple(self._triples()))

    def _triples(self) -> Iterator[Token]:
        depth = 0
        while True:
            if depth == 0 and (
                self._peek() in ("{", "}")
                or self._word() in _FORBIDDEN | {"FILTER", "BIND", "OPTIONAL", "GRAPH"}
            ):
                return
            token = self._next()
            depth += (token.text in "[(") - (token.text in ")]") if token.kind == "mark" else 0
            yield token

    def _condition(self) -> Expression:
        """Read the expression of a filter: in brackets, a function with its brackets, EXISTS."""
        if self._word() in ("EXISTS", "NOT"):
            return (self._exists(),)
        found: list[Token | Exists] = []
        while self._peek() != "(":
            found.append(self._next())
        return (*found, *self._bracketed())

    def _bracketed(self) -> Expression:
        found: list[Token | Exists] = [self._expect("(")]
        depth = 1
        while depth:
            if self._word() == "EXISTS" or (self._word() == "NOT" and self._word(1) == "EXISTS"):
                found.append(self._exists())
                continue
            token = self._next()
            depth += (token.text == "(") - (token.text == ")") if token.kind == "mark" else 0
            found.append(token)
        return tuple(found)

    def _exists(self) -> Exists:
        negated = self._word() == "NOT"
        if negated:
            self._next()
        self._expect("EXISTS")
        return Exists(self._group(), negated)

    def _until(self, *words: str) -> Iterator[Token]:
        while self._at < len(self._tokens) and self._word() not in words and self._peek() != "}":
            yield self._next()

    def _peek(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _word(self, ahead: int = 0) -> str:
        at = self._at + ahead
        if at < len(self._tokens) and self._tokens[at].kind == "word":
            return self._tokens[at].text.upper()
        return ""

    def _is(self, kind: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].kind == kind

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise self._wrong("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, text: str) -> Token:
        token = self._next()
        if token.text.upper() != text:
            raise self._wrong(f"“{token.text}” stands where {text} is expected")
        return token

    def _wrong(self, what: str) -> ShapesError:
        return ShapesError(f"a query of the shapes cannot be read: {what}", hint=self._text.strip())

    def _forbidden(self) -> ShapesError:
        return ShapesError(
            f"a query of the shapes has {self._word()}, which SHACL does not allow beside $this",
            hint="Say the same with FILTER NOT EXISTS, FILTER with IN, or UNION",
        )


@dataclass(frozen=True)
class Verb:
    """A predicate or path in triples: its tokens and their place."""

    tokens: Sequence[Token]
    start: int


def verbs(found: Sequence[Token]) -> list[Verb]:
    """Return the verbs of triples.

    Args:
        found: the tokens of the triples.
    """
    reader = _Verbs(found)
    while reader.at < len(found):
        reader.node()
        reader.properties()
        reader.skip(".")
    return reader.verbs


class _Verbs:
    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = found
        self.at = 0
        self.verbs: list[Verb] = []

    def _mark(self) -> str:
        if self.at >= len(self._tokens):
            return "end"
        token = self._tokens[self.at]
        return token.text if token.kind == "mark" else ""

    def skip(self, mark: str) -> bool:
        """Pass over a mark if it is there."""
        found = self._mark() == mark
        self.at += found
        return found

    def node(self) -> None:
        """Pass over a subject or an object, with the verbs that may be inside."""
        if self.skip("["):
            self.properties()
            self.skip("]")
        elif self.skip("("):
            while self._mark() not in (")", "end"):
                self.node()
            self.skip(")")
        else:
            while self._mark() in ("+", "-"):
                self.at += 1
            self.at += 1
            if self.skip("^^") or self._is_language():
                self.at += 1

    def properties(self) -> None:
        """Pass over verbs and their objects."""
        while self._mark() not in (".", "]", "end"):
            if self.skip(";"):
                continue
            start = self.at
            self.at = self._end_of_path(start)
            self.verbs.append(Verb(self._tokens[start : self.at], start))
            self.node()
            while self.skip(","):
                self.node()
            if self._mark() not in (";", ".", "]", "end"):
                raise ShapesError(
                    f"a query of the shapes cannot be read at “{self._tokens[self.at].text}”"
                )

    def _is_language(self) -> bool:
        return self.at < len(self._tokens) and self._tokens[self.at].kind == "language"

    def _end_of_path(self, at: int) -> int:
        depth, done = 0, False
        while at < len(self._tokens):
            token = self._tokens[at]
            mark = token.text if token.kind == "mark" else ""
            if mark == "(" and not (done and not depth):
                depth, done = depth + 1, False
            elif mark == ")" and depth:
                depth, done = depth - 1, True
            elif mark in ("/", "|") or (mark in ("^", "!") and not done):
                done = False
            elif not (done and mark in ("*", "+", "?")):
                if done and not depth:
                    return at
                done = True
            at += 1
        return at
