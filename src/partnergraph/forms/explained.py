"""Explanations as JSON and as text."""

import json
from collections.abc import Iterable
from typing import Any

from partnergraph import names, texts
from partnergraph.contributions import ContributionExplained
from partnergraph.explain import (
    CriterionExplained,
    Explained,
    RuleExplained,
    VerdictExplained,
)
from partnergraph.forms.text import clean, mending, text
from partnergraph.statements import Statement
from partnergraph.words import word

_KINDS: dict[str, type[Explained]] = {
    "rule": RuleExplained,
    "criterion": CriterionExplained,
    "contribution": ContributionExplained,
    "verdict": VerdictExplained,
}


def read(fields: dict[str, Any]) -> Explained:
    """Return the explanation whose fields went through JSON."""
    from pydantic import TypeAdapter

    kind: type[Explained] = _KINDS[fields["kind"]]
    return TypeAdapter(kind).validate_python(fields)


def write(explained: Explained, form: str, *, styled: bool = False) -> bytes:
    """Return an explanation as ``text`` or ``json``."""
    if form == "json":
        from dataclasses import asdict

        return json.dumps(asdict(explained), indent=2, ensure_ascii=False).encode() + b"\n"
    if isinstance(explained, VerdictExplained):
        return text(explained.report, styled=styled).encode()
    if isinstance(explained, RuleExplained):
        lines = _rule(explained)
    elif isinstance(explained, CriterionExplained):
        lines = _criterion(explained)
    else:
        lines = _contribution(explained)
    return ("\n".join(lines) + "\n").encode()


def _rule(found: RuleExplained) -> Iterable[str]:
    def w(key: str) -> str:
        return word(key, found.language)

    colon = w("colon")
    yield f"{found.rule}: {found.name}"
    yield ""
    yield f"{w('explain.asks')}{colon} {found.message}"
    yield f"{w('explain.because')}{colon} {found.why}"
    strength = word(f"severity.{found.severity}", found.language)
    note = f". {found.note}" if found.note else ""
    yield f"{w('explain.strength')}{colon} {strength}{note}"
    yield f"{w('explain.stages')}{colon} {', '.join(found.stages) or w('explain.always')}"
    if found.restricted:
        yield f"{w('report.restricted')}"
    yield ""
    yield from (f"{id_} ({force}): {summary}" for id_, force, summary in found.paragraphs)
    if found.remedies:
        yield from ("", f"{w('explain.mend')}{colon}")
        yield from (f"  {number}. {name}" for number, name in enumerate(found.remedies, 1))
    for key, record in (("good", found.valid), ("bad", found.invalid)):
        if record:
            yield from ("", f"{w(f'explain.{key}')}{colon}", "")
            yield from (f"    {line}".rstrip() for line in record.splitlines())


def _criterion(found: CriterionExplained) -> Iterable[str]:
    def w(key: str) -> str:
        return word(key, found.language)

    colon = w("colon")
    line = found.criterion
    yield f"{clean(found.label)}: {line.name} ({line.rule}) [{', '.join(line.paragraphs)}]"
    state = w(f"state.{line.state}")
    if line.state == "not-met":
        state += f" ({w(f'severity.{line.severity}')})"
    yield f"{w('report.state')}{colon} {state}"
    for finding in found.findings:
        value = finding.value or w("report.nothing")
        yield f"  {finding.path} {clean(value)}: {finding.message}"
        yield from mending(finding, found.language, "    ")
    yield ""
    yield f"{w('explain.triples')}{colon}"
    yield from (_told(s, found.language) for s in found.statements)
    if not found.statements:
        yield f"  {w('report.nothing')}"


def _contribution(found: ContributionExplained) -> Iterable[str]:
    target = f"{found.target_label} ({found.target})" if found.target_label else found.target
    parts = {"record": clean(found.label), "target": target}
    if not found.chains:
        yield word("explain.no-chain", found.language, **parts)
        return
    yield word("explain.chain", found.language, **parts)
    for number, chain in enumerate(found.chains, 1):
        yield ""
        weakest = word("explain.weakest", found.language) + word("colon", found.language)
        yield f"{number}. {weakest} {status(chain.status, found.language)}"
        yield from (_told(link, found.language) for link in chain.links)


def status(slug: str, language: str) -> str:
    """Return the name of a status of statements in a language."""
    iri = f"{names.ID}statement-status/{slug}"
    return texts.text(iri, names.SKOS + "prefLabel", language, slug).value


def _told(s: Statement, language: str) -> str:
    labels = tuple(f" “{clean(label)}”" if label else "" for label in s.labels)
    where = word("explain.claimed", language)
    if s.sources:
        where = f"{', '.join(s.sources)}; {status(s.status, language)}"
    note = f" ({s.note})" if s.note else ""
    start = f"{names.shorten(s.subject)}{labels[0]}"
    return f"  {start} {s.predicate} {clean(s.object)}{labels[1]}  [{where}]{note}"
