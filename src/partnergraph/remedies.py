"""What would make a finding go away: the smallest changes to a record, as choices.

Each rule names its remedies in ``shapes/remedies/``, as SPARQL updates in which ``$this`` is
the focus node and ``$value`` the value at fault. A remedy is only told, never applied to
anybody's file; the tests apply them, and leave out each part in turn.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import NamespaceManager
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node
from rdflib.util import from_n3

from partnergraph import names, terms
from partnergraph.errors import FaultError
from partnergraph.norms import Norm
from partnergraph.report import Choice, Suggestion
from partnergraph.store import parse
from partnergraph.terms import Triple

_HAS = URIRef(names.NS + "hasRemedy")
_FORM = re.compile(
    r"\s*(?:DELETE\s*(\{.*?\})\s*)?(?:INSERT\s*(\{.*?\})\s*)?WHERE\s*(\{.*\})\s*", re.S
)
_VARIABLE = "urn:partnergraph:variable:"
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|[?$]([A-Za-z_]\w*)')


@dataclass(frozen=True)
class Parameter:
    """A value that the user chooses."""

    name: str
    label: str
    kind: str
    """The datatype or class of the value, by its short name; empty where choices are listed."""
    choices: tuple[str, ...]
    """The values to choose from, as Turtle writes them; empty for any value of the kind."""
    default: Node


@dataclass(frozen=True)
class Remedy:
    """One way to make a finding go away."""

    id: str
    """Rule and name, such as ``C5.d-validation#record-check``."""
    name: str
    parameters: tuple[Parameter, ...]
    removes: str
    adds: str
    """The templates of what is removed and added; empty for none."""
    where: str
    prefixes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One step of a change: a triple taken out, one put in, or one put in place of another."""

    removed: Triple | None
    added: Triple | None


def remedies(norm: Norm, rule: str) -> tuple[Remedy, ...]:
    """Return the remedies of a rule, in their order.

    Raises:
        FaultError: a remedy is not written in the form that is read here.
    """
    if (norm.digest, rule) not in _known:
        graph = norm.shapes
        found = sorted(
            graph.objects(URIRef(names.RULE + rule), _HAS),
            key=lambda node: (int(str(graph.value(node, SH.order) or 0)), str(node)),
        )
        _known[norm.digest, rule] = tuple(_read(graph, node) for node in found)
    return _known[norm.digest, rule]


_known: dict[tuple[str, str], tuple[Remedy, ...]] = {}


def _read(graph: Graph, node: Node) -> Remedy:
    id_ = str(node).removeprefix(names.RULE)
    match = _FORM.fullmatch(str(graph.value(node, SH.update)))
    if not match or not (match[1] or match[2]):
        raise FaultError(f"the remedy {id_} is not DELETE {{…}} INSERT {{…}} WHERE {{…}}")
    declared = graph.objects(graph.value(node, SH.prefixes), SH.declare)
    return Remedy(
        id=id_,
        name=str(graph.value(node, SH.name)),
        parameters=tuple(
            sorted(
                (_parameter(graph, p) for p in graph.objects(node, SH.parameter)),
                key=lambda p: p.name,
            )
        ),
        removes=match[1] or "",
        adds=match[2] or "",
        where=match[3],
        prefixes=tuple(
            sorted(
                (str(graph.value(d, SH.prefix)), str(graph.value(d, SH.namespace)))
                for d in declared
            )
        ),
    )


def _parameter(graph: Graph, node: Node) -> Parameter:
    name = re.split(r"[#/]", str(graph.value(node, SH.path)))[-1]
    kind = graph.value(node, SH.datatype) or graph.value(node, SH["class"])
    listed = graph.value(node, SH["in"])
    default = graph.value(node, SH.defaultValue)
    if default is None:
        raise FaultError(f"the parameter {name} has no sh:defaultValue")
    return Parameter(
        name=name,
        label=str(graph.value(node, SH.name)),
        kind=names.shorten(str(kind)) if kind else "",
        choices=tuple(_n3(n) for n in Collection(graph, listed)) if listed else (),
        default=default,
    )


def parts(
    remedy: Remedy,
    data: Graph,
    focus: Node,
    value: Node | None = None,
    chosen: Mapping[str, Node] | None = None,
) -> tuple[Part, ...]:
    """Return the steps of a remedy for one finding; an empty tuple where it does not apply.

    Args:
        remedy: the remedy.
        data: what the rules see.
        focus: the focus node of the finding.
        value: the value of the finding, if it has one.
        chosen: values of parameters by name; the defaults otherwise.
    """
    bound: dict[str, Any] = {"this": focus}
    if value is not None:
        bound["value"] = value
    for parameter in remedy.parameters:
        bound[parameter.name] = (chosen or {}).get(parameter.name, parameter.default)
    removed: set[Triple] = set()
    added: set[Triple] = set()
    # Numbered, not drawn at random: the same finding has the same remedies to the letter.
    fresh = (BNode(f"new{number}") for number in itertools.count())
    for solution in _solutions(remedy, data, bound):
        removes = _filled(_pattern(remedy.removes, remedy.prefixes), solution, fresh)
        adds = _filled(_pattern(remedy.adds, remedy.prefixes), solution, fresh)
        removed |= {triple for triple in removes if triple in data}
        added |= {triple for triple in adds if triple not in data}
    steps = []
    for old in sorted(removed):
        new = next((t for t in sorted(added) if t[:2] == old[:2]), None)
        if new:
            added.remove(new)
        steps.append(Part(old, new))
    return (*steps, *(Part(None, triple) for triple in sorted(added)))


def _solutions(remedy: Remedy, data: Graph, bound: dict[str, Any]) -> Iterable[Mapping[str, Node]]:
    """Yield what the variables stand for, once for each solution of the remedy's WHERE."""
    if not remedy.where.strip("{} \n"):
        yield bound
        return
    query = _prepared(f"SELECT * WHERE {remedy.where}", remedy.prefixes)
    found = Graph.query(data, query, initBindings=bound)
    for row in sorted(({str(k): v for k, v in b.items()} for b in found.bindings), key=str):
        yield {**bound, **row}


def _filled(
    pattern: Iterable[Triple], solution: Mapping[str, Node], fresh: Iterator[BNode]
) -> set[Triple]:
    """Return a template with its variables filled in and with blank nodes of its own."""
    own: dict[Node, Node] = {}

    def fill(term: Node) -> Node | None:
        if isinstance(term, BNode):
            if term not in own:
                own[term] = next(fresh)
            return own[term]
        if isinstance(term, URIRef) and term.startswith(_VARIABLE):
            return solution.get(term.removeprefix(_VARIABLE))
        return term

    filled = ((fill(s), fill(p), fill(o)) for s, p, o in pattern)
    # As in SPARQL, a triple with a variable that stands for nothing is left out.
    return {(s, p, o) for s, p, o in filled if s and p and o is not None}


@cache
def _pattern(template: str, prefixes: tuple[tuple[str, str], ...]) -> tuple[Triple, ...]:
    """Return a template as triples in which an IRI stands for each variable.

    A template is Turtle but for its variables, and Turtle is read much faster than SPARQL.
    """
    body = _TOKEN.sub(
        lambda m: f"<{_VARIABLE}{m[1]}>" if m[1] else m[0], template.strip().strip("{}").strip()
    )
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in prefixes)
    end = "" if not body or body.endswith(".") else " ."
    return tuple(terms.triple(q) for q in parse(f"{head}{body}{end}".encode(), "turtle"))


@cache
def _prepared(text: str, prefixes: tuple[tuple[str, str], ...]) -> Query:
    return prepareQuery(text, initNs=dict(prefixes))


def suggest(norm: Norm, rule: str, data: Graph, focus: str, value: str) -> tuple[Suggestion, ...]:
    """Return what would make one finding go away, as choices.

    Args:
        norm: the rules.
        rule: the rule that found something.
        data: what the rules see.
        focus: the focus node, as :func:`partnergraph.terms.write` writes it.
        value: the value at fault in Turtle, or an empty string.
    """
    fault = read_value(value)
    found = []
    for remedy in remedies(norm, rule):
        steps = parts(remedy, data, terms.read(focus), fault)
        if steps:
            found.append(
                Suggestion(
                    remedy=remedy.id,
                    name=remedy.name,
                    removes=_turtle(step.removed for step in steps if step.removed),
                    adds=_turtle(step.added for step in steps if step.added),
                    choices=tuple(_choice(p, data) for p in remedy.parameters),
                )
            )
    return tuple(found)


def _choice(parameter: Parameter, data: Graph) -> Choice:
    listed = parameter.choices or tuple(
        sorted(_n3(n) for n in data.subjects(RDF.type, URIRef(names.expand(parameter.kind))))
    )
    return Choice(parameter.label, parameter.kind, listed)


def read_value(n3: str) -> Node | None:
    """Return the value of a finding; None where a value is missing."""
    found = from_n3(n3) if n3 else None
    return found if isinstance(found, Node) else None


def _n3(term: Any) -> str:
    return names.shorten(str(term)) if isinstance(term, URIRef) else str(term.n3())


@cache
def _prefixes() -> NamespaceManager:
    manager = NamespaceManager(Graph(), bind_namespaces="none")
    for prefix, iri in names.PREFIXES.items():
        manager.bind(prefix, iri)
    return manager


def _turtle(triples: Iterable[Triple]) -> str:
    """Return triples in Turtle with short names and without the prefix lines."""
    graph = Graph(namespace_manager=_prefixes())
    for triple in triples:
        graph.add(triple)
    text = graph.serialize(format="turtle") if len(graph) else ""
    return "\n".join(line for line in text.splitlines() if not line.startswith("@prefix")).strip()
