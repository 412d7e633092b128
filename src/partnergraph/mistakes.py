"""Where a query or an update goes wrong, and what could stand there instead.

The engine looks ahead by whole keywords and tells the furthest character it looked at, which may
be far behind the mistake. So the text is cut after one token or another and filled up with
spaces: if the engine then fails at the very end, all it missed was more text, and the mistake is
further on; if it fails before, the mistake is in what was kept.
"""

import re
from collections.abc import Callable

from partnergraph import sparql
from partnergraph.errors import PartnergraphError, QuerySyntaxError, Where
from partnergraph.store import Store

_PAD = 40
"""Spaces to add; more than the longest keyword has letters."""
_MARKS = re.compile(r'"(?:[^"\\]|\\.)+"')
_PHRASE = re.compile(r"\b[A-Z][a-z]+ [a-z][a-z ]+|IRI parsing failed")


def located(error: QuerySyntaxError, text: str, *, update: bool) -> QuerySyntaxError:
    """Return the engine's error with the place of the mistake and what was expected there."""
    store = Store.in_memory()
    fails: Callable[[str], object] = store.user_update if update else store.ask
    found = list(sparql.tokens(text))
    # The first so many tokens begin a right text; the first one more do not.
    right, wrong = 0, len(found) + 1
    while wrong - right > 1:
        middle = (right + wrong) // 2
        if _wants_more(fails, text[: found[middle - 1].end]):
            right = middle
        else:
            wrong = middle
    if right == len(found):
        return QuerySyntaxError(
            f"the text ends too early: {_expected(fails, text)}",
            where=sparql.position(text, len(text.rstrip())),
        )
    token = found[right]
    if phrase := _PHRASE.search(_failure(fails, text[: token.end])[1]):
        detail = f"“{token.text}”: {phrase[0]}"
    else:
        kept = text[: found[right - 1].end] if right else ""
        detail = f"“{token.text}” does not fit here: {_expected(fails, kept)}"
    return QuerySyntaxError(detail, where=sparql.position(text, token.start))


def _failure(fails: Callable[[str], object], text: str) -> tuple[Where, str]:
    """Return where the engine stops in a text filled up with spaces, and its message."""
    try:
        fails(f"{text}{' ' * _PAD}")
    except QuerySyntaxError as error:
        return error.where, error.detail
    except PartnergraphError:
        pass
    return Where(), ""


def _wants_more(fails: Callable[[str], object], text: str) -> bool:
    """Say whether a text is right as far as it goes."""
    where, _ = _failure(fails, text)
    end = sparql.position(f"{text}{' ' * _PAD}", len(text) + _PAD)
    return where.line is None or (where.line, where.column) >= (end.line, end.column)


def _expected(fails: Callable[[str], object], text: str) -> str:
    """Return what the engine could go on with after a text that is right as far as it goes."""
    where, message = _failure(fails, text)
    if where.line is None:
        return "expected the end or a word"
    marks = list(dict.fromkeys(_MARKS.findall(message)))
    return f"expected one of {', '.join(marks)} or a word" if marks else "expected a word"
