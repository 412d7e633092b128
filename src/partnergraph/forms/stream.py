"""Reports that are written while a large file is judged, part by part: text, JSON, CSV.

What a part holds is put into a form where it is judged; here the pieces are joined, and what is
known only at the end comes last. A document that was cut off is not a whole one.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from partnergraph.errors import UsageError
from partnergraph.forms import SCHEMA, rows
from partnergraph.forms.localized import localized
from partnergraph.forms.text import Writer
from partnergraph.report import OUTCOMES, Report
from partnergraph.words import word

FORMS = ("text", "json", "csv")


def piece(report: Report, form: str, language: str) -> bytes:
    """Return the verdicts of a part, or the findings about nodes that belong to no partnership.

    Args:
        report: on the part.
        form: one of :data:`FORMS`.
        language: ``en``, ``fr`` or ``es``.
    """
    told = localized(report, language)
    if form == "csv":
        return rows.written(rows.body(told))
    if form == "json":
        found = [*map(asdict, told.verdicts), *map(asdict, told.loose)]
        return ",\n".join(json.dumps(one, ensure_ascii=False) for one in found).encode()
    return _lines(Writer(language, styled=False).verdicts(told))


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


class Stream:
    """Joins the pieces of reports to one document.

    Raises:
        UsageError: the form is not one that can be written so.
    """

    def __init__(self, form: str, language: str) -> None:
        if form not in FORMS:
            raise UsageError(
                f"a file that is judged in parts has no report as {form}",
                hint="Ask for one of: " + ", ".join(FORMS),
            )
        self._form = form
        self._language = language
        self._files = 0
        self._pieces = 0

    def begin(self) -> bytes:
        """Return what stands before the first report."""
        if self._form == "csv":
            return rows.written([rows.COLUMNS])
        if self._form == "json":
            return f'{{"$schema": {json.dumps(SCHEMA)}, "reports": ['.encode()
        return b""

    def open(self, report: Report) -> bytes:
        """Return the beginning of a report, with nothing judged yet."""
        self._files += 1
        self._pieces = 0
        before = "" if self._files == 1 else "," if self._form == "json" else "\n"
        if self._form == "json":
            file = json.dumps(report.file, ensure_ascii=False)
            return f'{before}\n{{"file": {file}, "verdicts": [\n'.encode()
        if self._form == "text":
            return before.encode() + _lines(Writer(self._language, styled=False).head(report))
        return b""

    def add(self, made: bytes) -> bytes:
        """Return a piece with what joins it to those before."""
        if self._form != "json" or not made:
            return made
        self._pieces += 1
        return b",\n" + made if self._pieces > 1 else made

    def strays(self) -> bytes:
        """Return what stands between the verdicts and the findings that belong to none."""
        self._pieces = 0
        return b'\n], "loose": [\n' if self._form == "json" else b""

    def close(self, report: Report, outcomes: Mapping[str, int]) -> bytes:
        """Return the end of a report.

        Args:
            report: all but verdicts and loose findings.
            outcomes: how many records have each outcome.
        """
        if self._form == "json":
            fields = report.as_dict()
            del fields["file"], fields["verdicts"], fields["loose"]
            rest = json.dumps(fields, ensure_ascii=False).removeprefix("{")
            return f"\n], {rest}".encode()
        if self._form == "csv":
            return b""
        writer = Writer(self._language, styled=False)
        counts = (
            f"  {word(f'outcome.{key}', self._language)}{word('colon', self._language)} {n}"
            for key in OUTCOMES
            if (n := outcomes.get(key))
        )
        return _lines(["", *writer.looked_at(report, sum(outcomes.values())), *counts])

    def end(self) -> bytes:
        """Return what stands after the last report."""
        return b"\n]}\n" if self._form == "json" else b""


def counted(report: Report) -> Counter[str]:
    """Return how many records of a report have each outcome."""
    return Counter(verdict.outcome for verdict in report.verdicts)
