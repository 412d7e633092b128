"""Judging partnership records by the rules of a norm.

A rule sees what was asserted: by the record, and by our own graphs about the things it
mentions. Rules marked ``pg:judgedWithInferred`` also see what follows from that.
"""

import datetime
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from rdflib import SH, Graph, URIRef

from partnergraph import __version__, compiled, names, norms, reference, remedies, terms, verdicts
from partnergraph.norms import Norm
from partnergraph.records import Record
from partnergraph.report import Basis, Engine, Finding, Report, in_order
from partnergraph.sight import Sight, claimed, sight
from partnergraph.store import Iri, Literal, Store, serialize


def judge(
    store: Store,
    record: Record,
    chosen: Iterable[str] = (),
    *,
    norm: Norm | None = None,
    on: datetime.date | None = None,
    detailed: bool = True,
    engine: Engine = "compiled",
    exact: bool | None = None,
) -> Report:
    """Judge the records of a file, or of a part of one.

    Args:
        store: our own graphs.
        record: what the file says.
        chosen: ids of the rules to judge by; all for none.
        norm: the version of the strategy; the draft that we ship unless told otherwise.
        on: the day that rules about time take as today.
        detailed: whether to work out a line for each criterion, the remedies, the checklist,
            and to keep the statements that were judged.
        engine: what judges.
        exact: for a part of a file, whether the file has literals that a store rewrites; None for
            a whole file.

    Raises:
        UnknownNameError: a chosen rule is not one of the norm.
    """
    norm = norm or norms.current()
    asked = norm.choose(chosen)
    seen = sight(store, record, norm, on or datetime.datetime.now(datetime.UTC).date())
    # The ontology stays, and the record is laid over it.
    with seen.axioms.lock:
        found = _findings(seen, norm, asked, engine, exact or False)
        lines = _lines(record) if exact is None else b""
        return _report(store, record, norm, asked, seen, found, lines, detailed)


@dataclass(frozen=True)
class _Found:
    findings: set[Finding]
    engine: Engine
    left: Mapping[str, str]
    """The rules that our own engine left to the reference, each with the reason."""


def _findings(
    seen: Sight, norm: Norm, asked: frozenset[str], engine: Engine, exact: bool
) -> _Found:
    found: set[Finding] = set()
    left: dict[str, str] = {}
    for inferring in (False, True):
        rules = {id_ for id_ in asked if norm.rules[id_].with_inferred == inferring}
        others: Collection[str] = rules
        if engine == "compiled" and rules:
            with seen.in_store(inferring=inferring, exact=exact) as (data, stood_in):
                ours, why = compiled.findings(data, norm, rules, seen.axioms.below, stood_in)
            found |= ours
            left |= why
            others = why.keys()
        if others:
            with seen.in_graph(inferring=inferring) as graph:
                found |= reference.findings(graph, norm, others, inferring=inferring)
    return _Found(found, engine, left)


def _report(
    store: Store,
    record: Record,
    norm: Norm,
    asked: frozenset[str],
    seen: Sight,
    made: _Found,
    lines: bytes,
    detailed: bool,
) -> Report:
    nodes = sorted(claimed(store, record.quads))
    owner = _owners(record, nodes)
    own = {terms.name(quad.subject) for quad in record.quads}
    focus = _focus_nodes(seen, norm, asked, own)
    # A finding about our own graph's things is not the record's fault.
    found = {
        verdicts.guided(f) if seen.coverage.guides(owner.get(f.focus)) else f
        for f in made.findings
        if f.focus in own
    }
    of: dict[str, list[Finding]] = {}
    for finding in found:
        of.setdefault(owner.get(finding.focus, ""), []).append(finding)
    maker = verdicts.Maker(norm, store, record, seen.coverage, owner, focus)
    if detailed:
        with seen.in_graph() as data:
            of = {node: [_with_remedies(norm, data, f) for f in fs] for node, fs in of.items()}
            told = [maker.verdict(node, in_order(of.get(node, ())), data) for node in nodes]
    else:
        told = [maker.verdict(node, in_order(of.get(node, ()))) for node in nodes]
    typed = {terms.name(q.subject) for q in record.quads if q.predicate.value == names.RDF + "type"}
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
            record=hashlib.sha256(lines).hexdigest() if lines else "",
            version=__version__,
            judged_on=seen.on.isoformat(),
            chosen=() if asked == frozenset(norm.rules) else tuple(sorted(asked)),
            replaced=norm.replaced,
            restricted=tuple(sorted(i for i in asked if norm.rules[i].restricted)),
            engine=made.engine,
            left=dict(sorted(made.left.items())),
        ),
        verdicts=tuple(told),
        outdated=record.outdated,
        loose=in_order(of.get("", ())),
        evidence=lines.decode() if detailed else "",
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
    made = sight(store, record, norm or norms.current(), on)
    data = reference.CachingGraph()
    for quad in (*made.asserted, *made.axioms.quads, *(made.follows if inferring else ())):
        data.add(terms.triple(quad))
    return data


def _with_remedies(norm: Norm, data: Graph, finding: Finding) -> Finding:
    made = remedies.suggest(norm, finding.rule, data, finding.focus, finding.value)
    return replace(finding, remedies=made)


def _focus_nodes(
    seen: Sight, norm: Norm, chosen: frozenset[str], own: set[str]
) -> dict[str, set[str]]:
    """Return for each chosen rule the nodes of the record that its targets select."""
    of_class: dict[str, set[str]] = {}
    for quad in seen.asserted:
        if quad.predicate.value == names.RDF + "type" and isinstance(quad.object, Iri):
            node = terms.name(quad.subject)
            if node in own:
                for class_ in seen.axioms.kinds([quad.object.value]):
                    of_class.setdefault(class_, set()).add(node)
    return {
        id_: set().union(
            *(
                of_class.get(str(class_), ())
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
            below.setdefault(terms.name(quad.subject), []).append(terms.name(quad.object))
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
