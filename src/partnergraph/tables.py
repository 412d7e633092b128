"""Answers and reports as text for a terminal."""

from collections.abc import Mapping, Sequence

from partnergraph import names, texts
from partnergraph.report import Finding, Report

_WIDEST = 60


def cell(binding: Mapping[str, str] | None) -> str:
    """Return one value of SPARQL's JSON as people read it: short names, plain text."""
    if binding is None:
        return ""
    value = binding["value"]
    return names.shorten(value) if binding["type"] == "uri" else value


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Mapping[str, str]]]) -> str:
    """Return rows under their headings, in columns as wide as they need, up to 60 characters."""
    lines = [list(columns), *([_clean(cell(row.get(c))) for c in columns] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    lines.insert(1, ["─" * width for width in widths])
    text = "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    count = "none recorded" if not rows else f"{len(rows)} row{'s' if len(rows) > 1 else ''}"
    return f"{text}\n({count})\n"


def _clean(text: str) -> str:
    # Control characters could drive the terminal.
    flat = "".join(c if c.isprintable() else " " for c in text)
    return flat if len(flat) <= _WIDEST else flat[: _WIDEST - 1] + "…"


OUTCOMES = {
    "meets": "meets the strategy",
    "not-yet": "does not yet meet the strategy",
    "not-covered": "is not covered by the strategy",
}


def report(found: Report, language: str = "en") -> str:
    """Return a validation report: what was checked, then a verdict for each record.

    The messages of the rules are in the language asked for.
    """
    asked = sum(1 for n in found.focus_nodes.values() if n)
    lines = [
        f"{found.file}: {found.statements} statements, "
        f"{len(found.verdicts)} partnership record{'s' if len(found.verdicts) != 1 else ''}, "
        f"{asked} of {found.rules} rules had something to look at",
    ]
    if found.unseen:
        lines.append("No rule looks at: " + ", ".join(names.shorten(n) for n in found.unseen))
    lines += [f"Outdated: {remark}" for remark in found.outdated]
    for verdict in found.verdicts:
        paragraphs = ", ".join(verdict.paragraphs[:8]) + (
            " …" if len(verdict.paragraphs) > 8 else ""
        )
        where = f" [{paragraphs}]" if paragraphs else ""
        lines += [
            "",
            f"{_clean(verdict.label)} {OUTCOMES[verdict.outcome]}: {verdict.reason}{where}",
        ]
        lines += _findings(verdict.findings, language)
    if found.loose:
        lines += ["", "About nodes that belong to no partnership:"]
        lines += _findings(found.loose, language)
    return "\n".join(lines) + "\n"


def _findings(findings: Sequence[Finding], language: str) -> list[str]:
    lines = []
    for f in findings:
        value = f" {_value(f.value)}" if f.value else ""
        lines.append(f"  {f.severity.lower():9}  {f.rule:28} {f.path}{value}")
        lines.append(f"             {texts.message(f.rule, language, f.message).value}")
    return lines


def _value(n3: str) -> str:
    return names.shorten(n3[1:-1]) if n3.startswith("<") else n3
