"""Reports as CSV: a row for each finding and for each criterion without one."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from partnergraph import names
from partnergraph.report import Finding, Report, Verdict
from partnergraph.store import harmless
from partnergraph.words import word

COLUMNS = (
    "file", "norm", "judged_on", "record", "label", "outcome", "rule", "criterion", "paragraphs",
    "severity", "state", "focus", "path", "value", "message", "remedies",
    "engine",
)  # fmt: skip

_ABOUT = COLUMNS.index("rule")


def rows(reports: Sequence[Report]) -> bytes:
    """Return reports as CSV in UTF-8, safe to open in a spreadsheet."""
    return written([COLUMNS, *(row for report in reports for row in body(report))])


def body(report: Report) -> Iterator[Sequence[str]]:
    """Yield the rows of a report, without the names of the columns."""
    basis = report.basis
    head = [report.file, basis.norm_version, basis.judged_on]
    lines = [
        ([names.shorten(verdict.record), verdict.label, verdict.outcome], line)
        for verdict in report.verdicts
        for line in _lines(verdict, report.language)
    ]
    lines += [(["", "", ""], _finding(f, "", report.language)) for f in report.loose]
    for about, line in lines:
        yield [*head, *about, *line, "pyshacl" if line[0] in basis.left else basis.engine]


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return output.getvalue().encode()


def _lines(verdict: Verdict, language: str) -> Iterable[list[str]]:
    named = {criterion.rule: criterion.name for criterion in verdict.criteria}
    for finding in verdict.findings:
        yield _finding(finding, named.get(finding.rule, ""), language)
    if not verdict.findings and not verdict.criteria:
        yield [""] * (COLUMNS.index("engine") - _ABOUT)
    for c in verdict.criteria:
        if c.state != "not-met":
            yield [
                c.rule, c.name, " ".join(c.paragraphs), word(f"severity.{c.severity}", language),
                word(f"state.{c.state}", language), "", "", "; ".join(c.values), "", "",
            ]  # fmt: skip


def _finding(finding: Finding, name: str, language: str) -> list[str]:
    value = finding.value
    return [
        finding.rule,
        name,
        " ".join(finding.paragraphs),
        word(f"severity.{finding.severity}", language),
        word("state.not-met", language),
        names.shorten(finding.focus),
        finding.path,
        names.shorten(value[1:-1]) if value.startswith("<") else value,
        finding.message,
        " | ".join(remedy.name for remedy in finding.remedies),
    ]
