"""How terms of shapes are written for the store that is asked.

Class membership is asked as one of a closed list of classes, because a walk up the hierarchy for
each node is slow. Literals that a store would rewrite are asked by their stand-ins.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import rdflib
from rdflib.term import Node

from partnergraph import names
from partnergraph.shacl import literals
from partnergraph.shacl.wrong import Refused
from partnergraph.store import Iri
from partnergraph.store import Literal as StoreLiteral

INSTANCES = f"{literals.MARK}instances"
"""The graph in which the instances of classes with subclasses are noted."""
FOCUS = f"{literals.MARK}focus"
"""The graph in which few focus nodes are noted."""
NEW = f"{FOCUS}:new"
"""What nodes are noted as in that graph that a record describes."""
_MOST_VARIABLES = 20_000
_XSD_STRING = Iri(names.XSD + "string")


class Dialect:
    """What the writing of queries depends on beside the shapes.

    Args:
        below: for each class the classes right below it.
        exact: whether some literals in the store are stand-ins.
        nearby: what a node is noted as in the graph :data:`FOCUS` if it is one of few focus nodes;
            each group then begins with them. Empty if the targets of a shape tell them.
        outside: whether these focus nodes are only linked to by the nodes that are new. Of what
            links to them, only the new nodes are then judged, which are noted as :data:`NEW`.
        marking: whether the instances of classes with subclasses may be noted in a graph of their
            own before the queries are asked.
    """

    def __init__(
        self,
        below: Mapping[str, Sequence[str]] | None = None,
        exact: bool = False,
        nearby: str = "",
        outside: bool = False,
        marking: bool = False,
    ) -> None:
        self._below = below or {}
        self.nearby = nearby
        self.outside = outside
        self.marking = marking
        self._marked: dict[str, None] = {}
        self._exact = exact
        self._numbers = itertools.count()

    def fresh(self) -> str:
        """Return a variable that no other text has.

        Raises:
            Refused: there are more than any query needs: shapes within shapes that each stand in
                several places may double with every level.
        """
        number = next(self._numbers)
        if number > _MOST_VARIABLES:
            raise Refused("the queries for it would be larger than a store should be asked")
        return f"?_{number}"

    def stands_in(self, terms: Iterable[Node]) -> None:
        """Note the focus nodes that shapes name: literals among them may have stand-ins."""
        if any(self.term(term) != term.n3() for term in terms):
            self._exact = True

    def classes(self, class_: str) -> list[str]:
        """Return a class and all below it."""
        found = {class_: None}
        pending = [class_]
        while pending:
            for lower in self._below.get(pending.pop(), ()):
                if lower not in found:
                    found[lower] = None
                    pending.append(lower)
        return list(found)

    def instances(self, v: str, class_: str, *, often: bool = False) -> str:
        """Return the pattern that binds a variable to each instance of a class.

        Args:
            v: the variable.
            class_: the IRI of the class.
            often: whether many queries will ask, so that the instances are worth noting.
        """
        if often and self.marking:
            self._marked[class_] = None
        if pattern := self._directly(v, class_):
            return pattern
        classes = self.classes(class_)
        kind = self.fresh()
        listed = " ".join(f"<{iri}>" for iri in classes)
        return f"VALUES {kind} {{ {listed} }} {v} <{names.RDF}type> {kind} ."

    def instance(self, v: str, class_: str) -> str:
        """Return the pattern that says that a node, which is bound, is an instance of a class."""
        if pattern := self._directly(v, class_):
            return pattern
        classes = self.classes(class_)
        kind = self.fresh()
        listed = ", ".join(f"<{iri}>" for iri in classes)
        return f"{v} <{names.RDF}type> {kind} . FILTER({kind} IN ({listed}))"

    def _directly(self, v: str, class_: str) -> str:
        """Return the pattern for an instance where one statement tells it; else nothing."""
        type_ = f"{v} <{names.RDF}type> <{class_}> ."
        if len(self.classes(class_)) == 1:
            return type_
        return f"GRAPH <{INSTANCES}> {{ {type_} }}" if class_ in self._marked else ""

    def marks(self) -> list[str]:
        """Return the updates that note the instances of the classes that queries asked for."""
        return [self._mark(class_) for class_ in self._marked if len(self.classes(class_)) > 1]

    def _mark(self, class_: str) -> str:
        listed = " ".join(f"<{iri}>" for iri in self.classes(class_))
        noted = f"GRAPH <{INSTANCES}> {{ ?node <{names.RDF}type> <{class_}> }}"
        found = f"VALUES ?kind {{ {listed} }} ?node <{names.RDF}type> ?kind"
        return f"INSERT {{ {noted} }} WHERE {{ {found} }}"

    def term(self, node: Node) -> str:
        """Return a term as a constant, a literal that stores rewrite by its stand-in.

        Raises:
            Refused: it is a blank node, which no query can name.
        """
        if isinstance(node, rdflib.BNode):
            raise Refused("a blank node cannot be named in a query")
        if isinstance(node, rdflib.Literal) and not node.language:
            literal = StoreLiteral(str(node), datatype=Iri(str(node.datatype or _XSD_STRING.value)))
            if not literals.kept(literal):
                return str(literals.exact(literal))
        return node.n3()

    def datatypes(self, iri: str) -> list[str]:
        """Return the datatypes of the literals that have a datatype and are well-formed."""
        return [iri, literals.EXACT + iri] if self._exact else [iri]

    def compared(self, left: str, sign: str, right: str) -> str:
        """Return the expression that is true if two terms compare, and false otherwise.

        A stand-in compares with nothing, so what it stands for is made only where it is met.
        """
        compared = [f"{left} {sign} {right}"]
        if self._exact:
            compared.append(f"{self._value(left)} {sign} {self._value(right)}")
        return f"COALESCE({', '.join(compared)}, false)"

    def _value(self, term: str) -> str:
        if not term.startswith("?"):
            return term
        start = len(literals.EXACT) + 1
        return (
            f'IF(STRSTARTS(STR(DATATYPE({term})), "{literals.EXACT}"), '
            f"STRDT(STR({term}), IRI(SUBSTR(STR(DATATYPE({term})), {start}))), {term})"
        )

    def restored(self, v: str) -> str:
        """Return the expression for the literal that a variable's stand-in stands for."""
        if not self._exact:
            return v
        return (
            f'COALESCE(IF(STRSTARTS(STR(DATATYPE({v})), "{literals.MARK}"), '
            f"STRDT(STR({v}), {self.datatype(v)}), {v}), {v})"
        )

    def datatype(self, v: str) -> str:
        """Return the expression for the datatype that a variable's literal was written with."""
        if not self._exact:
            return f"DATATYPE({v})"
        return f'IRI(REPLACE(STR(DATATYPE({v})), "^(?:{literals.EXACT}|{literals.ILL})", ""))'


@dataclass(frozen=True)
class Generator:
    """A set of nodes, as patterns that bind a variable to each of them.

    ``among`` is the one to join to few nodes that are bound already; where there is none, ``bind``
    does for both.
    """

    bind: Callable[[str], str]
    among: Callable[[str], str] | None = None

    def __call__(self, v: str, *, few: bool = False) -> str:
        """Return the pattern for a variable, which has few values already if so told."""
        return self.among(v) if few and self.among else self.bind(v)
