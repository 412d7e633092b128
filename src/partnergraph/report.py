"""What the rules say of records: findings, criteria, verdicts, and reports that hold them.

Nothing here is in a language: a verdict has a ground, a criterion a state, and
:mod:`partnergraph.forms` puts them into words.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, get_args
from typing import Literal as OneOf

from partnergraph import names, texts
from partnergraph.facts import LANGUAGES
from partnergraph.store import BlankNode, Iri, Literal, Quad, Term, parse

SEVERITIES = ("Violation", "Warning", "Info")
Engine = OneOf["compiled", "pyshacl"]
"""What judges: our own engine, or the reference."""
ENGINES: tuple[Engine, ...] = get_args(Engine)
OUTCOMES = ("meets", "not-yet", "not-covered")
STATES = ("met", "not-met", "not-asked", "not-public")
# The schema of reports takes its descriptions from here.
_DOCUMENTED: dict[str, Any] = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(frozen=True)
class Choice:
    """A value of a remedy that the user chooses."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    label: str
    kind: str
    """The datatype or class of the value, by its short name; empty where values are listed."""
    values: tuple[str, ...]
    """The values to choose from, as Turtle writes them; empty for any value of the kind."""


@dataclass(frozen=True)
class Suggestion:
    """A remedy worked out for one finding."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    remedy: str
    name: str
    removes: str
    adds: str
    """What to take out and put in, in Turtle with short names; empty for nothing."""
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Finding:
    """One place where a record does not do what a rule asks."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    focus: str
    rule: str
    severity: str
    path: str
    """The property path, as SPARQL writes it."""
    value: str
    """The value that is at fault, as Turtle writes it; empty where a value is missing."""
    message: str
    paragraphs: tuple[str, ...]
    component: str
    remedies: tuple[Suggestion, ...] = ()
    """The smallest changes that would mend it, as choices; empty unless asked for."""


@dataclass(frozen=True)
class Criterion:
    """What one rule says of one record."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    rule: str
    name: str
    severity: str
    paragraphs: tuple[str, ...]
    state: str
    """``met``, ``not-met``, ``not-asked`` (not at this stage of a record's life), or
    ``not-public`` (it rests on facts that are not for everybody)."""
    values: tuple[str, ...]
    """The values that were found where the rule looks, in Turtle with short names."""
    stages: tuple[str, ...] = ()
    """The record statuses at which the rule is expected; empty for all."""


@dataclass(frozen=True)
class Question:
    """Something that a person has to judge, with the answer that the record keeps."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    question: str
    label: str
    text: str
    paragraphs: tuple[str, ...]
    answers: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    """Who recorded the answers, and on which days."""


ANSWER = """pg:hasHumanJudgement [
    pg:answersQuestion judgement-question:{id} ;
    pg:answer "…"@en ;
    pg:recordedBy organization:cites-secretariat ;
    pg:recordedOn "{day}"^^xsd:date ]"""
"""How a record keeps the answer to a question of the checklist."""


@dataclass(frozen=True)
class Verdict:
    """What the rules say of one record."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    record: str
    label: str
    outcome: str
    """``meets``, ``not-yet`` or ``not-covered``."""
    ground: str
    """Why, as a key of the words for grounds: ``no-violation``, ``violations``, ``short-term``…"""
    paragraphs: tuple[str, ...]
    reason: str = ""
    """The ground in words."""
    level: str = "unep-policy"
    """Whose rules decide: ``un-rules``, ``unep-policy`` or ``cites-decision``."""
    guidance: bool = False
    """Whether the rules were applied as non-binding guidance (S46)."""
    findings: tuple[Finding, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    checklist: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Basis:
    """What a report was made from: the same again gives the same report."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    norm: str
    """Short name of the version of the strategy."""
    norm_version: str
    rules: str
    """SHA-256 of the rules."""
    graph: str
    """SHA-256 of our own graphs as the judgement saw them."""
    record: str
    """SHA-256 of the record's statements in canonical order; empty for a file judged in parts."""
    version: str
    """Version of this program."""
    judged_on: str
    """The day that rules about time took as today."""
    chosen: tuple[str, ...] = ()
    """The rules that were asked for; empty for all."""
    replaced: tuple[str, ...] = ()
    """The rules that the norm has beside ours or in their place, with texts of its own."""
    restricted: tuple[str, ...] = ()
    """The rules that rest on facts which are often not public."""
    engine: Engine = "compiled"
    """What judged: ``compiled``, which is our own engine, or ``pyshacl``."""
    left: dict[str, str] = field(default_factory=dict)
    """The rules that our own engine cannot judge and left to pySHACL, each with the reason."""
    parts: int = 0
    """The number of parts that a large file was judged in, without a line for each criterion,
    remedies, checklist and the statements; 0 for a file judged as a whole."""
    content: str = ""
    """SHA-256 of the bytes of a file that was judged in parts."""


@dataclass(frozen=True)
class Report:
    """Verdicts, and what was looked at to reach them."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _DOCUMENTED

    file: str
    statements: int
    typed: int
    """How many nodes say what they are."""
    rules: int
    focus_nodes: dict[str, int]
    """For each rule the number of nodes it was asked about."""
    unseen: tuple[str, ...]
    """Typed nodes of the record that no rule looked at."""
    basis: Basis
    verdicts: tuple[Verdict, ...]
    language: str = "en"
    outdated: tuple[str, ...] = ()
    """What to write in place of deprecated terms."""
    loose: tuple[Finding, ...] = field(default=())
    """Findings about nodes that belong to no partnership of the record."""
    evidence: str = ""
    """The statements that were judged, as canonical N-Quads; empty unless kept."""

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Report":
        """Return the report that :meth:`as_dict` wrote, perhaps through JSON.

        Raises:
            ValueError: the data are not those of a report.
        """
        from pydantic import TypeAdapter

        return TypeAdapter(cls).validate_python(fields)

    def findings(self) -> tuple[Finding, ...]:
        """Return every finding, sorted."""
        return in_order([*(f for v in self.verdicts for f in v.findings), *self.loose])

    def worst(self) -> str:
        """Return the gravest severity found, or an empty string."""
        found = {finding.severity for finding in self.findings()}
        return next((severity for severity in SEVERITIES if severity in found), "")

    def fails(self, severities: Iterable[str]) -> bool:
        """Say whether something of these severities was found where the rules are no mere guidance.

        Args:
            severities: those that count.
        """
        found = [*self.loose, *(f for v in self.verdicts if not v.guidance for f in v.findings)]
        return any(finding.severity in severities for finding in found)

    def conforms(self) -> bool:
        """Say whether nothing is violated."""
        return self.worst() != "Violation"

    def public(self) -> "Report":
        """Return the report as everybody may see it.

        What rests on facts that are not for everybody is told as not public, whatever was
        found. The outcome is that of the rest, and says so: otherwise it would tell what the
        criteria do not. The statements that were judged are left out, and so is their hash,
        from which a guess could be confirmed.
        """
        restricted = set(self.basis.restricted)

        def open_only(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
            return tuple(f for f in findings if f.rule not in restricted)

        return replace(
            self,
            basis=replace(self.basis, record="", content=""),
            evidence="",
            loose=open_only(self.loose),
            verdicts=tuple(_public(v, open_only(v.findings), restricted) for v in self.verdicts),
        )

    def apart(self, mark: str) -> "Report":
        """Return the report with names of blank nodes that no other part of a file has.

        Args:
            mark: what their names begin with.
        """

        def name(node: str) -> str:
            return f"_:{mark}{node[2:]}" if node.startswith("_:") else node

        def named(findings: Iterable[Finding]) -> tuple[Finding, ...]:
            return tuple(replace(f, focus=name(f.focus), value=name(f.value)) for f in findings)

        return replace(
            self,
            unseen=tuple(map(name, self.unseen)),
            loose=named(self.loose),
            verdicts=tuple(
                replace(v, record=name(v.record), label=name(v.label), findings=named(v.findings))
                for v in self.verdicts
            ),
        )


def _public(verdict: Verdict, findings: tuple[Finding, ...], restricted: set[str]) -> Verdict:
    judged = verdict.outcome != "not-covered"
    violated = any(f.severity == "Violation" for f in findings)
    kept = replace(
        verdict,
        findings=findings,
        criteria=tuple(
            replace(c, state="not-public", values=()) if c.rule in restricted else c
            for c in verdict.criteria
        ),
    )
    if not judged:
        return kept
    if violated:
        return replace(kept, outcome="not-yet", ground="violations", paragraphs=named(findings))
    return replace(kept, outcome="meets", ground="public-part", paragraphs=())


def named(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the paragraphs that the violations among findings name."""
    return tuple(sorted({p for f in findings if f.severity == "Violation" for p in f.paragraphs}))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the gravest first, then by rule and place."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.focus, f.path, f.value),
        )
    )


def as_quads(report: Report, graph: str | None = None) -> list[Quad]:
    """Return a report as a SHACL validation report; each result has an IRI made of its content."""
    to = [Iri(graph)] if graph else []
    found = report.findings()
    told = (part for f in found for part in (f.focus, f.rule, f.path, f.value))
    node = Iri(names.ID + "report/" + digest(*told))
    about: list[tuple[str, Term]] = [
        (names.RDF + "type", Iri(names.SH + "ValidationReport")),
        (
            names.SH + "conforms",
            Literal(str(report.conforms()).lower(), datatype=Iri(names.XSD + "boolean")),
        ),
        (names.NS + "judgedUnder", Iri(names.expand(report.basis.norm))),
        (
            names.NS + "judgedOn",
            Literal(report.basis.judged_on, datatype=Iri(names.XSD + "date")),
        ),
    ]
    quads = [Quad(node, Iri(p), o, *to) for p, o in about]
    for f in report.findings():
        result = Iri(names.ID + "finding/" + digest(f.focus, f.rule, f.path, f.value))
        quads.append(Quad(node, Iri(names.SH + "result"), result, *to))
        values: list[tuple[str, Term]] = [
            (names.RDF + "type", Iri(names.SH + "ValidationResult")),
            (names.SH + "focusNode", _read(f.focus)),
            (names.SH + "resultSeverity", Iri(names.SH + f.severity)),
            (names.SH + "sourceShape", Iri(names.RULE + f.rule)),
            (names.SH + "sourceConstraintComponent", Iri(names.expand(f.component))),
            *(
                (names.SH + "resultMessage", Literal(said.value, language=said.language))
                for said in dict.fromkeys(
                    texts.message(f.rule, lang, f.message) for lang in LANGUAGES
                )
            ),
        ]
        if f.path and not set(f.path) & set("|/^"):
            values.append((names.SH + "resultPath", Iri(names.expand(f.path))))
        if f.value:
            values.append((names.SH + "value", _term(f.value)))
        quads.extend(Quad(result, Iri(p), o, *to) for p, o in values)
    return quads


def digest(*parts: str) -> str:
    """Return a short hash of some texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _read(node: str) -> Iri | BlankNode:
    return BlankNode(node[2:]) if node.startswith("_:") else Iri(node)


def _term(n3: str) -> Term:
    """Return the term that Turtle syntax stands for."""
    return parse(f"<urn:s> <urn:p> {n3} .".encode(), "turtle")[0].object  # type: ignore[return-value]
