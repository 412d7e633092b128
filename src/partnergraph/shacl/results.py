"""What was found, and the SHACL validation report that tells it.

Source: SHACL, section 3.6.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import rdflib
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.term import Node

from partnergraph import names, terms
from partnergraph.shacl.paths import Path
from partnergraph.store import Term

_VARIABLE = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True)
class Result:
    """That a focus node breaks a constraint.

    ``component`` and ``severity`` are IRIs; ``constraint`` is the node of a constraint in SPARQL.
    """

    focus: Term
    path: Path | None
    value: Term | None
    component: str
    shape: Node
    severity: str
    messages: tuple[rdflib.Literal, ...] = ()
    constraint: Node | None = None


def told(
    messages: Iterable[rdflib.Literal], row: Mapping[str, Node | None]
) -> tuple[rdflib.Literal, ...]:
    """Return messages with the values of variables in the place of ``{?name}``."""

    def value(match: re.Match[str]) -> str:
        found = row.get(match[1])
        return match[0] if found is None else str(found)

    return tuple(
        rdflib.Literal(_VARIABLE.sub(value, str(message)), lang=message.language)
        for message in messages
    )


def report(results: Iterable[Result]) -> Graph:
    """Return the validation report."""
    graph = Graph()
    graph.bind("sh", names.SH)
    head = BNode()
    conforms = True
    graph.add((head, RDF.type, SH.ValidationReport))
    for result in results:
        conforms = False
        node = BNode()
        graph.add((head, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SH.focusNode, terms.node(result.focus)))
        graph.add((node, SH.resultSeverity, URIRef(result.severity)))
        graph.add((node, SH.sourceConstraintComponent, URIRef(result.component)))
        graph.add((node, SH.sourceShape, result.shape))
        if result.path is not None:
            graph.add((node, SH.resultPath, result.path.write(graph)))
        if result.value is not None:
            graph.add((node, SH.value, terms.node(result.value)))
        if result.constraint is not None:
            graph.add((node, SH.sourceConstraint, result.constraint))
        for message in result.messages:
            graph.add((node, SH.resultMessage, message))
    graph.add((head, SH.conforms, rdflib.Literal(conforms)))
    return graph
