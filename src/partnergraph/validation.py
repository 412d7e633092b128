"""Judging partnership records by the rules, with pySHACL as the engine.

A rule sees what was asserted: by the record, and by our own graphs about the things it
mentions. Rules marked ``pg:judgedWithInferred`` also see what follows from that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import rdflib
import rdflib.plugins.sparql
import rdflib.query
from rdflib import RDF, SH, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from partnergraph import names, reason, rooms
from partnergraph.errors import FaultError, UnknownNameError
from partnergraph.records import Record, partnerships
from partnergraph.report import Finding, Report, Verdict, in_order
from partnergraph.store import BlankNode, Iri, Literal, Quad, Store, parse

STRATEGIC = names.NS + "CITESStrategicPartnership"
_INFERRED = URIRef(names.NS + "judgedWithInferred")
_SOURCE = URIRef(names.DCTERMS + "source")


@dataclass(frozen=True)
class Rule:
    """A rule as people read it."""

    id: str
    name: str
    message: str
    why: str
    severity: str
    paragraphs: tuple[str, ...]
    target: str
    with_inferred: bool


@cache
def shapes() -> Graph:
    """Return the rules as one graph."""
    graph = Graph()
    for room in rooms.shapes():
        for triple in _triples(parse(room.read(), "turtle", room.name)):
            graph.add(triple)
    return graph


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by id, in the order of their ids."""
    graph = shapes()
    found = {}
    for iri in sorted(str(node) for node in graph.subjects(RDF.type, URIRef(names.NS + "Rule"))):
        node = URIRef(iri)
        id_ = str(node).removeprefix(names.RULE)
        try:
            found[id_] = Rule(
                id=id_,
                name=str(next(graph.objects(node, SH.name))),
                message=str(next(graph.objects(node, SH.message))),
                why=str(next(graph.objects(node, SH.description))),
                severity=str(next(graph.objects(node, SH.severity))).removeprefix(names.SH),
                paragraphs=tuple(
                    sorted(
                        str(p).removeprefix(names.ID + "paragraph/")
                        for p in graph.objects(node, _SOURCE)
                    )
                ),
                target=names.shorten(str(next(graph.objects(node, SH.targetClass)))),
                with_inferred=(node, _INFERRED, rdflib.Literal(True)) in graph,
            )
        except StopIteration:
            raise FaultError(
                f"the rule {id_} lacks a name, message, why, severity or target"
            ) from None
    return found


def choose(names_: Iterable[str]) -> frozenset[str]:
    """Return the ids of rules chosen by a user, or of all for none.

    Raises:
        UnknownNameError: there is no such rule; the nearest are told.
    """
    known = rules()
    for name in names_:
        if name not in known:
            raise UnknownNameError(
                f"there is no rule “{name}”",
                hint=names.nearest(name, known, "Rules look like S12-secretariat; see /rule/…"),
            )
    return frozenset(names_) or frozenset(known)


def judge(store: Store, record: Record, chosen: frozenset[str] | None = None) -> Report:
    """Judge the records of a file by every rule, or by those chosen."""
    chosen = choose(chosen or ())
    axioms = _ontology(store)
    asserted = [*record.quads, *context(store, record)]
    data = _graph(asserted)
    ontology = _graph(axioms)
    plain, inferring = _split(shapes(), chosen)
    found = _run(data, plain, ontology)
    if any(rules()[id_].with_inferred for id_ in chosen):
        follows = reason.closure(axioms, asserted)
        found |= _run(_graph([*asserted, *follows]), inferring, ontology)
    focus = _focus_nodes(data, ontology, record, chosen)
    return _report(store, record, found, focus)


def _split(graph: Graph, chosen: frozenset[str]) -> tuple[Graph, Graph]:
    """Return the chosen rules judged on what was asserted, and those judged with what follows.

    Both keep every shape, so that shapes can refer to one another; only targets are parted.
    """
    parts = (Graph(), Graph())
    for s, p, o in graph:
        targeted = p in {SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf}
        inferring = (s, _INFERRED, rdflib.Literal(True)) in graph
        if targeted and str(s).removeprefix(names.RULE) not in chosen:
            continue
        for index, part in enumerate(parts):
            if not targeted or inferring == bool(index):
                part.add((s, p, o))
    return parts


def _run(data: Graph, rules_: Graph, ontology: Graph) -> set[Finding]:
    import pyshacl

    # In place: pySHACL would copy the graph into one that parses each query for each node.
    _, results, _ = pyshacl.validate(
        data, shacl_graph=rules_, ont_graph=ontology, inference="none", inplace=True
    )
    if not isinstance(results, Graph):
        raise FaultError(f"the SHACL engine failed: {results}")
    return {_finding(results, node) for node in results.subjects(RDF.type, SH.ValidationResult)}


def _finding(results: Graph, node: Node) -> Finding:
    def one(predicate: URIRef) -> Node | None:
        return next(results.objects(node, predicate), None)

    rule = rules()[str(one(SH.sourceShape)).removeprefix(names.RULE)]
    return Finding(
        focus=_write(one(SH.focusNode)),
        rule=rule.id,
        severity=rule.severity,
        path=_path(results, one(SH.resultPath)),
        value=value.n3() if (value := one(SH.value)) is not None else "",
        message=rule.message,
        paragraphs=rule.paragraphs,
        component=names.shorten(str(one(SH.sourceConstraintComponent))),
    )


def _write(term: Node | None) -> str:
    if term is None:
        return ""
    if isinstance(term, URIRef):
        return str(term)
    return str(term) if isinstance(term, rdflib.Literal) else f"_:{term}"


def _path(graph: Graph, node: Node | None) -> str:
    """Return a SHACL path the way SPARQL writes it, with short names."""
    if node is None:
        return ""
    if isinstance(node, URIRef):
        return names.shorten(str(node))
    for predicate, joined in ((SH.alternativePath, "|"), (RDF.first, "/")):
        if (head := next(graph.objects(node, predicate), None)) is not None:
            steps = Collection(graph, head if joined == "|" else node)
            return joined.join(_path(graph, step) for step in steps)
    return "^" + _path(graph, next(graph.objects(node, SH.inversePath), None))


def context(store: Store, record: Record) -> list[Quad]:
    """Return what our own graphs assert about the things a record mentions, two steps far."""
    quads: dict[Quad, None] = {}
    asked: set[str] = set()
    wanted = {iri for iri in record.iris() if iri.startswith(names.ID)}
    for _ in range(2):
        new = wanted - asked
        asked |= new
        values = " ".join(str(Iri(iri)) for iri in sorted(new))
        rows = store.select(
            f"""{names.prologue("pg")}
            SELECT DISTINCT ?s ?p ?o WHERE {{
              VALUES ?s {{ {values} }}
              GRAPH ?g {{ ?s ?p ?o }}
              GRAPH <{names.MANIFEST}> {{ ?g pg:inDefaultGraph true }}
              FILTER(?g != <{names.INFERRED}> && ?g != <{names.FINDINGS}>)
            }}"""
        )
        for row in rows:
            quads[Quad(row["s"], row["p"], row["o"])] = None  # type: ignore[arg-type]
        wanted = {
            row["o"].value
            for row in rows
            if isinstance(row["o"], Iri)
            and row["o"].value.startswith(names.ID)
            and not row["o"].value.startswith(names.ID + "paragraph/")
        }
    return list(quads)


def _ontology(store: Store) -> list[Quad]:
    """Return the ontology without its texts, which no rule asks for."""
    return [
        quad
        for room in rooms.ontology()
        for quad in store.quads(room.graph)
        if not (isinstance(quad.object, Literal) and quad.object.language)
    ]


def _focus_nodes(
    data: Graph, ontology: Graph, record: Record, chosen: frozenset[str]
) -> dict[str, set[str]]:
    """Return for each chosen rule the nodes of the record that its target selects."""
    own = {_node(q.subject) for q in record.quads}
    found: dict[str, set[str]] = {}
    for rule in (rules()[id_] for id_ in sorted(chosen)):
        classes = ontology.transitive_subjects(
            URIRef(names.RDFS + "subClassOf"), URIRef(names.expand(rule.target))
        )
        found[rule.id] = {
            _write(node) for class_ in classes for node in data.subjects(RDF.type, class_)
        } & {_write(node) for node in own}
    return found


def _report(
    store: Store, record: Record, found: set[Finding], focus: dict[str, set[str]]
) -> Report:
    records = {
        (str(node)[1:-1] if str(node).startswith("<") else str(node)): types
        for node, types in partnerships(record.quads, store).items()
    }
    # A finding about our own graph's things is not the record's fault.
    own = {_write(_node(quad.subject)) for quad in record.quads}
    found = {finding for finding in found if finding.focus in own}
    seen = set().union(*focus.values()) if focus else set()
    typed = {
        _write(_node(q.subject)) for q in record.quads if q.predicate.value == names.RDF + "type"
    }
    owner = _owners(record, records)
    verdicts = []
    for node, types in sorted(records.items()):
        mine = in_order(f for f in found if owner.get(f.focus) == node)
        outcome, why, paragraphs = _outcome(types, mine)
        verdicts.append(
            Verdict(node, _label(record, node), outcome, why, paragraphs, findings=mine)
        )
    return Report(
        file=record.file,
        statements=len(record.quads),
        rules=len(focus),
        focus_nodes={rule: len(nodes) for rule, nodes in sorted(focus.items())},
        unseen=tuple(sorted(typed - seen - set(owner))),
        verdicts=tuple(verdicts),
        outdated=record.outdated,
        loose=in_order(f for f in found if f.focus not in owner),
    )


def _outcome(types: set[str], findings: tuple[Finding, ...]) -> tuple[str, str, tuple[str, ...]]:
    """Return outcome, reason and paragraphs for a record of the given types."""
    above = {names.NS + n for n in ("LongTermPartnership", "MediumTermPartnership")} | {STRATEGIC}
    violations = [f for f in findings if f.severity == "Violation"]
    if not types & above:
        if names.NS + "ImplementationPartnership" in types:
            why, paragraph = "short-term partnerships lie outside the strategy", "S15"
        elif names.NS + "ProspectivePartnership" in types:
            why, paragraph = "the partnership is only a prospect", "S35"
        else:
            why, paragraph = "the record does not claim to be a CITES strategic partnership", "S12"
        return ("not-yet", why, (paragraph,)) if violations else ("not-covered", why, (paragraph,))
    if violations:
        paragraphs = tuple(sorted({p for f in violations for p in f.paragraphs}))
        number = len(violations)
        stand = "1 finding stands" if number == 1 else f"{number} findings stand"
        return "not-yet", f"{stand} against it", paragraphs
    return "meets", "no rule of the strategy is broken", ()


def _owners(record: Record, records: Iterable[str]) -> dict[str, str]:
    """Return for each node of the record the partnership it hangs on."""
    below: dict[str, list[str]] = {}
    for quad in record.quads:
        if isinstance(quad.object, Iri | BlankNode):
            below.setdefault(_write(_node(quad.subject)), []).append(_write(_node(quad.object)))
    owner: dict[str, str] = {}
    for node in records:
        pending = [node]
        while pending:
            current = pending.pop()
            if current not in owner and (current == node or current not in records):
                owner[current] = node
                pending.extend(below.get(current, ()))
    return owner


def _label(record: Record, node: str) -> str:
    labels = [
        quad.object
        for quad in record.quads
        if _write(_node(quad.subject)) == node
        and quad.predicate.value in {names.SKOS + "prefLabel", names.DCTERMS + "title"}
        and isinstance(quad.object, Literal)
    ]
    labels.sort(key=lambda label: (label.language != "en", label.language or "", label.value))
    return labels[0].value if labels else names.shorten(node)


def _triples(quads: Iterable[Quad]) -> Iterable[tuple[Node, Node, Node]]:
    for quad in quads:
        yield _node(quad.subject), URIRef(quad.predicate.value), _node(quad.object)


class _Graph(Graph):
    """A graph that parses each query once.

    pySHACL asks the same text anew for each focus node, and parsing is most of its time.
    """

    def query(self, query_object: Any, *arguments: Any, **named: Any) -> rdflib.query.Result:
        """Answer a query, parsed before if it was asked before."""
        if isinstance(query_object, str):
            query_object = _parsed(query_object)
        return super().query(query_object, *arguments, **named)


@cache
def _parsed(text: str) -> rdflib.plugins.sparql.sparql.Query:
    return rdflib.plugins.sparql.prepareQuery(text)


def _graph(quads: Iterable[Quad]) -> Graph:
    graph = _Graph()
    for triple in _triples(quads):
        graph.add(triple)
    return graph


def _node(term: Any) -> Node:
    if isinstance(term, Iri):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    datatype = None if term.language else URIRef(term.datatype.value)
    if datatype == URIRef(names.XSD + "string"):
        datatype = None
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype)
