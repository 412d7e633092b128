"""Reports as JUnit XML, so that a build server shows a record like a test suite."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as xml

from partnergraph import names
from partnergraph.report import Finding, Report
from partnergraph.words import word

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def suites(reports: Sequence[Report], failing: Sequence[str]) -> bytes:
    """Return a test suite for each record and a test case for each criterion.

    Args:
        reports: in the words of a language.
        failing: the severities that make a case fail; the others are told in its output.
    """
    root = xml.Element("testsuites", name="partnergraph")
    for report in reports:
        for verdict in report.verdicts:
            lines = [(c.rule, c.name, c.state) for c in verdict.criteria]
            label = f"{verdict.label}: {word(f'outcome.{verdict.outcome}', report.language)}"
            _suite(root, report, label, lines, verdict.findings, failing)
        if report.loose:
            rules = sorted({f.rule for f in report.loose})
            loose = [(rule, rule, "not-met") for rule in rules]
            label = word("report.loose", report.language)
            _suite(root, report, label, loose, report.loose, failing)
    content: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _suite(
    root: xml.Element,
    report: Report,
    label: str,
    lines: Sequence[tuple[str, str, str]],
    findings: Sequence[Finding],
    failing: Sequence[str],
) -> None:
    failed = {f.rule for f in findings if f.severity in failing}
    skipped = [rule for rule, _, state in lines if state in {"not-asked", "not-public"}]
    suite = xml.SubElement(
        root,
        "testsuite",
        name=_safe(label),
        tests=str(len(lines)),
        failures=str(len(failed)),
        errors="0",
        skipped=str(len(skipped)),
        file=_safe(report.file),
        timestamp=report.basis.judged_on + "T00:00:00",
    )
    about = xml.SubElement(suite, "properties")
    xml.SubElement(about, "property", name="engine", value=report.basis.engine)
    for rule, reason in report.basis.left.items():
        xml.SubElement(about, "property", name=f"left-to-pyshacl:{rule}", value=_safe(reason))
    for rule, name, state in lines:
        case = xml.SubElement(suite, "testcase", classname=_safe(rule), name=_safe(name))
        if rule in skipped:
            xml.SubElement(case, "skipped", message=word(f"state.{state}", report.language))
        told = [f for f in findings if f.rule == rule]
        body = "\n".join(_told(f) for f in told)
        if rule in failed:
            failure = xml.SubElement(
                case, "failure", type=told[0].severity, message=_safe(told[0].message)
            )
            failure.text = _safe(body)
        elif told:
            xml.SubElement(case, "system-out").text = _safe(f"{told[0].message}\n{body}")


def _told(finding: Finding) -> str:
    choices = "; ".join(remedy.name for remedy in finding.remedies)
    place = f"{names.shorten(finding.focus)} {finding.path} {finding.value}".rstrip()
    return f"{place} ({choices})" if choices else place


def _safe(text: str) -> str:
    return _NOT_XML.sub(" ", text)
