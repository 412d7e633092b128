"""A report in the words of one language, with English where a text is missing."""

from collections.abc import Callable
from dataclasses import replace

from partnergraph import names, texts
from partnergraph.report import Choice, Criterion, Finding, Question, Report, Suggestion, Verdict
from partnergraph.words import told, word


def localized(report: Report, language: str) -> Report:
    """Return the same report with every text in a language."""
    # A norm of somebody else has texts of its own, in English only.
    foreign = set(report.basis.replaced)

    def said(rule: str, subject: str, predicate: str, english: str) -> str:
        if rule in foreign:
            return english
        return texts.text(subject, predicate, language, english).value

    def finding(f: Finding) -> Finding:
        return replace(
            f,
            message=said(f.rule, names.RULE + f.rule, names.SH + "message", f.message),
            remedies=tuple(suggestion(f.rule, s) for s in f.remedies),
        )

    def suggestion(rule: str, s: Suggestion) -> Suggestion:
        return replace(
            s,
            name=said(rule, names.RULE + s.remedy, names.SH + "name", s.name),
            choices=tuple(choice(c) for c in s.choices),
        )

    def choice(c: Choice) -> Choice:
        return replace(c, label=told(f"choice.{c.label}", language, c.label))

    def criterion(c: Criterion) -> Criterion:
        return replace(c, name=said(c.rule, names.RULE + c.rule, names.SH + "name", c.name))

    return replace(
        report,
        language=language,
        verdicts=tuple(_verdict(v, language, finding, criterion) for v in report.verdicts),
        loose=tuple(finding(f) for f in report.loose),
    )


def _verdict(
    verdict: Verdict,
    language: str,
    finding: Callable[[Finding], Finding],
    criterion: Callable[[Criterion], Criterion],
) -> Verdict:
    violations = sum(1 for f in verdict.findings if f.severity == "Violation")
    return replace(
        verdict,
        reason=word(f"ground.{verdict.ground}", language, n=violations),
        findings=tuple(finding(f) for f in verdict.findings),
        criteria=tuple(criterion(c) for c in verdict.criteria),
        checklist=tuple(_question(q, language) for q in verdict.checklist),
    )


def _question(question: Question, language: str) -> Question:
    iri = names.expand(question.question)
    return replace(
        question,
        label=texts.text(iri, names.SKOS + "prefLabel", language, question.label).value,
        text=texts.text(iri, names.DCTERMS + "description", language, question.text).value,
    )
