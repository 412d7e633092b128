"""Bringing the graphs of users from the version of an older store to today's.

Our own graphs are made anew from their files; what users loaded is theirs, so each change of a
term comes with a SPARQL update in ``ontology/upgrades/{version}.ru`` that rewrites the old form
to the new one. An update names no graph: it is run on one user's graph at a time.
"""

import re
from pathlib import Path

from partnergraph import __version__, names, rooms
from partnergraph.errors import StoreError
from partnergraph.store import Iri, Literal, Quad, Store

_INFO = Iri(names.OWL + "versionInfo")
_MANIFEST = Iri(names.MANIFEST)


def stamp() -> Quad:
    """Return the statement of the manifest that tells the version a store was made by."""
    return Quad(_MANIFEST, _INFO, Literal(__version__), _MANIFEST)


def version(store: Store) -> str:
    """Return the version a store was made by, or an empty string for a store without one."""
    rows = store.select(f"SELECT ?v WHERE {{ GRAPH {_MANIFEST} {{ {_MANIFEST} {_INFO} ?v }} }}")
    return rows[0]["v"].value if rows else ""


def parts(version_: str) -> tuple[int, ...]:
    """Return the numbers of a version, by which versions are ordered.

    Raises:
        StoreError: the text is no version.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version_, re.ASCII):
        raise StoreError(f"“{version_}” is not a version such as {__version__}")
    return tuple(int(part) for part in version_.split("."))


def pending(since: str) -> list[Path]:
    """Return the updates that lead from a version to today's, oldest first."""
    found = sorted(
        (rooms.root() / "ontology" / "upgrades").glob("*.ru"), key=lambda path: parts(path.stem)
    )
    return [path for path in found if parts(path.stem) > parts(since)]


def upgrade(store: Store, since: str, graphs: list[str]) -> list[str]:
    """Rewrite users' graphs, and return the versions gone through.

    Args:
        store: the store, writable.
        since: the version the graphs are written for.
        graphs: their IRIs.

    Raises:
        StoreError: the store is of a later version than this program.
    """
    if parts(since) > parts(__version__):
        raise StoreError(
            f"the store was made by version {since}, and this is {__version__}",
            hint="Install the later version, or load into another folder",
        )
    updates = pending(since)
    for path in updates:
        text = path.read_text(encoding="utf-8")
        for graph in graphs:
            apart = Store.in_memory()
            apart.add(Quad(q.subject, q.predicate, q.object) for q in store.quads(graph))
            apart.update(text)
            store.drop(graph)
            store.add(Quad(q.subject, q.predicate, q.object, Iri(graph)) for q in apart.quads())
    return [path.stem for path in updates]
