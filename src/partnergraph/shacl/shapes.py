"""Shapes as data: what a shapes graph says, read once and checked.

Source: SHACL, sections 2 (shapes and targets) and 4 (core constraint components).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from partnergraph import names
from partnergraph.errors import QuerySyntaxError
from partnergraph.shacl import paths
from partnergraph.shacl.components import Component, components
from partnergraph.shacl.paths import Path
from partnergraph.shacl.wrong import ShapesError
from partnergraph.sparql import mentions_service
from partnergraph.store import Store

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_REFERENCES = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_REFERENCE_LISTS = (SH["and"], SH["or"], SH.xone)
_NOT_COMPILED = {
    URIRef(names.SH + local): what
    for local, what in {
        "target": "a target of SHACL Advanced Features",
        "rule": "a rule of SHACL Advanced Features",
        "expression": "an expression of SHACL Advanced Features",
        "values": "a computed value of SHACL Advanced Features",
        "js": "a constraint in JavaScript",
    }.items()
}
_TRUE = Literal(True)
_VOCABULARY: Any = SH


@dataclass(frozen=True)
class Target:
    """A way to select focus nodes: ``targetClass``, ``targetNode``… and its value."""

    kind: str
    value: Node


@dataclass(frozen=True)
class Constraint:
    """One constraint of a shape.

    ``component`` is the IRI of the constraint component. ``value`` is its parameter: a node, an
    int, a list of nodes, or what the component needs. ``source`` is the constraint's own node, for
    constraints in SPARQL.
    """

    component: str
    value: Any
    source: Node | None = None
    messages: tuple[Literal, ...] = ()


@dataclass(frozen=True)
class Query:
    """A query of a constraint in SPARQL, with the prefixes it was written with."""

    text: str
    prefixes: dict[str, str] = field(hash=False)


@dataclass(frozen=True)
class Qualified:
    """The parameters of a qualified value shape."""

    shape: Node
    count: int
    siblings: tuple[Node, ...]


@dataclass(frozen=True)
class Custom:
    """A constraint of a component that the shapes define themselves."""

    query: Query
    ask: bool
    arguments: dict[str, Node] = field(hash=False)


@dataclass(frozen=True)
class Shape:
    """A node shape, or a property shape if it has a path."""

    node: Node
    path: Path | None
    targets: tuple[Target, ...]
    constraints: tuple[Constraint, ...]
    properties: tuple[Node, ...]
    severity: str
    messages: tuple[Literal, ...]
    refused: str
    """Why it cannot be compiled; empty if it can."""


class Shapes:
    """The shapes of a graph, each read when it is first asked for.

    Shapes that nobody refers to are not looked at, as the standard allows them to be ill-formed.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._known: dict[Node, Shape] = {}
        self._not_recursive: set[Node] = set()

    @cached_property
    def components(self) -> list[Component]:
        """The constraint components that the graph defines."""
        return components(self.graph)

    def targeted(self) -> list[Shape]:
        """Return the shapes that have targets, sorted by name.

        Raises:
            ShapesError: one of them is ill-formed.
        """
        nodes = {node for predicate in _TARGETS for node in self.graph.subjects(predicate, None)}
        nodes |= set(self.graph.subjects(URIRef(names.SH + "target"), None))
        nodes |= set(self._implicit())
        return [self[node] for node in sorted(nodes, key=str) if not self.deactivated(node)]

    def deactivated(self, node: Node) -> bool:
        """Say whether a shape is switched off."""
        return (node, SH.deactivated, _TRUE) in self.graph

    def __getitem__(self, node: Node) -> Shape:
        if node not in self._known:
            self._known[node] = self._shape(node)
        return self._known[node]

    def check_no_recursion(self, node: Node, above: tuple[Node, ...] = ()) -> str:
        """Return why shapes below one cannot be compiled because they lead back; else nothing."""
        if node in above:
            return f"the shape {_name(node)} refers to itself, and recursion has no one meaning"
        if node in self._not_recursive:
            return ""
        for below in self._below(node):
            if why := self.check_no_recursion(below, (*above, node)):
                return why
        self._not_recursive.add(node)
        return ""

    def _below(self, node: Node) -> Iterator[Node]:
        if self.deactivated(node):
            return
        for predicate in _REFERENCES:
            yield from self.graph.objects(node, predicate)
        for predicate in _REFERENCE_LISTS:
            for head in self.graph.objects(node, predicate):
                yield from paths.members(self.graph, head)

    def _implicit(self) -> Iterator[Node]:
        """Yield the classes that are shapes too."""
        classes = {RDFS.Class} | set(self.graph.transitive_subjects(RDFS.subClassOf, RDFS.Class))
        for kind in (SH.NodeShape, SH.PropertyShape):
            for node in self.graph.subjects(RDF.type, kind):
                if any(type_ in classes for type_ in self.graph.objects(node, RDF.type)):
                    yield node

    def _targets(self, node: Node) -> tuple[Target, ...]:
        found = [
            Target(str(predicate).removeprefix(names.SH), value)
            for predicate in _TARGETS
            for value in self.graph.objects(node, predicate)
        ]
        if isinstance(node, URIRef) and node in set(self._implicit()):
            found.append(Target("targetClass", node))
        return tuple(sorted(set(found), key=str))

    def _shape(self, node: Node) -> Shape:
        graph = self.graph
        path = self._path(node)
        refused = self._refused(node)
        return Shape(
            node=node,
            path=path,
            targets=self._targets(node),
            constraints=() if refused else tuple(self._constraints(node, path)),
            properties=tuple(sorted(graph.objects(node, SH.property), key=str)),
            severity=str(self._one(node, SH.severity) or SH.Violation),
            messages=_messages(graph, node),
            refused=refused,
        )

    def _refused(self, node: Node) -> str:
        for predicate, what in _NOT_COMPILED.items():
            if (node, predicate, None) in self.graph:
                return f"the shape {_name(node)} has {what}"
        for used in self.graph.predicates(node):
            local = str(used).removeprefix(names.SH)
            if str(used).startswith(names.SH) and used not in _VOCABULARY:
                known = SH.__annotations__
                raise ShapesError(
                    f"the shape {_name(node)} has sh:{local}, which SHACL does not know",
                    hint=names.nearest(local, known),
                )
        return ""

    def _one(self, node: Node, predicate: URIRef) -> Node | None:
        found = list(self.graph.objects(node, predicate))
        if len(found) > 1:
            raise ShapesError(f"the shape {_name(node)} has {len(found)} times {_name(predicate)}")
        return found[0] if found else None

    def _path(self, node: Node) -> Path | None:
        found = self._one(node, SH.path)
        if found is None:
            if (node, RDF.type, SH.PropertyShape) in self.graph:
                raise ShapesError(f"the property shape {_name(node)} has no sh:path")
            return None
        return paths.read(self.graph, found)

    def _constraints(self, node: Node, path: Path | None) -> Iterator[Constraint]:
        yield from self._single(node)
        yield from self._listed(node)
        yield from self._qualified(node)
        yield from self._queries(node)
        for component in self.components:
            yield from self._custom(component, node, path)

    def _single(self, node: Node) -> Iterator[Constraint]:
        """Yield the constraints that are made by one value of one parameter."""
        graph = self.graph
        for predicate, (component, read) in _SINGLE.items():
            for value in sorted(graph.objects(node, predicate), key=str):
                try:
                    yield Constraint(component, read(value))
                except ValueError as error:
                    raise ShapesError(
                        f"{_name(predicate)} of the shape {_name(node)} {error}"
                    ) from error
        if (node, SH.uniqueLang, _TRUE) in graph:
            yield Constraint(_component("UniqueLang"), True)
        pattern, flags = self._one(node, SH.pattern), self._one(node, SH.flags)
        if pattern is not None:
            yield Constraint(_component("Pattern"), (str(pattern), str(flags or "")))
        if (node, SH.closed, _TRUE) in graph:
            ignored = graph.value(node, SH.ignoredProperties)
            allowed = set(paths.members(graph, ignored)) if ignored is not None else set()
            for below in graph.objects(node, SH.property):
                allowed |= {p for p in graph.objects(below, SH.path) if isinstance(p, URIRef)}
            yield Constraint(_component("Closed"), tuple(sorted(str(p) for p in allowed)))

    def _listed(self, node: Node) -> Iterator[Constraint]:
        """Yield the constraints whose parameter is a list."""
        for predicate, component in _LISTED.items():
            for head in sorted(self.graph.objects(node, predicate), key=str):
                yield Constraint(component, tuple(paths.members(self.graph, head)))

    def _qualified(self, node: Node) -> Iterator[Constraint]:
        graph = self.graph
        for shape in sorted(graph.objects(node, SH.qualifiedValueShape), key=str):
            siblings: set[Node] = set()
            if (node, SH.qualifiedValueShapesDisjoint, _TRUE) in graph:
                for parent in graph.subjects(SH.property, node):
                    for sibling in graph.objects(parent, SH.property):
                        siblings |= set(graph.objects(sibling, SH.qualifiedValueShape))
            others = tuple(sorted(siblings - {shape}, key=str))
            for predicate, component in (
                (SH.qualifiedMinCount, _component("QualifiedMinCount")),
                (SH.qualifiedMaxCount, _component("QualifiedMaxCount")),
            ):
                if (count := self._one(node, predicate)) is not None:
                    yield Constraint(component, Qualified(shape, _number(count), others))

    def _queries(self, node: Node) -> Iterator[Constraint]:
        graph = self.graph
        for source in sorted(graph.objects(node, SH.sparql), key=str):
            if self.deactivated(source) and source != node:
                continue
            selects = list(graph.objects(source, SH.select))
            if len(selects) != 1:
                raise ShapesError(
                    f"the constraint {_name(source)} needs one sh:select and has {len(selects)}"
                )
            query = Query(str(selects[0]), declared(graph, source))
            _check(query, source)
            yield Constraint(_component("SPARQL"), query, source, _messages(graph, source))

    def _custom(self, component: Component, node: Node, path: Path | None) -> Iterator[Constraint]:
        validator = component.validator(path is not None)
        for arguments in component.arguments(self.graph, node):
            if validator is None:
                raise ShapesError(
                    f"the component {_name(component.node)} has no validator for the shape "
                    f"{_name(node)}"
                )
            source, text, ask = validator
            query = Query(text, declared(self.graph, source))
            _check(query, source)
            yield Constraint(
                str(component.node),
                Custom(query, ask, arguments),
                None,
                _messages(self.graph, source) or _messages(self.graph, component.node),
            )


def declared(graph: Graph, node: Node) -> dict[str, str]:
    """Return the prefixes that a query was given by ``sh:prefixes``, imports included.

    Raises:
        ShapesError: a prefix stands for two namespaces.
    """
    found: dict[str, str] = {}
    pending = list(graph.objects(node, SH.prefixes))
    seen: set[Node] = set()
    while pending:
        ontology = pending.pop()
        if ontology in seen:
            continue
        seen.add(ontology)
        pending.extend(graph.objects(ontology, URIRef(names.OWL + "imports")))
        for declaration in graph.objects(ontology, SH.declare):
            prefix = str(graph.value(declaration, SH.prefix))
            namespace = str(graph.value(declaration, SH.namespace))
            if found.setdefault(prefix, namespace) != namespace:
                raise ShapesError(
                    f"the prefix {prefix}: stands for {found[prefix]} and {namespace}"
                )
    return found


def _check(query: Query, source: Node) -> None:
    """Check that the engine can read a query.

    Raises:
        ShapesError: it cannot.
    """
    prologue = "".join(f"PREFIX {p}: <{iri}>\n" for p, iri in query.prefixes.items())
    text = query.text.replace("$PATH", "<urn:path>").replace("?PATH", "<urn:path>")
    if mentions_service(text):
        # To ask it, even of no data, might call a service. It is refused when it is compiled.
        return
    try:
        Store.in_memory().check(prologue + text)
    except QuerySyntaxError as error:
        line = (error.where.line or 1) - len(query.prefixes)
        raise ShapesError(
            f"the query of {_name(source)} cannot be read: line {line}, {error.detail}",
            hint=query.text.strip(),
        ) from error


def _messages(graph: Graph, node: Node) -> tuple[Literal, ...]:
    found = [m for m in graph.objects(node, SH.message) if isinstance(m, Literal)]
    return tuple(sorted(found, key=lambda m: (m.language or "", str(m))))


def _name(node: Node) -> str:
    return names.shorten(str(node)) if isinstance(node, URIRef) else node.n3()


def _component(local: str) -> str:
    return f"{names.SH}{local}ConstraintComponent"


def _number(value: Node) -> int:
    if not isinstance(value, Literal) or value.datatype != XSD.integer or value.ill_typed:
        raise ValueError(f"is {value.n3()}, which is no xsd:integer")
    return int(value)


def _iri(value: Node) -> Node:
    if not isinstance(value, URIRef):
        raise ValueError(f"is {value.n3()}, which is no IRI")  # noqa: TRY004
    return value


def _literal(value: Node) -> Node:
    if not isinstance(value, Literal):
        raise ValueError(f"is {value.n3()}, which is no literal")  # noqa: TRY004
    return value


_SINGLE: dict[URIRef, tuple[str, Callable[[Node], Any]]] = {
    SH["class"]: (_component("Class"), _iri),
    SH.datatype: (_component("Datatype"), _iri),
    SH.nodeKind: (_component("NodeKind"), _iri),
    SH.minCount: (_component("MinCount"), _number),
    SH.maxCount: (_component("MaxCount"), _number),
    SH.minExclusive: (_component("MinExclusive"), _literal),
    SH.minInclusive: (_component("MinInclusive"), _literal),
    SH.maxExclusive: (_component("MaxExclusive"), _literal),
    SH.maxInclusive: (_component("MaxInclusive"), _literal),
    SH.minLength: (_component("MinLength"), _number),
    SH.maxLength: (_component("MaxLength"), _number),
    SH.equals: (_component("Equals"), _iri),
    SH.disjoint: (_component("Disjoint"), _iri),
    SH.lessThan: (_component("LessThan"), _iri),
    SH.lessThanOrEquals: (_component("LessThanOrEquals"), _iri),
    SH["not"]: (_component("Not"), lambda value: value),
    SH.node: (_component("Node"), lambda value: value),
    SH.hasValue: (_component("HasValue"), lambda value: value),
}
_LISTED = {
    SH["in"]: _component("In"),
    SH.languageIn: _component("LanguageIn"),
    SH["and"]: _component("And"),
    SH["or"]: _component("Or"),
    SH.xone: _component("Xone"),
}
