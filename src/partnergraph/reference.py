"""pySHACL, the reference by which our own engine is proved.

It also judges what our own engine leaves.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import rdflib.plugins.sparql
import rdflib.query
from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from partnergraph import names, norms, terms
from partnergraph.errors import FaultError
from partnergraph.norms import Norm
from partnergraph.report import Finding


def findings(data: Graph, norm: Norm, rules: Iterable[str], *, inferring: bool) -> set[Finding]:
    """Return what rules find in a graph.

    Args:
        data: what the rules see.
        norm: the version of the strategy.
        rules: the rules to judge by.
        inferring: those of them that are judged with what follows, or those that are not.
    """
    import pyshacl

    asked = frozenset(rules)
    shapes = norm.part(asked, inferring=inferring)

    # In place: pySHACL would copy the graph into one that parses each query for each node.
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", inplace=True)
    if not isinstance(results, Graph):
        raise FaultError(f"the SHACL engine failed: {results}")
    found = list(results.subjects(RDF.type, SH.ValidationResult))
    of = {node: _rules(norm, results.value(node, SH.sourceShape), asked) for node in found}
    if any(len(told) > 1 for told in of.values()):
        # Rules share a shape, and a result does not tell for which of them it was judged.
        return set().union(
            *(findings(data, norm, {rule}, inferring=inferring) for rule in sorted(asked))
        )
    return {_finding(results, norm, node, *told) for node, told in of.items()}


def _rules(norm: Norm, shape: Node | None, asked: frozenset[str]) -> frozenset[str]:
    """Return the rules that a shape is, or is a part of."""
    found: set[str] = set()
    seen: set[Node | None] = set()
    pending = [shape]
    while pending:
        if (node := pending.pop()) in seen:
            continue
        seen.add(node)
        if str(node).removeprefix(names.RULE) in asked:
            found.add(str(node).removeprefix(names.RULE))
        pending.extend(norm.shapes.subjects(None, node))
    return frozenset(found)


def _finding(results: Graph, norm: Norm, node: Node, id_: str) -> Finding:
    def one(predicate: URIRef) -> Node | None:
        return next(results.objects(node, predicate), None)

    rule = norm.rules[id_]
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


class CachingGraph(Graph):
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
