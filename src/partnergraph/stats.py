"""How much a store holds."""

from partnergraph import names, upgrades
from partnergraph.store import Store


def stats(store: Store) -> dict[str, str | int | dict[str, int]]:
    """Return the version of a store, and counts of what it holds, by class and by graph."""
    one = f"""{names.prologue("pg", "owl")}
    SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ %s }}"""

    def count(pattern: str) -> int:
        return int(store.select(one % pattern)[0]["n"].value)

    classes = store.select(
        f"""{names.prologue("pg")}
        SELECT ?class (COUNT(?x) AS ?n) WHERE {{
          ?x a ?class FILTER(STRSTARTS(STR(?class), STR(pg:)))
        }} GROUP BY ?class ORDER BY ?class"""
    )
    graphs = {names.shorten(graph): sum(1 for _ in store.quads(graph)) for graph in store.graphs()}
    inferred = graphs.get(names.shorten(names.INFERRED), 0)
    findings = graphs.get(names.shorten(names.FINDINGS), 0)
    kinds = "owl:Class owl:ObjectProperty owl:DatatypeProperty"
    ours = "FILTER(STRSTARTS(STR(?x), STR(pg:)))"
    return {
        "made by version": upgrades.version(store),
        "statements asserted": sum(graphs.values()) - inferred - findings,
        "statements inferred": inferred,
        "statements in the findings": findings,
        "statements in the default graph": sum(1 for _ in store.quads()),
        "terms": count(f"VALUES ?kind {{ {kinds} }} ?x a ?kind {ours}"),
        "rules": count("?x a pg:Rule"),
        "questions": count("?x a pg:Question"),
        "paragraphs": count("?x a pg:Paragraph"),
        "things of each class": {
            names.shorten(row["class"].value): int(row["n"].value) for row in classes
        },
        "statements in each graph": graphs,
    }
