"""Judging partnership records by the rules of a norm, with pySHACL as the engine.

A rule sees what was asserted: by the record, and by our own graphs about the things it
mentions. Rules marked ``pg:judgedWithInferred`` also see what follows from that.
"""

import contextlib
import datetime
import hashlib
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import rdflib.plugins.sparql
import rdflib.query
from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from partnergraph import __version__, names, norms, reason, remedies, rooms, terms, verdicts
from partnergraph.errors import FaultError
from partnergraph.norms import Norm
from partnergraph.records import Record, partnerships
from partnergraph.report import Basis, Finding, Report, in_order
from partnergraph.store import Iri, Literal, Quad, Store, serialize
from partnergraph.terms import Triple

OCCASION = Iri(names.RULE + "occasion")
"""The subject of the statement that tells rules about time which day is today."""


def judge(
    store: Store,
    record: Record,
    chosen: Iterable[str] = (),
    *,
    norm: Norm | None = None,
    on: datetime.date | None = None,
    detailed: bool = True,
) -> Report:
    """Judge the records of a file.

    Args:
        store: our own graphs.
        record: what the file says.
        chosen: ids of the rules to judge by; all for none.
        norm: the version of the strategy; the draft that we ship unless told otherwise.
        on: the day that rules about time take as today.
        detailed: whether to work out a line for each criterion, the remedies, the checklist,
            and to keep the statements that were judged.

    Raises:
        UnknownNameError: a chosen rule is not one of the norm.
    """
    norm = norm or norms.current()
    asked = norm.choose(chosen)
    on = on or datetime.datetime.now(datetime.UTC).date()
    nodes = {terms.write(terms.node(s)): types for s, types in _records(record, store).items()}
    axioms = _axioms(store)
    view = _view(store, record, nodes, norm, on)
    # The ontology is most of what rules see, so it stays, and the record is laid over it.
    with axioms.lock, _beside(axioms.graph, view.triples):
        return _judge(store, record, nodes, norm, asked, view, axioms.graph, detailed)


def _judge(
    store: Store,
    record: Record,
    nodes: dict[str, set[str]],
    norm: Norm,
    asked: frozenset[str],
    view: "_View",
    data: Graph,
    detailed: bool,
) -> Report:
    found = findings(data, norm, asked, inferring=False)
    if any(norm.rules[id_].with_inferred for id_ in asked):
        with _beside(data, view.follows()):
            found |= findings(data, norm, asked, inferring=True)
    own = {terms.write(terms.node(quad.subject)) for quad in record.quads}
    focus = _focus_nodes(data, norm, asked, own)
    owner = _owners(record, nodes)
    # A finding about our own graph's things is not the record's fault.
    found = {
        verdicts.guided(f) if view.coverage.guides(owner.get(f.focus)) else f
        for f in found
        if f.focus in own
    }
    if detailed:
        found = {_with_remedies(norm, data, finding) for finding in found}
    typed = {
        terms.write(terms.node(q.subject))
        for q in record.quads
        if q.predicate.value == names.RDF + "type"
    }
    made = verdicts.Maker(norm, store, record, data, view.coverage, owner, focus)
    return Report(
        file=record.file,
        statements=len(record.quads),
        typed=len(typed),
        rules=len(focus),
        focus_nodes={rule: len(of) for rule, of in sorted(focus.items())},
        unseen=tuple(sorted(typed - set().union(*focus.values()) - set(owner))),
        basis=Basis(
            norm=names.shorten(norm.iri),
            norm_version=norm.version,
            rules=norm.digest,
            graph=_digest_of(store),
            record=hashlib.sha256(_lines(record)).hexdigest(),
            version=__version__,
            judged_on=view.on.isoformat(),
            chosen=() if asked == frozenset(norm.rules) else tuple(sorted(asked)),
            replaced=norm.replaced,
            restricted=tuple(sorted(i for i in asked if norm.rules[i].restricted)),
        ),
        verdicts=tuple(
            made.verdict(node, in_order(f for f in found if owner.get(f.focus) == node), detailed)
            for node in sorted(nodes)
        ),
        outdated=record.outdated,
        loose=in_order(f for f in found if f.focus not in owner),
        evidence=_lines(record).decode() if detailed else "",
    )


def seen(
    store: Store,
    record: Record,
    on: datetime.date,
    *,
    norm: Norm | None = None,
    inferring: bool = False,
) -> Graph:
    """Return what the rules see of a record: its statements, their context and the ontology.

    Args:
        store: our own graphs.
        record: what the file says.
        on: the day that rules about time take as today.
        norm: the version of the strategy; the draft that we ship unless told otherwise.
        inferring: whether what follows belongs to it.
    """
    nodes = {terms.write(terms.node(s)): types for s, types in _records(record, store).items()}
    view = _view(store, record, nodes, norm or norms.current(), on)
    data = _Graph()
    for triple in (*view.triples, *_axioms(store).triples, *(view.follows() if inferring else ())):
        data.add(triple)
    return data


@dataclass(frozen=True)
class _View:
    """What the rules see beside the ontology."""

    triples: list[Triple]
    coverage: verdicts.Coverage
    follows: Callable[[], list[Triple]]
    """The way to what follows from it."""
    on: datetime.date


def _view(
    store: Store, record: Record, nodes: dict[str, set[str]], norm: Norm, on: datetime.date
) -> _View:
    axioms = _axioms(store)
    told = [*record.quads, *context(store, record)]
    coverage = verdicts.coverage(nodes, told, axioms.classes, norm)
    asserted = [*told, _today(on), *coverage.as_if_strategic()]
    return _View(
        [*map(terms.triple, asserted)],
        coverage,
        lambda: [*map(terms.triple, reason.closure(axioms.quads, asserted))],
        on,
    )


@contextlib.contextmanager
def _beside(data: Graph, triples: list[Triple]) -> Iterator[None]:
    """Add triples to a graph for a while."""
    new = [triple for triple in dict.fromkeys(triples) if triple not in data]
    try:
        for triple in new:
            data.add(triple)
        yield
    finally:
        for triple in new:
            data.remove(triple)


def _records(record: Record, store: Store) -> dict[Any, set[str]]:
    """Return the partnership records of a file with their types."""
    wanted = partnerships(record.quads, store)
    return {q.subject: wanted[str(q.subject)] for q in record.quads if str(q.subject) in wanted}


def findings(data: Graph, norm: Norm, rules: frozenset[str], *, inferring: bool) -> set[Finding]:
    """Return what rules find in a graph.

    Args:
        data: what :func:`seen` returns.
        norm: the version of the strategy.
        rules: the rules to judge by.
        inferring: those of them that are judged with what follows, or those that are not.
    """
    import pyshacl

    shapes = norm.part(rules, inferring=inferring)

    # In place: pySHACL would copy the graph into one that parses each query for each node.
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", inplace=True)
    if not isinstance(results, Graph):
        raise FaultError(f"the SHACL engine failed: {results}")
    return {
        _finding(results, norm, node) for node in results.subjects(RDF.type, SH.ValidationResult)
    }


def _finding(results: Graph, norm: Norm, node: Node) -> Finding:
    def one(predicate: URIRef) -> Node | None:
        return next(results.objects(node, predicate), None)

    rule = norm.rules[str(one(SH.sourceShape)).removeprefix(names.RULE)]
    value = one(SH.value)
    return Finding(
        focus=terms.write(one(SH.focusNode)),
        rule=rule.id,
        severity=rule.severity,
        path=norms.path(results, one(SH.resultPath)),
        value=value.n3() if value is not None else "",
        message=rule.message,
        paragraphs=rule.paragraphs,
        component=names.shorten(str(one(SH.sourceConstraintComponent))),
    )


def _with_remedies(norm: Norm, data: Graph, finding: Finding) -> Finding:
    made = remedies.suggest(norm, finding.rule, data, finding.focus, finding.value)
    return replace(finding, remedies=made)


def context(store: Store, record: Record) -> list[Quad]:
    """Return what our own graphs assert about the things a record mentions, two steps far.

    Partnerships of our graph that have the name of one in the record are told by name and type.
    """
    quads: dict[Quad, None] = dict.fromkeys(_namesakes(store, record))
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
            and not row["o"].value.startswith(names.PARAGRAPH)
        }
    return list(quads)


def _namesakes(store: Store, record: Record) -> Iterator[Quad]:
    label = Iri(names.SKOS + "prefLabel")
    told = " ".join(sorted({str(q.object) for q in record.quads if q.predicate == label}))
    if told:
        for row in store.select(
            f"""{names.prologue("pg")}
            SELECT DISTINCT ?s ?l ?type WHERE {{
              VALUES ?l {{ {told} }} ?s {label} ?l ; a pg:Partnership ; a ?type }}"""
        ):
            subject = row["s"]
            yield Quad(subject, label, row["l"])  # type: ignore[arg-type]
            yield Quad(subject, Iri(names.RDF + "type"), row["type"])  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Axioms:
    """The ontology without its texts, which no rule asks for."""

    quads: list[Quad]
    triples: list[Triple]
    classes: dict[str, set[str]]
    """For each class the classes right above it."""
    graph: Graph
    lock: threading.Lock
    """Held by whoever lays something over the graph."""


_known: "weakref.WeakKeyDictionary[Store, _Axioms]" = weakref.WeakKeyDictionary()


def _axioms(store: Store) -> _Axioms:
    if store not in _known:
        quads = [
            quad
            for room in rooms.ontology()
            for quad in store.quads(room.graph)
            if not (isinstance(quad.object, Literal) and quad.object.language)
        ]
        classes: dict[str, set[str]] = {}
        for quad in quads:
            if quad.predicate.value == names.RDFS + "subClassOf" and isinstance(quad.object, Iri):
                classes.setdefault(str(quad.subject)[1:-1], set()).add(quad.object.value)
        graph = _Graph()
        triples = [terms.triple(quad) for quad in quads]
        for triple in triples:
            graph.add(triple)
        _known[store] = _Axioms(quads, triples, classes, graph, threading.Lock())
    return _known[store]


def _today(on: datetime.date) -> Quad:
    day = Literal(on.isoformat(), datatype=Iri(names.XSD + "date"))
    return Quad(OCCASION, Iri(names.NS + "judgedOn"), day)


def _focus_nodes(
    data: Graph, norm: Norm, chosen: frozenset[str], own: set[str]
) -> dict[str, set[str]]:
    """Return for each chosen rule the nodes of the record that its targets select."""
    of_class: dict[Node, set[str]] = {}

    def members(class_: Node) -> set[str]:
        if class_ not in of_class:
            below = data.transitive_subjects(URIRef(names.RDFS + "subClassOf"), class_)
            of_class[class_] = {
                terms.write(node)
                for c in below
                if c is not None
                for node in data.subjects(RDF.type, c)
            } & own
        return of_class[class_]

    return {
        id_: set().union(
            *(
                members(class_)
                for class_ in norm.shapes.objects(URIRef(names.RULE + id_), SH.targetClass)
            )
        )
        for id_ in sorted(chosen)
    }


def _owners(record: Record, records: Iterable[str]) -> dict[str, str]:
    """Return for each node of the record the partnership it hangs on."""
    below: dict[str, list[str]] = {}
    for quad in record.quads:
        if not isinstance(quad.object, Literal):
            below.setdefault(terms.write(terms.node(quad.subject)), []).append(
                terms.write(terms.node(quad.object))
            )
    owner: dict[str, str] = {}
    records = set(records)
    for node in sorted(records):
        pending = [node]
        while pending:
            current = pending.pop()
            if current not in owner and (current == node or current not in records):
                owner[current] = node
                pending.extend(below.get(current, ()))
    return owner


def _lines(record: Record) -> bytes:
    return serialize(sorted(record.quads, key=str), "nquads")


def _digest_of(store: Store) -> str:
    """Return a hash of our own graphs, without the rules and what they found."""
    rows = store.select(
        f"""{names.prologue("pg")}
        SELECT ?g ?h WHERE {{ GRAPH <{names.MANIFEST}> {{
          ?g pg:contentHash ?h ; pg:inDefaultGraph true }} }}"""
    )
    left_out = (names.GRAPH + "shapes/", names.INFERRED, names.FINDINGS, names.CATALOGUE)
    pairs = sorted(
        f"{row['g'].value} {row['h'].value}"
        for row in rows
        if not row["g"].value.startswith(left_out)
    )
    return hashlib.sha256("\n".join(pairs).encode()).hexdigest()


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
