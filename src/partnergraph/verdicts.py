"""From findings to verdicts: what the strategy covers, whose rules decide, what is left to people.

A record that claims to be a strategic partnership is judged by its claim: a violation means
*not yet*. One that makes no such claim is *not covered*, for the reason that its facts give.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rdflib import RDF, BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.paths import AlternativePath, InvPath, Path, SequencePath
from rdflib.term import Node

from partnergraph import names, terms
from partnergraph.norms import Norm, Rule
from partnergraph.records import Record
from partnergraph.report import Criterion, Finding, Question, Verdict, named
from partnergraph.store import BlankNode, Iri, Literal, Quad, Store

STRATEGIC = names.NS + "CITESStrategicPartnership"
_TYPE = names.RDF + "type"
_SECRETARIAT = names.ID + "organization/cites-secretariat"
_GOVERNING = {f"{names.ID}organization/cites-{body}" for body in ("cop", "sc", "ac", "pc")}
"""The Conference of the Parties and the permanent committees."""
_TRUE = {"true", "1"}
_GROUND_RULES = {
    "short-term": "S15-short-term",
    "money": "C5.b-no-transaction",
    "party-led": "S12-secretariat",
    "no-secretariat": "S12-secretariat",
}
"""The rule that a ground rests on: a norm without the rule does not have the ground."""
GROUNDS = {
    "no-violation": (),
    "public-part": (),
    "violations": (),
    "short-term": ("S15",),
    "money": ("C5.b",),
    "party-led": ("S12", "S46"),
    "no-secretariat": ("S12",),
    "prospect": ("S35",),
    "no-claim": ("S12",),
}
"""Why a verdict is what it is, with the paragraphs that say so."""
_DECIDING = {
    names.expand(short): short
    for short in (
        "rdf:type", "pg:conflictsWithPolicy", "pg:durationType", "pg:hasPartner",
        "pg:involvesFinancialTransaction", "pg:issuedBy", "pg:leads", "pg:level", "pg:mandatedBy",
        "pg:separateProcess",
    )
}  # fmt: skip
"""The properties that decide about coverage."""
_NAMING = {names.SKOS + "prefLabel", names.DCTERMS + "title"}
_MOST_VALUES = 12


@dataclass(frozen=True)
class Coverage:
    """Which records the strategy covers, by claim or not, and whose rules decide for each."""

    grounds: Mapping[str, str]
    """For each record why it is not covered; an empty text for one that claims to be."""
    levels: Mapping[str, str]

    def guides(self, node: str | None) -> bool:
        """Say whether the rules are only guidance for a record (S46)."""
        return node is not None and self.grounds.get(node) == "party-led"

    def as_if_strategic(self) -> list[Quad]:
        """Return types for the records that get guidance, so that the rules look at them."""
        return [
            Quad(
                BlankNode(node[2:]) if node.startswith("_:") else Iri(node),
                Iri(_TYPE),
                Iri(STRATEGIC),
            )
            for node in self.grounds
            if self.guides(node)
        ]


def coverage(
    records: Mapping[str, set[str]],
    quads: Iterable[Quad],
    classes: Mapping[str, set[str]],
    norm: Norm,
) -> Coverage:
    """Find out which records the strategy covers.

    Args:
        records: the types of each record.
        quads: what the records and our own graphs assert.
        classes: for each class the classes right above it.
        norm: the version of the strategy.
    """
    facts: dict[str, dict[str, set[str]]] = {node: {} for node in records}
    for quad in quads:
        if predicate := _DECIDING.get(quad.predicate.value):
            of = facts.setdefault(terms.name(quad.subject), {}).setdefault(predicate, set())
            told = quad.object
            of.add(told.value if isinstance(told, Literal) else terms.name(told))

    def kinds(types: Iterable[str]) -> set[str]:
        found, pending = set(), list(types)
        while pending:
            if (type_ := pending.pop()) not in found:
                found.add(type_)
                pending.extend(classes.get(type_, ()))
        return found

    led = {
        node
        for about in facts.values()
        if "pg:leads" in about and names.NS + "Country" in kinds(about.get("rdf:type", ()))
        for node in about["pg:leads"]
    }

    def led_by_party(node: str) -> bool:
        return node in led or names.ID + "level/party" in facts[node].get("pg:level", ())

    def ground(node: str, types: set[str]) -> str:
        about = facts[node]
        if STRATEGIC in kinds(types):
            return ""
        if names.NS + "ProspectivePartnership" in types:
            return "prospect"
        holds = {
            "short-term": names.NS + "ImplementationPartnership" in types
            or names.ID + "duration-type/short-term" in about.get("pg:durationType", ()),
            "money": bool(_TRUE & about.get("pg:involvesFinancialTransaction", set())),
            "party-led": _SECRETARIAT not in about.get("pg:hasPartner", ()) and led_by_party(node),
            "no-secretariat": _SECRETARIAT not in about.get("pg:hasPartner", ()),
        }
        found = (g for g, true in holds.items() if true and _GROUND_RULES[g] in norm.rules)
        return next(found, "no-claim")

    def level(node: str) -> str:
        about = facts[node]
        mandated = any(
            _GOVERNING & facts.get(decision, {}).get("pg:issuedBy", set())
            for decision in about.get("pg:mandatedBy", ())
        )
        if (
            _TRUE & about.get("pg:separateProcess", set())
            and mandated
            and not _TRUE & about.get("pg:conflictsWithPolicy", set())
        ):
            return "cites-decision"
        return "unep-policy"

    return Coverage(
        grounds={node: ground(node, types) for node, types in records.items()},
        levels={node: level(node) for node in records},
    )


def guided(finding: Finding) -> Finding:
    """Return a finding about a record that the rules only guide."""
    return replace(finding, severity="Info")


class Maker:
    """Makes the verdicts of one report."""

    def __init__(
        self,
        norm: Norm,
        store: Store,
        record: Record,
        covered: Coverage,
        owner: Mapping[str, str],
        focus: Mapping[str, set[str]],
    ) -> None:
        self._norm = norm
        self._store = store
        self._covered = covered
        self._owner = owner
        self._focus = focus
        self._labels = _labels(record)

    def verdict(
        self, node: str, findings: tuple[Finding, ...], data: Graph | None = None
    ) -> Verdict:
        """Return the verdict on one record.

        Args:
            node: the record.
            findings: what the rules found in it.
            data: what the rules see, for a line for each criterion and the checklist; None for
                neither.
        """
        ground = self._covered.grounds[node]
        outcome = "not-covered"
        if not ground:
            violated = any(f.severity == "Violation" for f in findings)
            outcome, ground = ("not-yet", "violations") if violated else ("meets", "no-violation")
        return Verdict(
            record=node,
            label=self._labels.get(node) or names.shorten(node),
            outcome=outcome,
            ground=ground,
            paragraphs=named(findings) if ground == "violations" else GROUNDS[ground],
            level=self._covered.levels[node],
            guidance=self._covered.guides(node),
            findings=findings,
            criteria=() if data is None else tuple(self._criteria(node, findings, data)),
            checklist=() if data is None else tuple(self._checklist(node, data)),
        )

    def _criteria(
        self, node: str, findings: tuple[Finding, ...], data: Graph
    ) -> Iterable[Criterion]:
        failed = {finding.rule for finding in findings}
        statuses = {
            names.shorten(str(status))
            for status in data.objects(terms.read(node), URIRef(names.NS + "recordStatus"))
        }
        for id_, nodes in self._focus.items():
            mine = sorted(n for n in nodes if self._owner.get(n) == node)
            if not mine:
                continue
            rule = self._norm.rules[id_]
            asked = not rule.stages or statuses & set(rule.stages)
            yield Criterion(
                rule=id_,
                name=rule.name,
                severity="Info" if self._covered.guides(node) else rule.severity,
                paragraphs=rule.paragraphs,
                state="not-met" if id_ in failed else "met" if asked else "not-asked",
                values=_values(rule, mine, data),
                stages=rule.stages,
            )

    def _checklist(self, node: str, data: Graph) -> Iterable[Question]:
        """Yield what a person has to judge, with the answers that the record keeps."""
        if self._covered.grounds[node] not in {"", "party-led", "no-claim"}:
            return
        pg = names.NS
        given: dict[str, list[Node]] = {}
        for judgement in data.objects(terms.read(node), URIRef(pg + "hasHumanJudgement")):
            for answered in data.objects(judgement, URIRef(pg + "answersQuestion")):
                given.setdefault(str(answered), []).append(judgement)
        for question in questions(self._store):
            judgements = given.get(names.expand(question.question), [])
            yield replace(
                question,
                answers=_told(data, judgements, "answer"),
                by=_told(data, judgements, "recordedBy", "recordedOn"),
            )


def _values(rule: Rule, nodes: Iterable[str], data: Graph) -> tuple[str, ...]:
    """Return what is found where a rule looks."""
    way = read_path(rule.path or "rdf:type")
    found = {_shown(value, data) for node in nodes for value in data.objects(terms.read(node), way)}
    shown = sorted(found)[:_MOST_VALUES]
    return (*shown, *(["…"] if len(found) > _MOST_VALUES else []))


def _shown(value: Any, data: Graph) -> str:
    """Return a value as people read it; a node without a name by what it is and says."""
    if isinstance(value, URIRef):
        short = names.shorten(str(value))
        labels = (
            str(label)
            for label in data.objects(value, URIRef(names.SKOS + "prefLabel"))
            if getattr(label, "language", "") == "en"
        )
        label = next(labels, "")
        return f"{label} ({short})" if label else short
    if isinstance(value, RdfLiteral):
        return str(value)
    told: list[str] = []
    for predicate, object_ in sorted(data.predicate_objects(value)):
        if predicate == RDF.type:
            told.insert(0, f"a {names.shorten(str(object_))}")
        elif not isinstance(object_, BNode):
            told.append(f"{names.shorten(str(predicate))} {_shown(object_, data)}")
    more = [] if len(told) <= _MOST_VALUES else ["…"]
    return f"[ {' ; '.join([*told[:_MOST_VALUES], *more])} ]"


def _told(data: Graph, judgements: Iterable[Node], *properties: str) -> tuple[str, ...]:
    return tuple(
        names.shorten(str(told))
        for judgement in judgements
        for name in properties
        for told in sorted(map(str, data.objects(judgement, URIRef(names.NS + name))))
    )


def questions(store: Store) -> list[Question]:
    """Return what a person has to judge about each record, in the order of the paragraphs."""
    rows = store.select(
        f"""{names.prologue("pg", "rdf", "skos", "dcterms")}
        SELECT ?q ?label ?text (GROUP_CONCAT(STR(?p); SEPARATOR=" ") AS ?ps) (MIN(?n) AS ?first)
        WHERE {{
          ?q a pg:JudgementQuestion ; skos:prefLabel ?label ; dcterms:description ?text .
          ?told rdf:subject ?q ; rdf:object pg:JudgementQuestion ; dcterms:source ?p .
          ?p pg:position ?n
          FILTER(LANG(?label) = "en" && LANG(?text) = "en")
        }} GROUP BY ?q ?label ?text ORDER BY ?first ?q"""
    )
    return [
        Question(
            question=names.shorten(row["q"].value),
            label=row["label"].value,
            text=row["text"].value,
            paragraphs=tuple(
                sorted(p.removeprefix(names.PARAGRAPH) for p in row["ps"].value.split())
            ),
        )
        for row in rows
    ]


def read_path(text: str) -> Path | URIRef:
    """Return the rdflib path for a path that SPARQL writes with short names and ``/ | ^``."""
    for mark, join in (("|", AlternativePath), ("/", SequencePath)):
        if mark in text:
            return join(*(read_path(piece) for piece in text.split(mark)))
    if text.startswith("^"):
        return InvPath(read_path(text[1:]))
    return URIRef(names.expand(text))


def _labels(record: Record) -> dict[str, str]:
    """Return for each node that has a name the one to call it by."""
    found: dict[str, list[Literal]] = {}
    for quad in record.quads:
        if quad.predicate.value in _NAMING and isinstance(quad.object, Literal):
            found.setdefault(terms.name(quad.subject), []).append(quad.object)
    return {
        node: min(
            of, key=lambda told: (told.language != "en", told.language or "", told.value)
        ).value
        for node, of in found.items()
    }
