"""A page with the verdict on each partnership of our own graph, and what stands against it.

Run ``python -m partnergraph.judged`` to write ``docs/verdicts.md`` anew.
"""

import datetime
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from partnergraph import load, norms
from partnergraph.report import OUTCOMES, SEVERITIES, Report, Verdict
from partnergraph.rule_list import table
from partnergraph.store import Store
from partnergraph.words import word

ON = datetime.date(2026, 11, 24)
"""The day that rules about time take as today: that of the first verdicts. It is fixed, so that
the page changes when a rule or a fact does, and not because a day has passed."""
_HEAD = """# Verdicts on our own graph

Made by `python -m partnergraph.judged`. C stands for a paragraph of the cover document and S for
one of the strategy. {judged}

**A finding here means “not on record”, and nothing more.** Our tables hold what the document tells,
and it was not written to describe each partnership. Whether a partnership has a common vision, a
gain for each partner or a finished check is known to those who run it, not to us. The only
findings that mean more stand in the last table.

“Met” also counts the criteria that found nothing to object to, such as those about risks where no
risk is on record. “Not asked” are those of another stage of a partnership’s life."""


def page(report: Report) -> str:
    """Return the page in Markdown.

    Args:
        report: what :func:`judge` returns.
    """
    prospects = [v for v in report.verdicts if v.ground == "prospect"]
    judged = [v for v in report.verdicts if v not in prospects]
    claimed = [v for v in judged if v.ground in {"violations", "no-violation"}]
    missing = {v.label: _violated(v, told=False) for v in claimed}
    common = set.intersection(*missing.values())
    told = [(v.label, _violated(v, told=True)) for v in claimed]
    day = f"Judged under the norm “{report.basis.norm_version}” as of {report.basis.judged_on}."
    parts = [
        _HEAD.format(judged=day),
        _counts(judged),
        _table(judged),
        _grounds(judged),
        f"Not in the table are {len(prospects)} prospects, which are not judged before they begin "
        f"(S35): {'; '.join(v.label for v in prospects)}.",
        "## What the document does not tell",
        f"Not on record for any of the {len(claimed)} that claim to be strategic "
        f"({len(common)} criteria):",
        _by_paragraph(common),
        "Beside that, for each of them:",
        table(
            ("partnership", "also not on record"),
            [(label, "; ".join(_lines(ids - common)) or "-") for label, ids in missing.items()],
        ),
        "## What the document does tell, and what stands against it",
        "What is on record may itself be our reading of the document; see "
        "[Readings of the document](decisions/20261123-readings-of-the-document.md).",
        table(
            ("partnership", "violated by what is on record"),
            [(label, "; ".join(_lines(ids))) for label, ids in told if ids],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def judge(store: Store) -> Report:
    """Judge the partnerships of our own graph as of a fixed day.

    Args:
        store: our own graphs.
    """
    return load.own_report(store, on=ON, detailed=True)


def _counts(judged: list[Verdict]) -> str:
    of = Counter(v.outcome for v in judged)
    said = "; ".join(f"{word('outcome.' + key, 'en')}: {of[key]}" for key in OUTCOMES)
    return f"{len(judged)} partnerships. {said[0].upper()}{said[1:]}."


def _table(judged: list[Verdict]) -> str:
    rows = []
    for verdict in judged:
        of = Counter(finding.severity for finding in verdict.findings)
        states = Counter(criterion.state for criterion in verdict.criteria)
        rows.append(
            (
                verdict.label,
                verdict.outcome,
                f"{verdict.ground}: {', '.join(verdict.paragraphs)}",
                *(of[severity] for severity in SEVERITIES),
                *(states[state] for state in ("met", "not-met", "not-asked")),
            )
        )
    return table(
        (
            "partnership",
            "verdict",
            "ground and paragraphs",
            "violations",
            "warnings",
            "information",
            "criteria met",
            "not met",
            "not asked",
        ),
        rows,
    )


def _grounds(judged: list[Verdict]) -> str:
    """Return what the grounds in the table mean."""
    most = max(len(_violated(v, told=True) | _violated(v, told=False)) for v in judged)
    return "\n".join(
        f"- `{ground}`: {word(f'ground.{ground}', 'en', n=f'up to {most} criteria')}"
        for ground in sorted({verdict.ground for verdict in judged})
    )


def _violated(verdict: Verdict, *, told: bool) -> set[str]:
    """Return the rules that are violated.

    Args:
        verdict: what the rules say of a partnership.
        told: by a value on record, or by something missing. A thing as value is the one about
            which something is missing, such as a partner; a literal is the fault itself.
    """
    return {
        finding.rule
        for finding in verdict.findings
        if finding.severity == "Violation" and finding.value.startswith('"') == told
    }


def _by_paragraph(ids: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in _lines(ids))


def _lines(ids: Iterable[str]) -> list[str]:
    """Return the names of rules, those of one paragraph together."""
    rules = norms.current().rules
    lines: dict[str, list[str]] = {}
    for id_ in sorted(ids):
        lines.setdefault(id_.partition("-")[0], []).append(rules[id_].name)
    return [f"{paragraph}: {', '.join(found)}" for paragraph, found in lines.items()]


if __name__ == "__main__":
    filled = Store.in_memory()
    load.fill(filled)
    Path("docs/verdicts.md").write_text(page(judge(filled)), encoding="utf-8")
