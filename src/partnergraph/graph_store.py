"""Writing to graphs: what may be written, and how; run in a child, on a draft of the store.

A store with a manifest holds graphs of ours, which everybody trusts: their names begin with
``https://w3id.org/partnergraph/`` and they are made from files. Users write to graphs with other
names, and to those below ``graph/loaded/``. A store without a manifest is a scratch store: it
holds nothing of ours, so every graph may be written, the default graph too.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from partnergraph import intake, names, updates
from partnergraph.errors import RefusedError, UnknownNameError, UnreadableInputError, UsageError
from partnergraph.store import Iri, Quad, Store, parse

LOADED = names.GRAPH + "loaded/"
"""What the names of users' graphs begin with that are named below this server."""
DEFAULT = ""
"""Stands for the default graph."""


@dataclass(frozen=True)
class Document:
    """RDF that somebody sent: its bytes, its format, and what to call it in messages."""

    content: bytes
    format: str
    name: str


def is_ours(graph: str) -> bool:
    """Say whether a graph's name is one that only our own files fill."""
    theirs = graph.startswith(LOADED) and graph != LOADED and "/.." not in graph
    return graph.startswith(names.BASE) and not theirs


def refuse_ours(graph: str) -> None:
    """Refuse to write to a graph of a store that holds ours.

    Raises:
        RefusedError: it is the default graph or has a name of ours.
    """
    if graph == DEFAULT:
        raise RefusedError(
            "the default graph is a copy of our own graphs and cannot be written",
            hint="Write to a graph with a name",
        )
    if is_ours(graph):
        raise RefusedError(
            f"{names.shorten(graph)} is a name for our own graphs, which are made from files",
            hint=f"Choose a name below {LOADED}, or one of your own",
        )


def update(
    store: Store,
    text: str,
    base: str,
    default: Sequence[str],
    named: Sequence[str],
    seals: Mapping[str, str] | None = None,
) -> Mapping[str, str]:
    """Run a SPARQL update that leaves our own graphs as they are.

    Which graphs it writes may depend on what it finds, and the engine does not tell, so our
    graphs are compared with how they were.

    Args:
        store: a draft.
        text: the update.
        base: IRI that relative IRIs are resolved against.
        default: the graphs of the request's dataset.
        named: its named graphs.
        seals: what :func:`seals_of` found in the draft, where that is known.

    Returns:
        What it finds now, which is the same.

    Raises:
        RefusedError: it would change one of our graphs, which is named, or reaches for an address.
        PartnergraphError: it cannot be read, or an operation of it failed.
    """
    text = updates.prepare(text, default, named)
    before = seals_of(store) if seals is None else seals
    store.user_update(text, base)
    after = seals_of(store) if before else before
    for graph in sorted(before.keys() | after.keys()):
        if before.get(graph) != after.get(graph):
            refuse_ours(graph)
    return after


def seals_of(store: Store) -> Mapping[str, str]:
    """Return a hash of each graph that users must not change; of none in a scratch store."""
    if not store.has_graph(names.MANIFEST):
        return {}
    ours = [graph for graph in store.graphs() if is_ours(graph)]
    return {
        DEFAULT: hashlib.sha256(store.lines()).hexdigest(),
        **{graph: hashlib.sha256(store.lines(graph)).hexdigest() for graph in ours},
    }


def read(document: Document, base: str) -> list[Quad]:
    """Return what a document says, as triples whose blank nodes are its own.

    Raises:
        PartnergraphError: it cannot be read, plays tricks on parsers, or names graphs.
    """
    intake.refuse_tricks(document.content, document.format)
    quads = parse(document.content, document.format, document.name, base or None, rename=True)
    if any(isinstance(quad.graph_name, Iri) for quad in quads):
        raise UnreadableInputError(
            f"{document.name} names graphs inside, and a graph was to be sent",
            hint="Send each graph by itself",
        )
    return quads


def put(store: Store, graph: str, base: str, documents: Iterable[Document], merge: bool) -> bool:
    """Fill a graph with documents, or merge them into it; say whether it is new.

    Raises:
        PartnergraphError: the graph cannot be written or a document cannot be read.
    """
    _may_write(store, graph)
    new = not _exists(store, graph)
    quads = [quad for document in documents for quad in read(document, base)]
    if not merge:
        store.drop(graph or None)
    _fill(store, graph, quads)
    return new


def delete(store: Store, graph: str) -> None:
    """Remove a graph; the default graph is emptied.

    Raises:
        RefusedError: it cannot be written.
        UnknownNameError: it is not there.
    """
    _may_write(store, graph)
    must_exist(store, graph)
    store.drop(graph or None)


def patch(store: Store, graph: str, text: str, base: str) -> None:
    """Run a SPARQL update to which one graph is the whole store: its default graph.

    Raises:
        PartnergraphError: the graph cannot be written, the update cannot be read, or it made
            another graph.
    """
    _may_write(store, graph)
    must_exist(store, graph)
    text = updates.prepare(text, (), ())
    alone = Store.in_memory()
    alone.add(Quad(q.subject, q.predicate, q.object) for q in store.quads(graph or None))
    alone.user_update(text, base)
    if alone.graphs():
        raise UsageError(
            "the update writes to a graph by its name, and a patch changes one graph only",
            hint="Leave GRAPH out, or send the update to /sparql/update",
        )
    store.drop(graph or None)
    _fill(store, graph, list(alone.quads()))


def must_exist(store: Store, graph: str) -> None:
    """Check that a graph is there; the default graph always is.

    Raises:
        UnknownNameError: it is not.
    """
    if not _exists(store, graph):
        known = [names.shorten(name) for name in store.graphs()]
        raise UnknownNameError(
            f"there is no graph {names.shorten(graph)}",
            hint=names.nearest(names.shorten(graph), known, "SELECT ?g { GRAPH ?g {} } lists them"),
        )


def _exists(store: Store, graph: str) -> bool:
    return graph == DEFAULT or store.has_graph(graph)


def _may_write(store: Store, graph: str) -> None:
    if store.has_graph(names.MANIFEST):
        refuse_ours(graph)


def _fill(store: Store, graph: str, quads: Sequence[Quad]) -> None:
    if graph == DEFAULT:
        store.add(quads)
        return
    store.create(graph)
    name = Iri(graph)
    store.add(Quad(q.subject, q.predicate, q.object, name) for q in quads)


OPERATIONS: dict[str, Callable[..., object]] = {
    "update": update,
    "put": put,
    "delete": delete,
    "patch": patch,
}
