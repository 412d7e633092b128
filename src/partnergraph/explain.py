"""Why: what a rule asks, what decided about a record, by which chain it contributes to an aim."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from partnergraph import names, norms, remedies, rooms, terms, texts, usage, validation
from partnergraph.contributions import ContributionExplained, contribution
from partnergraph.errors import UnknownNameError
from partnergraph.forms.localized import localized
from partnergraph.norms import Norm
from partnergraph.records import Record
from partnergraph.report import Criterion, Finding, Report, Verdict
from partnergraph.statements import Statement, with_provenance
from partnergraph.store import BlankNode, Iri, Quad, Store

_STEPS = 4
_MOST_STATEMENTS = 200


@dataclass(frozen=True)
class RuleExplained:
    """What a rule asks and why, with two records to learn from."""

    rule: str
    name: str
    message: str
    why: str
    note: str
    severity: str
    paragraphs: tuple[tuple[str, str, str], ...]
    """Id, force and summary of each paragraph."""
    target: str
    path: str
    stages: tuple[str, ...]
    restricted: bool
    remedies: tuple[str, ...]
    valid: str
    invalid: str
    language: str = "en"
    kind: str = "rule"


@dataclass(frozen=True)
class CriterionExplained:
    """What decided about one criterion of one record."""

    record: str
    label: str
    criterion: Criterion
    findings: tuple[Finding, ...]
    statements: tuple[Statement, ...]
    language: str = "en"
    kind: str = "criterion"


@dataclass(frozen=True)
class VerdictExplained:
    """The verdict on one record, with what was looked at."""

    report: Report
    language: str = "en"
    kind: str = field(default="verdict")


Explained = RuleExplained | CriterionExplained | ContributionExplained | VerdictExplained


def explain(
    store: Store,
    subject: str,
    detail: str = "",
    *,
    language: str = "en",
    record: Record | None = None,
    norm: Norm | None = None,
    on: datetime.date | None = None,
) -> Explained:
    """Explain a rule, a verdict, one criterion of it, or a contribution.

    Args:
        store: our own graphs.
        subject: a rule's id, or a partnership by its short name or the last part of it; the
            file's name where a record is given.
        detail: a rule's id, or an aim by its short name, such as ``sdg:15.7``.
        language: of the texts.
        record: a record that is not in the store.
        norm: the version of the strategy.
        on: the day that rules about time take as today.

    Raises:
        UnknownNameError: there is no such rule, partnership or aim; the nearest are told.
    """
    norm = norm or norms.current()
    if record is None and subject.removeprefix("rule:") in norm.rules:
        if detail:
            raise UnknownNameError(
                f"“{subject}” is a rule, and nothing of it is called “{detail}”",
                hint="Name a record first: explain RECORD RULE",
            )
        return rule(store, norm, subject.removeprefix("rule:"), language)
    record = record or known(store, subject, norm)
    if not detail:
        made = validation.judge(store, record, norm=norm, on=on)
        return VerdictExplained(localized(made, language), language)
    if detail.removeprefix("rule:") in norm.rules:
        return criterion(store, norm, record, detail.removeprefix("rule:"), language, on)
    return contribution(store, norm, record, detail, language)


def rule(store: Store, norm: Norm, id_: str, language: str) -> RuleExplained:
    """Explain what a rule asks and why."""
    found = norm.rule(id_)
    ours = id_ not in norm.replaced

    def said(predicate: str, english: str) -> str:
        if not ours:
            return english
        return texts.text(names.RULE + id_, predicate, language, english).value

    rows = store.select(
        f"""{names.prologue("pg", "dcterms")}
        SELECT ?p ?force ?summary WHERE {{
          VALUES ?p {{ {" ".join(str(Iri(names.PARAGRAPH + p)) for p in found.paragraphs)} }}
          ?p pg:force ?force ; dcterms:abstract ?summary FILTER(LANG(?summary) = "en")
        }} ORDER BY ?p"""
    )
    pair = {kind: room.read().decode() for kind, room in rooms.records(id_).items()} if ours else {}
    return RuleExplained(
        rule=id_,
        name=said(names.SH + "name", found.name),
        message=said(names.SH + "message", found.message),
        why=said(names.SH + "description", found.why),
        note=found.note,
        severity=found.severity,
        paragraphs=tuple(
            (
                row["p"].value.removeprefix(names.PARAGRAPH),
                row["force"].value.rpartition("/")[2],
                row["summary"].value,
            )
            for row in rows
        ),
        target=found.target,
        path=found.path,
        stages=found.stages,
        restricted=found.restricted,
        remedies=tuple(
            texts.text(names.RULE + r.id, names.SH + "name", language, r.name).value
            if ours
            else r.name
            for r in remedies.remedies(norm, id_)
        ),
        valid=pair.get("valid", ""),
        invalid=pair.get("invalid", ""),
        language=language,
    )


def known(store: Store, name: str, norm: Norm | None = None) -> Record:
    """Return the record of a partnership of our own graph.

    Raises:
        UnknownNameError: there is none of that name; the nearest are told.
    """
    about: dict[Any, list[Quad]] = {}
    for quad in store.quads(names.GRAPH + "partnerships"):
        about.setdefault(quad.subject, []).append(Quad(quad.subject, quad.predicate, quad.object))
    wanted = [names.expand_or(name) if ":" in name else f"{names.ID}{kind}/{name}"
              for kind in ("partnership", "prospect", "project")]  # fmt: skip
    subjects = {s.value: s for s in about if isinstance(s, Iri)}
    start = next((subjects[iri] for iri in wanted if iri in subjects), None)
    if start is None:
        some = [names.shorten(s.value) for s in about if isinstance(s, Iri)]
        listed = [s for s in some if s.startswith(("partnership:", "prospect:"))]
        rules = norm.rules if norm else ()
        raise UnknownNameError(
            f"there is neither a rule nor a partnership “{name}”",
            hint=names.nearest(
                name,
                [*listed, *(s.partition(":")[2] for s in listed), *rules],
                "Partnerships look like iccwc, rules like S12-secretariat",
            ),
        )
    quads: list[Quad] = []
    pending: list[Iri | BlankNode] = [start]
    done: set[Iri | BlankNode] = set()
    while pending:
        node = pending.pop()
        if node in done:
            continue
        done.add(node)
        quads += about[node]
        # What hangs on a record is told with it; other partnerships are not.
        pending += [
            q.object
            for q in about[node]
            if isinstance(q.object, Iri | BlankNode)
            and q.object in about
            and not str(q.object).startswith(f"<{names.ID}partnership/")
        ]
    return Record(names.shorten(start.value), quads)


def criterion(
    store: Store,
    norm: Norm,
    record: Record,
    id_: str,
    language: str,
    on: datetime.date | None = None,
) -> CriterionExplained:
    """Explain what decided about one criterion of a record.

    Raises:
        UnknownNameError: the rule has nothing to look at in this record.
    """
    on = on or datetime.datetime.now(datetime.UTC).date()
    made = localized(validation.judge(store, record, {id_}, norm=norm, on=on), language)
    verdict = _only(made, id_)
    line = next(c for c in verdict.criteria if c.rule == id_)
    data = validation.seen(store, record, on, inferring=norm.rules[id_].with_inferred)
    focus = {f.focus for f in verdict.findings} or {verdict.record}
    triples = _deciding(data, usage.terms_of(norm, id_), focus)
    return CriterionExplained(
        record=verdict.record,
        label=verdict.label,
        criterion=line,
        findings=verdict.findings,
        statements=with_provenance(store, triples, language),
        language=language,
    )


def _only(made: Report, id_: str) -> Verdict:
    looked = [v for v in made.verdicts if any(c.rule == id_ for c in v.criteria)]
    # Of several records in a file, one that does not meet the criterion is told first.
    looked.sort(key=lambda v: (not any(f.rule == id_ for f in v.findings), v.record))
    if not looked:
        raise UnknownNameError(
            f"the rule {id_} has nothing to look at in {made.file}",
            hint="Leave the rule out to see which criteria the record has",
        )
    return replace(looked[0], findings=tuple(f for f in looked[0].findings if f.rule == id_))


def _deciding(data: Graph, used: Iterable[str], focus: Iterable[str]) -> list[terms.Triple]:
    """Return the triples that a rule can have looked at, from its focus nodes on."""
    properties = [URIRef(names.expand(term)) for term in sorted(used)]
    found: dict[terms.Triple, None] = {}
    near: list[Node] = [terms.read(node) for node in sorted(focus)]
    seen: set[Node] = set()
    for _ in range(_STEPS):
        after: list[Node] = []
        for node in near:
            if node in seen:
                continue
            seen.add(node)
            for property_ in properties:
                for value in sorted(data.objects(node, property_), key=str):
                    if property_ == RDF.type and not str(value).startswith(names.NS):
                        continue
                    found[node, property_, value] = None
                    if property_ != RDF.type:
                        after.append(value)
        near = after
    return list(found)[:_MOST_STATEMENTS]
