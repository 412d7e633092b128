"""Literals that a store does not keep as they were written, and stand-ins for them.

An engine that stores values rather than texts gives ``5535.10`` back as ``5535.1`` and an
``xsd:byte`` as an ``xsd:integer``. SHACL judges the text and the datatype: such a literal is
therefore stored as a stand-in, with a datatype that no engine knows, and queries that need its
value make it anew. Ill-formed literals have stand-ins as well, so that a query tells them from the
others by their datatype.

Source: RDF 1.1 Concepts, section 5.1; XML Schema Definition Language 1.1, part 2, section 3.
"""

import calendar
import io
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, BinaryIO

from partnergraph import names
from partnergraph.errors import UnreadableInputError
from partnergraph.store import Iri, Literal, Quad, parse, stored

MARK = "urn:partnergraph:"
"""What every name begins with that only a store of ours has."""
EXACT = f"{MARK}exact:"
"""What the datatype of a stand-in begins with whose literal is well-formed."""
ILL = f"{MARK}ill-formed:"
"""What the datatype of a stand-in begins with whose literal is ill-formed."""
PLAIN = frozenset(
    {
        names.XSD + "string",
        names.XSD + "anyURI",
        names.RDF + "langString",
        names.RDF + "dirLangString",
    }
)
"""Datatypes of which each literal is kept."""

_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_DAY = (
    r"(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
)
_DIGITS = r"(?:-(?!0(?!\.)))?(?:0|[1-9]\d{0,%d})(?:\.\d{0,%d}[1-9])?"
_CANONICAL = {
    names.XSD + local: pattern
    for local, pattern in {
        "boolean": "true|false",
        "integer": r"0|-?[1-9]\d{0,17}",
        "decimal": _DIGITS % (14, 14),
        "double": _DIGITS % (6, 6),
        "float": _DIGITS % (2, 2),
        "date": f"{_DAY}Z?",
        "dateTime": rf"{_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{0,5}}[1-9])?Z?",
        "gYear": r"(?!0000)\d{4}",
        "gYearMonth": r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])",
    }.items()
}
"""For the common datatypes lexical forms that are kept; not all of them."""
_REWRITTEN = {
    names.XSD + "decimal": r"[+-]?\d{1,15}\.\d{0,14}0",
    **{names.XSD + local: r"[+-]?\d{1,18}" for local in _BOUNDS if local != "integer"},
}
"""Lexical forms that are not kept, where many of them are to be expected in one file."""


def _matchers(patterns: dict[str, str]) -> dict[str, Callable[[str], object]]:
    return {name: re.compile(text, re.ASCII).fullmatch for name, text in patterns.items()}


_IS_CANONICAL, _IS_REWRITTEN = _matchers(_CANONICAL), _matchers(_REWRITTEN)

_CHUNK = 1 << 22
_LONG = 100
_MOST_KNOWN = 1 << 16


def kept(literal: Literal) -> bool:
    """Say whether a store gives a literal back as it was written, and it is well-formed."""
    datatype = literal.datatype.value
    return datatype in PLAIN or _is_kept(literal.value, datatype)


def _is_kept(lexical: str, datatype: str) -> bool:
    canonical = _IS_CANONICAL.get(datatype)
    if canonical and canonical(lexical):
        return True
    rewritten = _IS_REWRITTEN.get(datatype)
    if rewritten and rewritten(lexical):
        return False
    ask = _comes_back if len(lexical) > _LONG else _remembered
    return ask(lexical, datatype)


def _comes_back(lexical: str, datatype: str) -> bool:
    # What looks like a stand-in gets one of its own, or it would be told as what it stands for.
    if datatype.startswith((EXACT, ILL)) or not _is_well_formed(lexical, datatype):
        return False
    literal = Literal(lexical, datatype=Iri(datatype))
    return stored(literal) == literal


_remembered = lru_cache(1 << 16)(_comes_back)


def exact(literal: Literal) -> Literal:
    """Return the stand-in of a literal, which any store keeps; one with a language is its own."""
    if literal.language:
        return literal
    mark = EXACT if well_formed(literal) else ILL
    return Literal(literal.value, datatype=Iri(mark + literal.datatype.value))


def original(literal: Literal) -> Literal:
    """Return what a stand-in stands for; any other literal as it is."""
    datatype = literal.datatype.value
    for mark in (EXACT, ILL):
        if datatype.startswith(mark):
            return Literal(literal.value, datatype=Iri(datatype.removeprefix(mark)))
    return literal


class Reader:
    """Passes statements on, each literal that a store would rewrite as its stand-in."""

    def __init__(self) -> None:
        self.stood_in = False
        """Whether there was such a literal so far."""

    def read(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """Yield the statements as they are to be stored.

        Args:
            quads: the data; they are read once.
        """
        for quad in quads:
            literal = quad.object
            if type(literal) is Literal:
                datatype = literal.datatype.value
                if datatype not in PLAIN and not _is_kept(literal.value, datatype):
                    self.stood_in = True
                    yield Quad(quad.subject, quad.predicate, exact(literal), quad.graph_name)
                    continue
            yield quad


class Rewritten(io.RawIOBase):
    """A file of N-Triples in which each literal that a store would rewrite is its stand-in.

    Few lines have one, and only these are parsed here; the store's own parser reads the rest.

    Args:
        file: the file, as bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.stood_in = False
        """Whether there was such a literal so far."""
        self._file = file
        self._rest = memoryview(b"")
        self._known: dict[tuple[bytes, bytes], bool] = {}

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next."""
        if not self._rest:
            self._rest = memoryview(self._next())
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self) -> bytes:
        chunk = self._file.read(_CHUNK) + self._file.readline()
        pieces: list[bytes] = []
        done = 0
        at = chunk.find(b"^^")
        while at >= 0:
            if at >= done and not self._passes(chunk, at):
                start = chunk.rfind(b"\n", 0, at) + 1
                end = chunk.find(b"\n", at) + 1 or len(chunk)
                pieces += [chunk[done:start], self._line(chunk[start:end])]
                done = end
            at = chunk.find(b"^^", at + 2)
        return b"".join([*pieces, chunk[done:]]) if pieces else chunk

    def _passes(self, chunk: bytes, at: int) -> bool:
        """Say whether the signs at a place belong to a literal that a store keeps, for sure."""
        if chunk[at - 1 : at] != b'"' or chunk[at + 2 : at + 3] != b"<":
            return False
        # A quotation mark inside a literal has a backslash before it, and such a literal is looked
        # at in full; otherwise the text between two marks is the whole literal.
        opened = chunk.rfind(b'"', 0, at - 1)
        lexical = chunk[opened + 1 : at - 1]
        datatype = chunk[at + 3 : chunk.find(b">", at)]
        if b"\\" in lexical or b"\\" in datatype or chunk[opened - 1 : opened] == b"\\":
            return False
        literal = (lexical, datatype)
        if literal not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[literal] = _is_kept_as_bytes(lexical, datatype)
        return self._known[literal]

    def _line(self, line: bytes) -> bytes:
        try:
            quads = parse(line, "ntriples")
        except UnreadableInputError:
            # The store's parser comes to it as well, and knows the number of the line.
            return line
        reader = Reader()
        told = [f"{q.subject} {q.predicate} {q.object} .\n" for q in reader.read(quads)]
        self.stood_in |= reader.stood_in
        return "".join(told).encode() if reader.stood_in else line


def _is_kept_as_bytes(lexical: bytes, datatype: bytes) -> bool:
    try:
        return datatype.decode() in PLAIN or _is_kept(lexical.decode(), datatype.decode())
    except UnicodeDecodeError:
        return False


def well_formed(literal: Literal) -> bool:
    """Say whether a literal's text is in the lexical space of its datatype.

    White space around it is not, as in RDF. A datatype that is not one of the XSD datatypes of RDF
    takes any text.
    """
    return _is_well_formed(literal.value, literal.datatype.value)


def _is_well_formed(lexical: str, datatype: str) -> bool:
    in_space = _lexical_space(datatype)
    return in_space is None or in_space(lexical)


_YEAR = r"-?(?P<year>[1-9]\d{3,}|0\d{3})"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY_OF_MONTH = r"(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_DATE = f"{_YEAR}-{_MONTH}-{_DAY_OF_MONTH}"
_INTEGER = r"[+-]?\d+"
_FRACTION = r"(?:\d+(?:\.\d*)?|\.\d+)"
_FLOATING = rf"[+-]?(?:{_FRACTION}(?:[eE][+-]?\d+)?|INF)|NaN"
_CLOCK = r"(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_SIX_BITS = r"[A-Za-z0-9+/] ?"
_START = (
    r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NEXT = _START + r"\-.0-9\u00B7\u0300-\u036F\u203F\u2040"
_SPACES = {
    "boolean": "true|false|1|0",
    "decimal": f"[+-]?{_FRACTION}",
    "double": _FLOATING,
    "float": _FLOATING,
    "date": f"{_DATE}{_ZONE}?",
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_DATE}T{_TIME}{_ZONE}",
    "time": f"{_TIME}{_ZONE}?",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "gMonthDay": f"--{_MONTH}-{_DAY_OF_MONTH}{_ZONE}?",
    "gDay": f"---{_DAY_OF_MONTH}{_ZONE}?",
    "duration": rf"-?P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+D)?{_CLOCK}",
    "dayTimeDuration": rf"-?P(?=[\dT])(?:\d+D)?{_CLOCK}",
    "yearMonthDuration": r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": (
        rf"(?:(?:{_SIX_BITS}){{4}})*(?:(?:{_SIX_BITS}){{3}}[A-Za-z0-9+/]"
        rf"|(?:{_SIX_BITS}){{2}}[AEIMQUYcgkosw048] ?=|{_SIX_BITS}[AQgw] ?= ?=)?"
    ),
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    "language": "[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "Name": f"[:{_START}][:{_NEXT}]*",
    "NCName": f"[{_START}][{_NEXT}]*",
    "NMTOKEN": f"[:{_NEXT}]+",
}


@cache
def _lexical_space(datatype: str) -> Callable[[str], bool] | None:
    """Return what says whether a text is in the lexical space of a datatype."""
    local = datatype.removeprefix(names.XSD)
    if local == datatype or local not in _SPACES.keys() | _BOUNDS.keys():
        return None
    match = re.compile(_SPACES.get(local, _INTEGER), re.ASCII).fullmatch
    if local in _BOUNDS:
        low, high = _BOUNDS[local]
        return lambda text: match(text) is not None and _within(text, low, high)
    return lambda text: (found := match(text)) is not None and _exists(found)


def _within(text: str, low: int | None, high: int | None) -> bool:
    # int() refuses more than some thousand digits.
    number = Decimal(text)
    return (low is None or low <= number) and (high is None or number <= high)


def _exists(date: re.Match[str]) -> bool:
    """Say whether the month has the day, where both are told."""
    told = date.groupdict()
    if not (told.get("month") and told.get("day")):
        return True
    year = told.get("year", "2000")
    # The last four digits tell whether it is a leap year, and there is no end to the others.
    leap = calendar.isleap(int(year[-4:]))
    return int(told["day"]) <= calendar.monthrange(2000 if leap else 2001, int(told["month"]))[1]
