"""Constraint components that a shapes graph defines itself, in SPARQL.

Source: SHACL, section 6.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from partnergraph.shacl.wrong import ShapesError

_TRUE = Literal(True)

Validator = tuple[Node, str, bool]
"""Its node, its query, and whether the query is an ASK."""


@dataclass(frozen=True)
class Component:
    """A constraint component with its parameters and validators."""

    node: Node
    required: tuple[URIRef, ...]
    optional: tuple[URIRef, ...]
    for_nodes: Validator | None
    for_properties: Validator | None

    def validator(self, for_property: bool) -> Validator | None:
        """Return the validator for property shapes or for node shapes."""
        return self.for_properties if for_property else self.for_nodes

    def arguments(self, graph: Graph, shape: Node) -> Iterator[dict[str, Node]]:
        """Yield for each constraint of a shape the values by the names of the parameters.

        Raises:
            ShapesError: several parameters, and one of them has several values.
        """
        given = {p: sorted(graph.objects(shape, p), key=str) for p in self._parameters}
        if not all(given[p] for p in self.required):
            return
        present = {p: values for p, values in given.items() if values}
        if len(self._parameters) > 1 and any(len(values) > 1 for values in present.values()):
            raise ShapesError(f"the shape {shape.n3()} gives a parameter of a component twice")
        for values in itertools.product(*present.values()):
            yield {_local(p): value for p, value in zip(present, values, strict=True)}

    @property
    def _parameters(self) -> tuple[URIRef, ...]:
        return (*self.required, *self.optional)


def components(graph: Graph) -> list[Component]:
    """Return the components that a shapes graph defines, sorted by name.

    Raises:
        ShapesError: one has no required parameter, or a validator without query.
    """
    kinds = set(graph.transitive_subjects(RDFS.subClassOf, SH.ConstraintComponent))
    nodes = {
        node
        for kind in kinds
        if kind is not None
        for node in graph.subjects(URIRef(_TYPE), kind)
        if (node, SH.parameter, None) in graph
    }
    return [_component(graph, node) for node in sorted(nodes, key=str)]


_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _component(graph: Graph, node: Node) -> Component:
    required: list[URIRef] = []
    optional: list[URIRef] = []
    for parameter in graph.objects(node, SH.parameter):
        path = graph.value(parameter, SH.path)
        if not isinstance(path, URIRef):
            raise ShapesError(f"a parameter of the component {node.n3()} has no sh:path")
        (optional if (parameter, SH.optional, _TRUE) in graph else required).append(path)
    if not required:
        raise ShapesError(f"the component {node.n3()} has no required parameter")
    general = _validator(graph, node, SH.validator)
    return Component(
        node,
        tuple(sorted(required)),
        tuple(sorted(optional)),
        _validator(graph, node, SH.nodeValidator) or general,
        _validator(graph, node, SH.propertyValidator) or general,
    )


def _validator(graph: Graph, node: Node, predicate: URIRef) -> Validator | None:
    source = graph.value(node, predicate)
    if source is None:
        return None
    for query, ask in ((SH.ask, True), (SH.select, False)):
        if (text := graph.value(source, query)) is not None:
            return source, str(text), ask
    raise ShapesError(f"the validator {source.n3()} has neither sh:ask nor sh:select")


def _local(parameter: URIRef) -> str:
    return str(parameter).replace("#", "/").rpartition("/")[2]
