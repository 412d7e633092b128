"""The rules of a norm compiled to queries, and what they find in a store."""

from collections.abc import Collection, Mapping

from partnergraph import names, terms
from partnergraph.norms import Norm
from partnergraph.report import Finding
from partnergraph.shacl import Result, plan
from partnergraph.store import Store


def findings(
    store: Store,
    norm: Norm,
    rules: Collection[str],
    hierarchy: plan.Hierarchy,
    exact: bool,
) -> tuple[set[Finding], Mapping[str, str]]:
    """Return what rules find in the default graph of a store, and why some rules are left.

    Args:
        store: what the rules see.
        norm: the version of the strategy.
        rules: the rules to judge by.
        hierarchy: for each class the classes right below it.
        exact: whether literals in it are stand-ins.
    """
    queries = norm.plan.queries(hierarchy, exact=exact)
    left = {_rule(one.shape): one.reason for one in queries.refused}
    wanted = [select for select in queries.selects if _rule(select.root.node) in rules]
    found = {
        _finding(norm, _rule(select.root.node), result)
        for select, results in plan.ask(store, wanted, threads=1)
        for result in results
    }
    return found, {rule: why for rule, why in left.items() if rule in rules}


def _rule(shape: object) -> str:
    return str(shape).removeprefix(names.RULE)


def _finding(norm: Norm, id_: str, result: Result) -> Finding:
    rule = norm.rules[id_]
    return Finding(
        focus=terms.write(terms.node(result.focus)),
        rule=id_,
        severity=rule.severity,
        path="" if result.path is None else result.path.sparql(names.shorten),
        value="" if result.value is None else terms.node(result.value).n3(),
        message=rule.message,
        paragraphs=rule.paragraphs,
        component=names.shorten(result.component),
    )
