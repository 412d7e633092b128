"""How far the rules look: which properties lead them from a record to what else they see.

A large file is judged in parts. A part is sound for a rule if all that the rule looks at can be
fetched beforehand: what the nodes of a record lead to, step by step, and who bears the same name.
A rule that looks elsewhere, such as at whoever mentions a record, cannot be judged in parts.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from rdflib import RDF, SH, SKOS, BNode, Graph, URIRef, Variable
from rdflib.collection import Collection as RdfList
from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, Path, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from partnergraph import names, norms
from partnergraph.errors import UsageError
from partnergraph.norms import Norm
from partnergraph.sight import OCCASION, Axioms

_THIS = Variable("this")
_PARTNERSHIP = names.NS + "Partnership"
_LOCAL = {
    "path", "message", "severity", "name", "description", "order", "group", "deactivated",
    "targetClass", "targetSubjectsOf", "datatype", "nodeKind", "minCount", "maxCount", "minLength",
    "maxLength", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "pattern", "flags",
    "in", "languageIn", "uniqueLang", "hasValue", "equals", "disjoint", "lessThan",
    "lessThanOrEquals", "closed", "ignoredProperties", "class", "sparql", "qualifiedMinCount",
    "qualifiedMaxCount", "qualifiedValueShapesDisjoint", "update", "parameter",
}  # fmt: skip
"""What a shape may say that is read here, beside the shapes within it."""
_WITHIN = (SH.property, SH.node, SH.qualifiedValueShape, SH["not"])
_LISTS = (SH["and"], SH["or"], SH.xone)


class _Farther(Exception):
    """A rule looks at more than what a record leads to."""


@dataclass(frozen=True)
class Reach:
    """What has to be fetched for the rules to see all they look at."""

    onward: frozenset[str]
    """Properties whose values the rules look into."""
    endless: frozenset[str]
    """Those of them that they follow any number of times."""
    steps: int
    """How many others they follow in a row."""


def reach(norm: Norm, rules: Collection[str], axioms: Axioms) -> Reach:
    """Return how far rules look.

    Args:
        norm: the version of the strategy.
        rules: the rules to judge by.
        axioms: the ontology.

    Raises:
        UsageError: one of them cannot be judged in parts; it is named, with the reason.
    """
    walks = []
    for id_ in sorted(rules):
        walk = _Walk(norm.shapes, axioms)
        try:
            walk.shape(URIRef(names.RULE + id_), 0)
            if norm.rules[id_].with_inferred:
                walk.inferring()
        except _Farther as error:
            raise UsageError(
                f"the rule {id_} {error}, so it cannot be judged in parts",
                hint="Leave it out with --rules, or judge smaller files as a whole",
            ) from None
        walks.append(walk)
    # What decides whose rules apply is read by us, whatever the rules are.
    onward = {names.NS + "mandatedBy"}.union(*(walk.onward for walk in walks))
    return Reach(
        onward=frozenset(onward - {str(RDF.type)}),
        endless=frozenset().union(*(walk.endless for walk in walks)),
        steps=max((walk.steps for walk in walks), default=0) + 1,
    )


class _Walk:
    """Follows one rule."""

    def __init__(self, shapes: Graph, axioms: Axioms) -> None:
        self._shapes = shapes
        self._axioms = axioms
        self._known = {str(quad.subject)[1:-1] for quad in axioms.quads}
        self._prefixes = names.PREFIXES | {
            str(shapes.value(told, SH.prefix)): str(shapes.value(told, SH.namespace))
            for told in shapes.objects(None, SH.declare)
        }
        self._custom = {
            shapes.value(parameter, SH.path)
            for component in shapes.subjects(RDF.type, SH.ConstraintComponent)
            for parameter in shapes.objects(component, SH.parameter)
        }
        self._seen: set[tuple[Node, int]] = set()
        self._classes: set[str] = set()
        self.onward: set[str] = set()
        self.endless: set[str] = set()
        self.steps = 0

    def shape(self, node: Node, before: int) -> None:
        """Follow a shape that is judged at nodes some steps away."""
        if (node, before) in self._seen:
            return
        self._seen.add((node, before))
        for predicate in self._shapes.predicates(node):
            self._allowed(str(predicate))
        path = self._shapes.value(node, SH.path)
        text = norms.path(self._shapes, path)
        reached = before
        if path is not None:
            way = self._parsed(f"SELECT * {{ ?this {text} ?value }}")[0][1]
            reached += self._follow(way)
        inner = list(self._inner(node))
        self._classes |= {str(class_) for class_ in self._shapes.objects(node, SH["class"])}
        if path is not None and (inner or (node, SH["class"], None) in self._shapes):
            self.onward |= set(_last(way))
        for below in inner:
            self.shape(below, reached)
        for constraint in self._shapes.objects(node, SH.sparql):
            query = str(self._shapes.value(constraint, SH.select))
            self._query(query.replace("$PATH", f"({text})"), before)
        self.steps = max(self.steps, reached)

    def inferring(self) -> None:
        """Follow what conclusions are drawn from."""
        quads = self._axioms.quads
        told = {(str(q.subject), q.predicate.value): q.object for q in quads}
        for quad in quads:
            if quad.predicate.value == names.OWL + "propertyChainAxiom":
                first = str(told[str(quad.object), names.RDF + "first"])[1:-1]
                self.onward.add(first)
                self.endless.add(first)
        ranges = {str(q.object)[1:-1] for q in quads if q.predicate.value == names.RDFS + "range"}
        if shared := self._classes & self._axioms.kinds(ranges):
            told_by = ", ".join(names.shorten(class_) for class_ in sorted(shared))
            raise _Farther(
                f"asks whether something follows to be of {told_by} by any mention of it"
            )

    def _allowed(self, predicate: str) -> None:
        within = URIRef(predicate) in (*_WITHIN, *_LISTS)
        read = within or predicate.removeprefix(names.SH) in _LOCAL
        if URIRef(predicate) in self._custom or (predicate.startswith(names.SH) and not read):
            raise _Farther(f"has {names.shorten(predicate)}, which is not read for this")

    def _inner(self, node: Node) -> Iterator[Node]:
        for predicate in _WITHIN:
            yield from self._shapes.objects(node, predicate)
        for predicate in _LISTS:
            for told in self._shapes.objects(node, predicate):
                yield from RdfList(self._shapes, told)

    def _parsed(self, text: str) -> list[tuple[Node, Node | Path, Node]]:
        query = prepareQuery(text, initNs=self._prefixes)
        self._listed = dict(_listed(query.algebra))
        return list(_triples(query.algebra))

    def _query(self, text: str, before: int) -> None:
        triples = self._parsed(text)
        self._classes |= {str(o) for _, _, o in triples if isinstance(o, URIRef)}
        depth: dict[Node, int] = {_THIS: before}
        depth |= {variable: 0 for variable, terms in self._listed.items() if terms <= self._known}
        depth[URIRef(OCCASION.value)] = 0
        namesakes: set[Node] = set()
        # Longest ways first come to rest after as many rounds as there are triples.
        for _ in range(len(triples)):
            for subject, way, object_ in triples:
                if subject in depth:
                    length = depth[subject] + self._follow(way)
                    depth[object_] = max(length, depth.get(object_, 0))
                elif way == SKOS.prefLabel and object_ in depth:
                    depth[subject] = depth[object_]
                    namesakes.add(subject)
        for subject, way, _ in triples:
            if subject not in depth:
                raise _Farther(f"looks at {_told(subject)}, to which no record leads")
            if subject in namesakes and not set(_first(way)) <= {
                str(RDF.type),
                str(SKOS.prefLabel),
            }:
                raise _Farther("looks at more than the kinds of what bears the same name")
        kinds = {s: self._axioms.kinds([str(o)]) for s, _, o in triples if isinstance(o, URIRef)}
        if any(_PARTNERSHIP not in kinds.get(node, ()) for node in namesakes):
            raise _Farther("looks at others than partnerships that bear the same name")
        for _, way, object_ in triples:
            if any(object_ == other for other, _, _ in triples):
                self.onward |= set(_last(way))
        self.steps = max(self.steps, *depth.values())

    def _follow(self, way: Node | Path) -> int:
        """Note the properties on a way; return how many steps it has beside endless ones."""
        if isinstance(way, InvPath | NegatedPath):
            raise _Farther("looks at what mentions a node")
        if isinstance(way, Variable):
            return 1
        if isinstance(way, SequencePath):
            for step in way.args[:-1]:
                self.onward |= set(_last(step))
            return sum(map(self._follow, way.args))
        if isinstance(way, AlternativePath):
            return max(map(self._follow, way.args))
        if isinstance(way, MulPath):
            inside = set(_all(way.path))
            self.onward |= inside
            self.endless |= inside
            self._follow(way.path)
            return 0
        return 1


def _each(ends: Callable[[SequencePath], Node | Path]) -> Callable[[Node | Path], Iterator[str]]:
    def found(way: Node | Path) -> Iterator[str]:
        if isinstance(way, SequencePath):
            yield from found(ends(way))
        elif isinstance(way, AlternativePath):
            for one in way.args:
                yield from found(one)
        elif isinstance(way, MulPath):
            yield from found(way.path)
        elif isinstance(way, Variable):
            raise _Farther("looks into the values of any property")
        else:
            yield str(way)

    return found


_first = _each(lambda way: way.args[0])
_last = _each(lambda way: way.args[-1])


def _all(way: Node | Path) -> Iterator[str]:
    if isinstance(way, SequencePath | AlternativePath):
        for one in way.args:
            yield from _all(one)
    else:
        yield from _last(way)


def _triples(part: object) -> Iterator[tuple[Node, Node | Path, Node]]:
    """Yield the triples anywhere in a query."""
    for inner in _parts(part):
        if inner.name == "BGP":
            yield from inner.triples
        elif inner.name == "TriplesBlock":  # within EXISTS, which is not made algebra before
            for told in inner.triples:
                yield from zip(told[::3], told[1::3], told[2::3], strict=True)


def _listed(part: object) -> Iterator[tuple[Node, frozenset[str]]]:
    """Yield the variables that a filter holds to some IRIs."""
    for inner in _parts(part):
        if inner.name == "RelationalExpression" and inner.op == "IN":
            others = inner.other
            if isinstance(inner.expr, Variable) and all(isinstance(o, URIRef) for o in others):
                yield inner.expr, frozenset(map(str, others))


def _parts(part: object) -> Iterator[CompValue]:
    if isinstance(part, CompValue):
        yield part
        for value in part.values():
            yield from _parts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _parts(value)


def _told(node: Node) -> str:
    return "a node" if isinstance(node, BNode) else node.n3()
