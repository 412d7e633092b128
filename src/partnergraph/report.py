"""What the rules say of records: findings, verdicts, and reports that hold them."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from partnergraph import names, texts
from partnergraph.facts import LANGUAGES
from partnergraph.store import BlankNode, Iri, Literal, Quad, Term, parse

SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Finding:
    """One place where a record does not do what a rule asks."""

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


@dataclass(frozen=True)
class Verdict:
    """What the rules say of one record: ``meets``, ``not-yet`` or ``not-covered``."""

    record: str
    label: str
    outcome: str
    reason: str
    paragraphs: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Report:
    """Verdicts, and what was looked at to reach them."""

    file: str
    statements: int
    rules: int
    focus_nodes: dict[str, int]
    """For each rule the number of nodes it was asked about."""
    unseen: tuple[str, ...]
    """Typed nodes of the record that no rule looked at."""
    verdicts: tuple[Verdict, ...]
    outdated: tuple[str, ...] = ()
    """What to write in place of deprecated terms."""
    loose: tuple[Finding, ...] = field(default=())
    """Findings about nodes that belong to no partnership of the record."""

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Report":
        """Return the report that :meth:`as_dict` wrote, perhaps through JSON."""

        def finding(f: dict[str, Any]) -> Finding:
            return Finding(**{**f, "paragraphs": tuple(f["paragraphs"])})

        verdicts = tuple(
            Verdict(
                **{
                    **v,
                    "paragraphs": tuple(v["paragraphs"]),
                    "findings": tuple(finding(f) for f in v["findings"]),
                }
            )
            for v in fields["verdicts"]
        )
        loose = tuple(finding(f) for f in fields["loose"])
        return cls(
            **{
                **fields,
                "verdicts": verdicts,
                "loose": loose,
                "unseen": tuple(fields["unseen"]),
                "outdated": tuple(fields["outdated"]),
            }
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return every finding, sorted."""
        return in_order([*(f for v in self.verdicts for f in v.findings), *self.loose])

    def worst(self) -> str:
        """Return the gravest severity found, or an empty string."""
        found = {finding.severity for finding in self.findings()}
        return next((severity for severity in SEVERITIES if severity in found), "")


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
    node = Iri(names.ID + "report/" + _digest(*(str(f) for f in report.findings())))
    conforms = report.worst() != "Violation"
    boolean = Iri(names.XSD + "boolean")
    quads = [
        Quad(node, Iri(names.RDF + "type"), Iri(names.SH + "ValidationReport"), *to),
        Quad(
            node, Iri(names.SH + "conforms"), Literal(str(conforms).lower(), datatype=boolean), *to
        ),
    ]
    for f in report.findings():
        result = Iri(names.ID + "finding/" + _digest(f.focus, f.rule, f.path, f.value))
        quads.append(Quad(node, Iri(names.SH + "result"), result, *to))
        values: list[tuple[str, Term]] = [
            (names.RDF + "type", Iri(names.SH + "ValidationResult")),
            (names.SH + "focusNode", _read(f.focus)),
            (names.SH + "resultSeverity", Iri(names.SH + f.severity)),
            (names.SH + "sourceShape", Iri(names.RULE + f.rule)),
            (names.SH + "sourceConstraintComponent", Iri(names.expand(f.component))),
            *(
                (names.SH + "resultMessage", Literal(said.value, language=said.language))
                for said in {texts.message(f.rule, lang, f.message) for lang in LANGUAGES}
            ),
        ]
        if f.path and not set(f.path) & set("|/^"):
            values.append((names.SH + "resultPath", Iri(names.expand(f.path))))
        if f.value:
            values.append((names.SH + "value", _term(f.value)))
        quads.extend(Quad(result, Iri(p), o, *to) for p, o in values)
    return quads


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _read(node: str) -> Iri | BlankNode:
    return BlankNode(node[2:]) if node.startswith("_:") else Iri(node)


def _term(n3: str) -> Term:
    """Return the term that Turtle syntax stands for."""
    return parse(f"<urn:s> <urn:p> {n3} .".encode(), "turtle")[0].object  # type: ignore[return-value]
