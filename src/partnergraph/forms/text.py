"""A report as text for a terminal."""

from collections.abc import Iterable, Sequence

import click

from partnergraph import names
from partnergraph.report import ANSWER, Criterion, Finding, Report, Verdict
from partnergraph.words import word

_MARKS = {"met": "✓", "not-met": "✗", "not-asked": "·", "not-public": "–"}
_COLOURS = {"Violation": "red", "Warning": "yellow", "Info": "blue"}
_WIDEST = 100
_LONGEST = 1000


def text(report: Report, *, styled: bool = False) -> str:
    """Return a report: what was checked, then a verdict for each record.

    Args:
        report: in the words of a language.
        styled: whether to mark headings and severities for a terminal.
    """
    return "\n".join(Writer(report.language, styled).report(report)) + "\n"


class Writer:
    """Writes the parts of a report."""

    def __init__(self, language: str, styled: bool) -> None:
        self._language = language
        self._styled = styled

    def _word(self, key: str, **parts: object) -> str:
        return word(key, self._language, **parts)

    def _title(self, key: str) -> str:
        return self._word(key) + self._word("colon")

    def _style(self, words: str, **how: object) -> str:
        return click.style(words, **how) if self._styled else words  # type: ignore[arg-type]

    def report(self, report: Report) -> Iterable[str]:
        """Yield the lines of a whole report."""
        yield from self.head(report)
        yield from self.looked_at(report, len(report.verdicts))
        yield from self.verdicts(report)

    def head(self, report: Report) -> Iterable[str]:
        """Yield the lines on the file, the norm and the engine."""
        yield (
            self._style(clean(report.file), bold=True)
            + ". "
            + self._word("report.norm", norm=report.basis.norm_version, day=report.basis.judged_on)
        )
        yield f"{self._title('report.engine')} {self._word(f'engine.{report.basis.engine}')}"
        if report.basis.parts:
            yield self._word("report.parts", n=report.basis.parts)

    def looked_at(self, report: Report, records: int) -> Iterable[str]:
        """Yield the lines on what was read, and what the rules looked at."""
        asked = sum(1 for n in report.focus_nodes.values() if n)
        yield self._word(
            "report.read",
            statements=report.statements,
            typed=report.typed,
            records=records,
            asked=asked,
            rules=report.rules,
        )
        for rule, reason in report.basis.left.items():
            yield f"{self._title('report.left')} {rule} ({clean(reason)})"
        if idle := [rule for rule, n in report.focus_nodes.items() if not n]:
            yield f"{self._title('report.idle')} {', '.join(idle)}"
        if report.unseen:
            unseen = ", ".join(names.shorten(node) for node in report.unseen)
            yield f"{self._title('report.unseen')} {unseen}"
        yield from (f"{self._title('report.outdated')} {remark}" for remark in report.outdated)

    def verdicts(self, report: Report) -> Iterable[str]:
        """Yield the lines on each record, and on what belongs to none."""
        for verdict in report.verdicts:
            yield ""
            yield from self._verdict(verdict, report.basis.judged_on)
        if report.loose:
            yield from ("", f"{self._title('report.loose')}")
            for finding in report.loose:
                yield from self._finding(finding)

    def _verdict(self, verdict: Verdict, day: str) -> Iterable[str]:
        where = f" [{', '.join(verdict.paragraphs)}]" if verdict.paragraphs else ""
        outcome = self._word(f"outcome.{verdict.outcome}")
        yield self._style(f"{clean(verdict.label)}{self._word('colon')} {outcome}", bold=True)
        yield f"  {verdict.reason}{where}"
        yield f"  {self._title('level.title')} {self._word(f'level.{verdict.level}')}"
        by_rule: dict[str, list[Finding]] = {}
        for finding in verdict.findings:
            by_rule.setdefault(finding.rule, []).append(finding)
        lines = {criterion.rule: criterion for criterion in verdict.criteria}
        for rule, findings in by_rule.items():
            yield ""
            yield from self._failed(findings, lines.get(rule))
        others = [c for c in verdict.criteria if c.state != "not-met"]
        if others:
            met = sum(1 for c in others if c.state == "met")
            yield from ("", f"  {self._word('report.met', n=met)}")
            yield from (self._other(criterion) for criterion in others)
        if verdict.checklist:
            yield from ("", f"  {self._word('report.checklist')}")
            yield f"  {self._word('report.answer')}"
            first = verdict.checklist[0].question.partition(":")[2]
            yield from (f"      {line}" for line in ANSWER.format(id=first, day=day).splitlines())
            for question in verdict.checklist:
                told = "; ".join(clean(a) for a in question.answers) or self._word("report.open")
                by = f" ({clean(', '.join(question.by))})" if question.by else ""
                mark = "x" if question.answers else " "
                yield f"  [{mark}] {question.text} [{', '.join(question.paragraphs)}]"
                yield f"      {told}{by}"

    def _failed(self, findings: Sequence[Finding], line: Criterion | None) -> Iterable[str]:
        first = findings[0]
        severity = self._style(
            self._word(f"severity.{first.severity}"), fg=_COLOURS[first.severity]
        )
        name = f"{line.name} " if line else ""
        yield f"  ✗ {severity}  {first.rule}  {name}[{', '.join(first.paragraphs)}]"
        yield f"      {first.message}"
        for finding in findings:
            yield from self._finding(finding, brief=True)

    def _finding(self, finding: Finding, *, brief: bool = False) -> Iterable[str]:
        if not brief:
            severity = self._word(f"severity.{finding.severity}")
            yield f"  {severity}  {finding.rule}  {names.shorten(finding.focus)}"
            yield f"      {finding.message}"
        value = _value(finding.value) if finding.value else self._word("report.nothing")
        yield f"      {self._title('report.found')} {finding.path} {value}".rstrip()
        yield from mending(finding, self._language, " " * 8)

    def _other(self, criterion: Criterion) -> str:
        mark = _MARKS[criterion.state]
        told = "; ".join(clean(value) for value in criterion.values)
        if criterion.state == "not-asked":
            told = self._word("report.stages", stages=", ".join(criterion.stages))
        elif criterion.state == "not-public":
            told = self._word("state.not-public")
        line = f"  {mark} {criterion.rule}  {criterion.name} [{', '.join(criterion.paragraphs)}]"
        return clean(f"{line}: {told}" if told else line, 2 * _WIDEST)


def mending(finding: Finding, language: str, indent: str) -> Iterable[str]:
    """Yield the lines that tell what would mend a finding, as choices."""

    def title(key: str) -> str:
        return word(key, language) + word("colon", language)

    for number, remedy in enumerate(finding.remedies, 1):
        yield f"{indent}{number}. {remedy.name}"
        for key, snippet in (("remove", remedy.removes), ("add", remedy.adds)):
            told = [line for line in snippet.splitlines() if line.strip()]
            if told:
                yield f"{indent}   {title(f'report.{key}')}"
            yield from (f"{indent}     {clean(line, _LONGEST)}" for line in told)
        for choice in remedy.choices:
            values = clean(", ".join(choice.values) or choice.kind)
            yield f"{indent}   {title('report.with')} {choice.label}: {values}"


def clean(words: str, widest: int = _WIDEST) -> str:
    """Return a text of somebody else without what could drive the terminal, and not too long."""
    flat = "".join(c if c.isprintable() else " " for c in words)
    return flat if len(flat) <= widest else flat[: widest - 1] + "…"


def _value(n3: str) -> str:
    return names.shorten(n3[1:-1]) if n3.startswith("<") else clean(n3)
