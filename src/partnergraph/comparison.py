"""Two versions of the strategy side by side, and a report made again: what differs, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from partnergraph.norms import Norm
from partnergraph.report import Finding, Report, Verdict


@dataclass(frozen=True)
class Flip:
    """A record whose outcome differs between two versions of the strategy."""

    record: str
    label: str
    before: str
    after: str
    """The outcomes."""
    rules: tuple[str, ...]
    """The changed rules that the difference comes from."""
    paragraphs: tuple[str, ...]
    """The paragraphs of those rules."""


@dataclass(frozen=True)
class Comparison:
    """What a version of the strategy changes."""

    old: str
    new: str
    changed: tuple[str, ...]
    """The paragraphs that the new version says it changes."""
    withdrawn: tuple[str, ...]
    added: tuple[str, ...]
    altered: tuple[str, ...]
    """Rules that are gone, new, or other than before."""
    touched: dict[str, tuple[str, ...]]
    """For each changed paragraph the rules and questions that name it."""
    records: int
    flips: tuple[Flip, ...]


def compare(
    old: Norm,
    new: Norm,
    pairs: Iterable[tuple[Report, Report]],
    questions: dict[str, tuple[str, ...]],
) -> Comparison:
    """Compare two versions by what they say of the same records.

    Args:
        old: the version that the new one revises.
        new: the other version.
        pairs: for each file the report under the old and under the new version.
        questions: for each question the paragraphs it answers.
    """
    added = tuple(rule for rule in new.replaced if rule not in old.rules)
    altered = tuple(rule for rule in new.replaced if rule in old.rules)
    moved = {*new.withdrawn, *added, *altered}
    verdicts = [
        (before, after)
        for first, second in pairs
        for before, after in zip(first.verdicts, second.verdicts, strict=True)
    ]
    return Comparison(
        old=old.version,
        new=new.version,
        changed=new.changed,
        withdrawn=new.withdrawn,
        added=added,
        altered=altered,
        touched={
            paragraph: (
                *sorted(
                    rule.id
                    for rule in {**old.rules, **new.rules}.values()
                    if paragraph in rule.paragraphs
                ),
                *sorted(name for name, named in questions.items() if paragraph in named),
            )
            for paragraph in new.changed
        },
        records=len(verdicts),
        flips=tuple(
            _flip(old, new, before, after, moved)
            for before, after in verdicts
            if before.outcome != after.outcome
        ),
    )


def _flip(old: Norm, new: Norm, before: Verdict, after: Verdict, moved: set[str]) -> Flip:
    # Only a violation decides, so a change of the others cannot have flipped anything.
    differing = _violations(before.findings) ^ _violations(after.findings)
    rules = tuple(sorted({rule for rule, _, _ in differing} & moved))
    known = {**old.rules, **new.rules}
    return Flip(
        record=before.record,
        label=before.label,
        before=before.outcome,
        after=after.outcome,
        rules=rules,
        paragraphs=tuple(sorted({p for rule in rules for p in known[rule].paragraphs})),
    )


def _violations(findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    return {(f.rule, f.focus, f.value) for f in findings if f.severity == "Violation"}


def differences(before: Report, after: Report) -> Sequence[str]:
    """Return what differs between a report and the same one made again; nothing if they agree.

    The words, and so the language, are left out of the comparison.
    """
    found = [
        f"{name}: {old} before, {new} now"
        for name in ("norm", "norm_version", "rules", "graph", "record", "version")
        if (old := getattr(before.basis, name)) != (new := getattr(after.basis, name))
    ]
    told = {v.record: v for v in after.verdicts}
    for verdict in before.verdicts:
        now = told.pop(verdict.record, None)
        if now is None:
            found.append(f"{verdict.record}: no verdict now")
        elif (verdict.outcome, verdict.ground) != (now.outcome, now.ground):
            found.append(f"{verdict.record}: {verdict.outcome} before, {now.outcome} now")
    found += [f"{record}: no verdict before" for record in told]
    first, second = (set(map(_key, report.findings())) for report in (before, after))
    found += [f"no longer found: {' '.join(key)}" for key in sorted(first - second)]
    found += [f"newly found: {' '.join(key)}" for key in sorted(second - first)]
    return found


def _key(finding: Finding) -> tuple[str, ...]:
    return finding.severity, finding.rule, finding.focus, finding.path, finding.value
