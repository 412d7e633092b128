"""Dumps in a stable order: the same data give the same bytes."""

from partnergraph import names
from partnergraph.errors import UnknownNameError, UsageError
from partnergraph.store import GRAPH_FORMATS, Store, canonical, serialize


def export(store: Store, format_: str, graph: str | None = None) -> bytes:
    """Return one graph, or for ``None`` all named graphs, in a format of ``GRAPH_FORMATS``.

    Blank nodes get their canonical names (RDFC-1.0) and statements are sorted, so two exports
    of the same data are byte-identical.

    Raises:
        UnknownNameError: there is no such graph.
        UsageError: all graphs were asked for in a format that holds one.
    """
    if format_ not in GRAPH_FORMATS:
        raise UsageError(
            f"“{format_}” is not an export format", hint="Formats: " + ", ".join(GRAPH_FORMATS)
        )
    if graph is not None:
        if not store.has_graph(graph):
            known = [names.shorten(g) for g in store.graphs()]
            raise UnknownNameError(
                f"there is no graph {names.shorten(graph)}",
                hint=names.nearest(names.shorten(graph), known, "Graphs: " + ", ".join(known)),
            )
        quads = list(store.quads(graph))
    elif not GRAPH_FORMATS[format_][1].supports_datasets:
        raise UsageError(
            f"{format_} holds one graph", hint="Name a graph with --graph, or use nquads or trig"
        )
    else:
        quads = list(store.all_named_quads())
    return serialize(canonical(quads), format_, names.PREFIXES if format_ != "jsonld" else None)
