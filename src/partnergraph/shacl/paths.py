"""Property paths of SHACL, and how SPARQL writes them.

Source: SHACL, section 2.3.1.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.term import Node

from partnergraph.shacl.wrong import ShapesError

_REPEATED = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


@dataclass(frozen=True)
class Path:
    """A path: one property, or an operator over other paths.

    The operator is ``""`` for a property, ``^`` for the inverse, ``/`` for a sequence, ``|`` for
    alternatives and ``*``, ``+`` or ``?`` for repetition.
    """

    operator: str
    steps: tuple["Path", ...] = ()
    predicate: str = ""

    def __str__(self) -> str:
        return self.sparql()

    def sparql(self, name: Callable[[str], str] = "<{}>".format) -> str:
        """Return the path as SPARQL writes it, with whole IRIs unless told otherwise.

        Args:
            name: gives what to write for the IRI of a property.
        """
        if not self.operator:
            return name(self.predicate)
        if self.operator == "^":
            return f"^{self.steps[0]._inner(name)}"
        if self.operator in "/|":
            return self.operator.join(step._inner(name) for step in self.steps)
        return self.steps[0]._inner(name) + self.operator

    def _inner(self, name: Callable[[str], str]) -> str:
        return f"({self.sparql(name)})" if self.operator else self.sparql(name)

    @property
    def nullable(self) -> bool:
        """Whether the path leads from every node to itself."""
        if self.operator in ("*", "?"):
            return True
        if self.operator == "|":
            return any(step.nullable for step in self.steps)
        return bool(self.steps) and all(step.nullable for step in self.steps)

    @property
    def predicates(self) -> frozenset[str]:
        """The IRIs of the properties in it."""
        if not self.operator:
            return frozenset((self.predicate,))
        return frozenset().union(*(step.predicates for step in self.steps))

    def write(self, graph: Graph) -> Node:
        """Write the path into a graph as SHACL has it, and return its node."""
        if not self.operator:
            return URIRef(self.predicate)
        node = BNode()
        if self.operator == "/":
            _write_list(graph, node, [step.write(graph) for step in self.steps])
        elif self.operator == "|":
            head = BNode()
            _write_list(graph, head, [step.write(graph) for step in self.steps])
            graph.add((node, SH.alternativePath, head))
        else:
            kinds = {sign: predicate for predicate, sign in _REPEATED.items()} | {
                "^": SH.inversePath
            }
            graph.add((node, kinds[self.operator], self.steps[0].write(graph)))
        return node


def read(graph: Graph, node: Node, above: tuple[Node, ...] = ()) -> Path:
    """Read a path from a shapes graph.

    Raises:
        ShapesError: the node is no well-formed path.
    """
    if isinstance(node, URIRef):
        return Path("", predicate=str(node))
    if node in above:
        raise ShapesError(f"the path {node.n3()} leads back to itself")
    above = (*above, node)
    if (node, RDF.first, None) in graph:
        return _several(graph, "/", node, node, above)
    if (head := graph.value(node, SH.alternativePath)) is not None:
        return _several(graph, "|", head, node, above)
    for predicate, operator in {SH.inversePath: "^", **_REPEATED}.items():
        if (inner := graph.value(node, predicate)) is not None:
            return Path(operator, (read(graph, inner, above),))
    raise ShapesError(
        f"{node.n3()} is no path",
        hint="A path is a property, a list, or one of sh:inversePath, sh:alternativePath, "
        "sh:zeroOrMorePath, sh:oneOrMorePath and sh:zeroOrOnePath",
    )


def _several(graph: Graph, operator: str, head: Node, node: Node, above: tuple[Node, ...]) -> Path:
    steps = tuple(read(graph, step, above) for step in members(graph, head))
    if len(steps) < 2:
        raise ShapesError(f"the path {node.n3()} needs two steps or more")
    return Path(operator, steps)


def members(graph: Graph, head: Node) -> list[Node]:
    """Return the members of a list.

    Raises:
        ShapesError: the list is broken or endless.
    """
    found: list[Node] = []
    seen: set[Node] = set()
    while head != RDF.nil:
        first, rest = list(graph.objects(head, RDF.first)), list(graph.objects(head, RDF.rest))
        if head in seen or len(first) != 1 or len(rest) != 1:
            raise ShapesError(f"the list at {head.n3()} is not well-formed")
        seen.add(head)
        found.append(first[0])
        head = rest[0]
    return found


def _write_list(graph: Graph, node: Node, items: list[Node]) -> None:
    for place, item in enumerate(items):
        rest = BNode() if place < len(items) - 1 else RDF.nil
        graph.add((node, RDF.first, item))
        graph.add((node, RDF.rest, rest))
        node = rest
