"""The text of a SPARQL query: its tokens, what is refused before any engine sees it, parameters.

Nothing here parses SPARQL; the engine does. Tokens are enough to decide, without being
fooled by comments, strings or IRIs, whether a query is nested too deeply for a recursive
parser, whether it calls another service, and where its parameters stand.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast
from urllib.parse import urljoin

from partnergraph.errors import QuerySyntaxError, RefusedError, TooLargeError, Where

MAX_DEPTH = 48
"""Open brackets of any kind; our own questions need 6, the embedded engine dies near 2,000."""
MAX_OPERATORS = 400
"""Operators of one kind that a parser may nest: ``||``, ``!``, UNION, path steps and so on."""

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n\r]*)
  | (?P<string>\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
      |\"(?:[^\"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<iri><[^<>\"{}|^`\\\x00-\x20]*>)
  | (?P<variable>[?$]\w+)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<name>_?(?:[^\W\d_][\w.-]*)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%])*)
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
  | (?P<mark>\^\^|\|\||&&|!=|<=|>=|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPERATORS = {"||", "&&", "!", "/", "|", "^", "+", "-", "*", "UNION", "OPTIONAL", "MINUS", "FILTER"}


class Token(NamedTuple):
    """A piece of a query: its kind (a group name of the pattern above), text and offset."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind the token."""
        return self.start + len(self.text)


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of a query, without white space and comments."""
    for match in _TOKEN.finditer(query):
        if match.lastgroup and match.lastgroup != "space":
            yield Token(match.lastgroup, match[0], match.start())


def position(query: str, offset: int) -> Where:
    """Return line and column, both from 1, of an offset in a query."""
    before = query[:offset]
    return Where(line=before.count("\n") + 1, column=offset - before.rfind("\n"))


def guard(query: str, *, max_bytes: int) -> None:
    """Refuse a query that could harm before it is parsed.

    Raises:
        TooLargeError: the text is longer than ``max_bytes``, too deep, or has too many operators.
        QuerySyntaxError: NUL, a lone surrogate, or an ASCII character written as ``\\uXXXX``,
            which engines decode at different moments and which no honest query needs.
        RefusedError: the query calls another service; no host is on the allow list.
    """
    refuse_long(query, max_bytes)
    if (nul := query.find("\x00")) >= 0:
        raise QuerySyntaxError("the query holds a NUL character", where=position(query, nul))
    for escape in _CODEPOINT.finditer(query):
        code = int(escape[1] or escape[2], 16)
        if code < 0x80 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            raise QuerySyntaxError(
                f"the escape {escape[0]} is not accepted",
                where=position(query, escape.start()),
                hint="Write the character itself",
            )
    depth = 0
    counts: dict[str, int] = {}
    for token in tokens(query):
        word = token.text.upper() if token.kind == "word" else token.text
        if token.kind == "mark" and word in "{([":
            depth += 1
        elif token.kind == "mark" and word in "})]":
            depth -= 1
        if token.kind == "word" and word == "SERVICE":
            raise RefusedError(
                "the query calls another service, and no service is allowed here",
                where=position(query, token.start),
                hint="Ask the other service by itself, or load its answer with partnergraph load",
            )
        if token.kind in {"mark", "word"} and word in _OPERATORS:
            counts[word] = counts.get(word, 0) + 1
            if counts[word] > MAX_OPERATORS:
                raise TooLargeError(
                    f"the query has more than {MAX_OPERATORS} times {word}",
                    where=position(query, token.start),
                    hint="Use VALUES for long lists",
                )
        if depth > MAX_DEPTH:
            raise TooLargeError(
                f"the query opens more than {MAX_DEPTH} brackets within one another",
                where=position(query, token.start),
            )


def refuse_long(query: str, max_bytes: int) -> None:
    """Refuse a text that is too long to be looked at.

    Raises:
        TooLargeError: it is.
        QuerySyntaxError: it is no text, but holds a lone surrogate.
    """
    try:
        size = len(query.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise QuerySyntaxError(
            "the query holds half a character (a lone surrogate)",
            where=position(query, error.start),
        ) from error
    if size > max_bytes:
        raise TooLargeError(f"the query has {size:,} bytes and may have {max_bytes:,}")


def mentions_service(query: str) -> bool:
    """Say whether the word stands anywhere in the text; if not, no service can be called."""
    return "service" in query.casefold()


def refuse_service(query: str) -> None:
    """Refuse a query whose parse tree holds a ``SERVICE`` clause.

    Tokens cannot decide this for good: ``?x<?y`` may be a comparison or begin an IRI, and
    what follows may then be a comment, a string or a clause. So a query that mentions the
    word is parsed by a second parser, which can be slow: call this where it can be stopped.

    Raises:
        RefusedError: the tree holds the clause, or the second parser cannot read the query.
    """
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.parser import parseQuery
    from rdflib.plugins.sparql.parserutils import CompValue

    try:
        pending: list[object] = list(parseQuery(query))
    except (ParseBaseException, RecursionError) as error:
        raise RefusedError(
            "the query has the word SERVICE in it, and whether it calls one cannot be told",
            hint="Leave the word out, or write it as a string without < and > nearby",
        ) from error
    while pending:
        node = pending.pop()
        if isinstance(node, CompValue):
            if node.name == "ServiceGraphPattern":
                raise RefusedError(
                    "the query calls another service, and no service is allowed here"
                )
            pending.extend(node.values())
        elif isinstance(node, (list, tuple)) or hasattr(node, "asList"):
            pending.extend(cast(Iterable[object], node))


def form(query: str) -> str:
    """Return the query form: SELECT, ASK, CONSTRUCT, DESCRIBE, or an empty string."""
    for token in tokens(query):
        if token.kind == "word" and (word := token.text.upper()) not in {
            "PREFIX",
            "BASE",
            "VERSION",
        }:
            return word if word in {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"} else ""
    return ""


def dataset(query: str) -> tuple[list[str], list[str]]:
    """Return the graphs that a query names with ``FROM`` and with ``FROM NAMED``."""
    prefixes, base = {"": ""}, ""
    default: list[str] = []
    named: list[str] = []
    before: list[str] = ["", ""]
    depth = 0
    for token in tokens(query):
        word = token.text.upper() if token.kind == "word" else token.text
        if token.kind == "mark" and word in "{([":
            depth += 1
        elif token.kind == "mark" and word in "})]":
            depth -= 1
        elif depth == 0 and token.kind in {"iri", "name"}:
            if token.kind == "iri":
                iri = urljoin(base, token.text[1:-1])
            else:
                prefix, _, local = token.text.partition(":")
                iri = prefixes.get(prefix, "") + local
            if before[1] == "BASE":
                base = iri
            elif before[0] == "PREFIX":
                prefixes[before[1].removesuffix(":")] = iri
            elif before[1] == "FROM":
                default.append(iri)
            elif before == ["FROM", "NAMED"]:
                named.append(iri)
        before = [before[1], word]
    return default, named


def parameters(query: str) -> list[str]:
    """Return the names of the variables that a query holds open with ``VALUES ?x { UNDEF }``."""
    return list(dict.fromkeys(name for name, _, _ in _open_places(query)))


def bind(query: str, terms: Mapping[str, str]) -> str:
    """Fill the open places of a query.

    Each ``VALUES ?x { UNDEF }`` becomes ``VALUES ?x { term }``, wherever it stands, also in
    a sub-select; one without a term is left out, which means the same and is quicker.

    Args:
        query: a query that parses.
        terms: for each variable name the term in SPARQL syntax, as the store's own term
            serialiser writes it; text of a user never gets here by another way.
    """
    pieces, end = [], 0
    for name, start, stop in _open_places(query):
        pieces += [query[end:start], f"VALUES ?{name} {{ {terms[name]} }}" if name in terms else ""]
        end = stop
    return "".join([*pieces, query[end:]])


def _open_places(query: str) -> Iterator[tuple[str, int, int]]:
    window: list[Token] = []
    for token in tokens(query):
        window = [*window[-4:], token]
        if (
            len(window) == 5
            and [w.text.upper() for w in (window[0], *window[2:])] == ["VALUES", "{", "UNDEF", "}"]
            and window[1].kind == "variable"
        ):
            yield window[1].text[1:], window[0].start, token.end
