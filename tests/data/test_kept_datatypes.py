"""Each literal of our own graphs comes back from a store as it was written, and is well-formed."""

from functools import cache

import pytest

from partnergraph import catalogue, load, names, rooms
from partnergraph.shacl.literals import kept
from partnergraph.store import Literal, Quad


@cache
def by_datatype() -> dict[str, list[Quad]]:
    """The statements of our files with a literal, by the short name of its datatype."""
    files = (*rooms.ontology(), *rooms.texts(), *rooms.shapes(), *rooms.data())
    quads = [quad for room in files for quad in load.read_room(room)]
    found: dict[str, list[Quad]] = {}
    for quad in (*quads, *catalogue.as_quads()):
        if isinstance(quad.object, Literal):
            datatype = names.shorten(quad.object.datatype.value)
            found.setdefault(datatype, []).append(quad)
    return found


@pytest.mark.parametrize("datatype", sorted(by_datatype()))
def test_each_literal_is_kept(datatype: str) -> None:
    rewritten = [
        f"{quad.subject} {quad.predicate} {quad.object} in {quad.graph_name}"
        for quad in by_datatype()[datatype]
        if isinstance(quad.object, Literal) and not kept(quad.object)
    ]
    assert rewritten == [], "a store would rewrite these, or they are ill-formed"
