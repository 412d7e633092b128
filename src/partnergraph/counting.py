"""Counting the rows of an answer while it is written, and keeping XML well formed.

The engine writes JSON and XML itself, quicker than Python could. Rows are counted in what it
writes, by byte patterns that no text inside a value can imitate: XML escapes ``<``, and in JSON
a row's ``{`` is followed by the quote that opens a variable's name, where the quote that ends a
string is followed by ``,`` or ``}``.
"""

import re
from collections.abc import Iterable, Iterator
from typing import IO, TypeVar

from partnergraph.errors import LimitError, NotAcceptableError

T = TypeVar("T")

ROW = {
    "json": re.compile(rb'(?:\[|\}\},)\{"[^,}]'),
    "xml": re.compile(rb"<result>"),
}
"""What begins a row. In JSON a row without any value is not counted; its few bytes are."""
_LONGEST = 6
_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""Characters that XML cannot hold, in UTF-8."""


def too_many(most: int) -> LimitError:
    """Return the error for an answer with more rows than it may have."""
    return LimitError(
        f"the answer has more than {most:,} rows or statements",
        hint="Ask for a part of it at a time, with ORDER BY, LIMIT and OFFSET",
    )


def counted(items: Iterable[T], most: int) -> Iterator[T]:
    """Yield items.

    Raises:
        LimitError: there are more than allowed.
    """
    for number, item in enumerate(items):
        if number >= most:
            raise too_many(most)
        yield item


class RowCounter:
    """A file that passes an answer on and counts its rows."""

    def __init__(self, output: IO[bytes], format_: str, most: int) -> None:
        self._output = output
        self._pattern = ROW[format_]
        self._xml = format_ == "xml"
        self._most = most
        self._rows = 0
        self._tail = b""

    def write(self, piece: bytes) -> int:
        """Take a piece of the answer.

        Raises:
            LimitError: it has more rows than allowed.
            NotAcceptableError: XML cannot hold a character of it.
        """
        seen = self._tail + piece
        end = 0
        for match in self._pattern.finditer(seen):
            self._rows += 1
            end = match.end()
        self._tail = seen[max(end, len(seen) - _LONGEST) :]
        if self._rows > self._most:
            raise too_many(self._most)
        if self._xml and _ILLEGAL.search(piece):
            raise unfit_for_xml()
        return self._output.write(piece)

    def flush(self) -> None:
        """Do nothing; the file below decides."""


def unfit_for_xml() -> NotAcceptableError:
    """Return the error for text that XML cannot hold."""
    return NotAcceptableError(
        "the answer holds a character or a name that XML cannot hold",
        hint="Ask for another form, such as JSON or Turtle",
    )


def fit_for_xml(predicate: str, text: str) -> bool:
    """Say whether RDF/XML can hold a statement: its predicate as a name, its text as text."""
    return bool(re.search(r"[^\W\d][\w.-]*$", predicate)) and not _ILLEGAL.search(text.encode())
