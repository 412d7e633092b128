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

    shapes = norm.part(frozenset(rules), inferring=inferring)

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
