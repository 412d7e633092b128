"""Versions of the strategy as sets of rules: the draft that we ship, and others beside it.

A norm is a graph of shapes with one header, a ``pg:Norm``. A norm that revises another holds
only what differs: rules that are new or that stand in place of the old ones of the same name,
and in its header the rules it withdraws and the paragraphs it changes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import rdflib
from rdflib import OWL, RDF, SH, SKOS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from partnergraph import names, rooms, terms
from partnergraph.errors import FaultError, UnknownNameError, UnreadableInputError, Where
from partnergraph.shacl.plan import Plan
from partnergraph.store import parse

CURRENT = names.ID + "norm/sc78-draft"
_NORM = URIRef(names.NS + "Norm")
_RULE = URIRef(names.NS + "Rule")
_SOURCE = URIRef(names.DCTERMS + "source")
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)


@dataclass(frozen=True)
class Rule:
    """A rule as people read it."""

    id: str
    name: str
    message: str
    why: str
    note: str
    """Why the severity is not the one of the paragraph's force; empty where it is."""
    severity: str
    paragraphs: tuple[str, ...]
    target: str
    path: str
    """The property path, as SPARQL writes it; empty for a rule about a node as a whole."""
    stages: tuple[str, ...]
    """The record statuses at which the rule is expected; empty for all."""
    with_inferred: bool
    restricted: bool
    """Whether the rule rests on facts that are often not public."""


@dataclass(frozen=True)
class Norm:
    """One version of the strategy: its rules, and the graph they are made of."""

    iri: str
    label: str
    version: str
    digest: str
    """The SHA-256 of the files that the rules come from."""
    shapes: Graph = field(repr=False)
    rules: dict[str, Rule] = field(repr=False)
    changed: tuple[str, ...] = ()
    """The paragraphs that differ from the norm it revises."""
    withdrawn: tuple[str, ...] = ()
    revises: str = ""
    replaced: tuple[str, ...] = ()
    """The rules that it has beside those of the norm it revises, or in their place."""
    _parts: dict[tuple[frozenset[str], bool], Graph] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def _engine_triples(self) -> list[terms.Triple]:
        """What the engine needs; the parameters of a remedy would look like shapes to it."""
        left_out = set(self.shapes.subjects(RDF.type, URIRef(names.NS + "Remedy")))
        left_out |= {p for r in tuple(left_out) for p in self.shapes.objects(r, SH.parameter)}
        return [triple for triple in self.shapes if triple[0] not in left_out]

    @cached_property
    def plan(self) -> Plan:
        """The rules compiled to queries."""
        graph = Graph()
        for triple in self._engine_triples:
            graph.add(triple)
        return Plan(graph)

    @property
    def id(self) -> str:
        """The last part of the name."""
        return self.iri.rpartition("/")[2]

    def choose(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the rules chosen by a user, or all for none.

        Raises:
            UnknownNameError: there is no such rule; the nearest are told.
        """
        ids = tuple(ids)
        for id_ in ids:
            self.rule(id_)
        return frozenset(ids) or frozenset(self.rules)

    def rule(self, id_: str) -> Rule:
        """Return a rule by its id.

        Raises:
            UnknownNameError: there is no such rule; the nearest are told.
        """
        if id_ not in self.rules:
            raise UnknownNameError(
                f"there is no rule “{id_}”",
                hint=names.nearest(id_, self.rules, "Rules look like S12-secretariat; see /rule/…"),
            )
        return self.rules[id_]

    def part(self, ids: frozenset[str], *, inferring: bool) -> Graph:
        """Return the shapes with only the targets of some rules.

        Every shape is kept, so that shapes can refer to one another.

        Args:
            ids: the rules wanted.
            inferring: those that are judged with what follows, or those that are not.
        """
        if (ids, inferring) not in self._parts:
            wanted = {
                URIRef(names.RULE + i) for i in ids if self.rules[i].with_inferred == inferring
            }
            graph = Graph()
            for triple in self._engine_triples:
                if triple[1] not in _TARGETS or triple[0] in wanted:
                    graph.add(triple)
            if len(self._parts) > 3:
                self._parts.clear()
            self._parts[ids, inferring] = graph
        return self._parts[ids, inferring]


@cache
def current() -> Norm:
    """Return the norm that we ship: the rules of the draft strategy."""
    graph, digest = Graph(), hashlib.sha256()
    for room in rooms.shapes():
        digest.update(room.read())
        for quad in parse(room.read(), "turtle", room.name):
            graph.add(terms.triple(quad))
    return _norm(graph, URIRef(CURRENT), digest.hexdigest())


def revised(base: Norm, content: bytes, file: str) -> Norm:
    """Return the norm that a file makes of another.

    Args:
        base: the norm that the file's header says it revises.
        content: Turtle with one ``pg:Norm`` and the rules that are new or changed.
        file: its name, for messages.

    Raises:
        UnreadableInputError: no header or several, another norm is revised, a rule withdrawn
            that is not there, a rule that lacks something, or nothing that differs.
    """
    graph = Graph()
    for quad in parse(content, "turtle", file):
        graph.add(terms.triple(quad))

    def wrong(detail: str, hint: str = "") -> UnreadableInputError:
        return UnreadableInputError(detail, where=Where(file), hint=hint)

    headers = list(graph.subjects(RDF.type, _NORM))
    if len(headers) != 1:
        raise wrong(
            f"the file has {len(headers)} headers of a norm and needs one",
            f"Describe it as <{names.ID}norm/…> a pg:Norm ; pg:revises norm:{base.id}",
        )
    head = headers[0]
    if graph.value(head, URIRef(names.NS + "revises")) != URIRef(base.iri):
        raise wrong(f"the norm does not say that it revises {names.shorten(base.iri)}")
    withdrawn = set(graph.objects(head, URIRef(names.NS + "withdrawsRule")))
    for rule in withdrawn:
        if str(rule).removeprefix(names.RULE) not in base.rules:
            raise wrong(
                f"the norm withdraws {names.shorten(str(rule))}, which {base.label} does not have",
                names.nearest(str(rule).removeprefix(names.RULE), base.rules),
            )
    replaced = set(graph.subjects(RDF.type, _RULE))
    if not replaced | withdrawn:
        raise wrong("the norm neither withdraws a rule nor holds one")
    merged = Graph()
    gone = {str(rule) for rule in replaced | withdrawn}
    for triple in base.shapes:
        if str(triple[0]).partition("#")[0] not in gone and triple[0] != URIRef(base.iri):
            merged.add(triple)
    for triple in graph:
        merged.add(triple)
    try:
        digest = hashlib.sha256(base.digest.encode() + content).hexdigest()
        made = _norm(merged, URIRef(str(head)), digest)
    except FaultError as error:
        raise wrong(error.detail) from error
    ids = sorted(str(rule).removeprefix(names.RULE) for rule in replaced)
    return replace(made, replaced=tuple(ids))


def _norm(graph: Graph, head: URIRef, digest: str) -> Norm:
    def header(predicate: str) -> list[str]:
        return sorted(str(o) for o in graph.objects(head, URIRef(predicate)))

    label = next(
        (str(o) for o in graph.objects(head, SKOS.prefLabel) if getattr(o, "language", "") == "en"),
        "",
    )
    version = "".join(header(str(OWL.versionInfo)))
    if not label or not version:
        raise FaultError(f"the norm {names.shorten(str(head))} lacks a label or owl:versionInfo")
    rules = {}
    for iri in sorted(str(node) for node in graph.subjects(RDF.type, _RULE)):
        rule = _rule(graph, URIRef(iri))
        rules[rule.id] = rule
    return Norm(
        iri=str(head),
        label=label,
        version=version,
        digest=digest,
        shapes=graph,
        rules=rules,
        changed=tuple(
            p.removeprefix(names.PARAGRAPH) for p in header(names.NS + "changesParagraph")
        ),
        withdrawn=tuple(r.removeprefix(names.RULE) for r in header(names.NS + "withdrawsRule")),
        revises="".join(header(names.NS + "revises")),
    )


def _rule(graph: Graph, node: URIRef) -> Rule:
    id_ = str(node).removeprefix(names.RULE)

    def one(predicate: Node) -> str:
        found = next(graph.objects(node, predicate), None)
        if found is None:
            raise FaultError(f"the rule {id_} lacks {names.shorten(str(predicate))}")
        return str(found)

    def true(local: str) -> bool:
        return (node, URIRef(names.NS + local), rdflib.Literal(True)) in graph

    paragraphs = sorted(_paragraph(str(p)) for p in graph.objects(node, _SOURCE))
    if not paragraphs:
        raise FaultError(f"the rule {id_} names no paragraph")
    return Rule(
        id=id_,
        name=one(SH.name),
        message=one(SH.message),
        why=one(SH.description),
        note=str(next(graph.objects(node, SKOS.editorialNote), "")),
        severity=one(SH.severity).removeprefix(names.SH),
        paragraphs=tuple(paragraphs),
        target=names.shorten(one(SH.targetClass)),
        path=path(graph, next(graph.objects(node, SH.path), None)),
        stages=tuple(
            sorted(
                names.shorten(str(s)) for s in graph.objects(node, URIRef(names.NS + "expectedAt"))
            )
        ),
        with_inferred=true("judgedWithInferred"),
        restricted=true("restsOnRestrictedFacts"),
    )


def _paragraph(iri: str) -> str:
    return iri.removeprefix(names.PARAGRAPH)


def path(graph: Graph, node: Node | None) -> str:
    """Return a SHACL path the way SPARQL writes it, with short names."""
    if node is None:
        return ""
    if isinstance(node, URIRef):
        return names.shorten(str(node))
    for predicate, joined in ((SH.alternativePath, "|"), (RDF.first, "/")):
        if (head := next(graph.objects(node, predicate), None)) is not None:
            steps = Collection(graph, head if joined == "|" else node)
            return joined.join(path(graph, step) for step in steps)
    return "^" + path(graph, next(graph.objects(node, SH.inversePath), None))
