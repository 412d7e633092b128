"""The ontology, made-up facts, and what two reasoners say about them."""

import re
from collections.abc import Iterable
from functools import cache

import owlrl
from rdflib import Graph

from partnergraph import load, names, reason, rooms
from partnergraph.store import Iri, Quad, Store, parse, serialize

Triple = tuple[str, str, str]

PREFIXES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in names.PREFIXES.items())
CHAINED = {
    "pg:contributesOfficially": "pg:alignedOfficially",
    "pg:contributesAsStated": "pg:alignedAsStated",
    "pg:contributesAsVerified": "pg:alignedAsVerified",
    "pg:contributesAsInferred": "pg:alignedAsInferred",
}


@cache
def ontology() -> tuple[Quad, ...]:
    return tuple(quad for room in rooms.ontology() for quad in load.read_room(room))


@cache
def alignments() -> tuple[Quad, ...]:
    files = sorted((rooms.root() / "ontology" / "alignments").glob("*.ttl"))
    return tuple({q: None for file in files for q in parse(file.read_bytes(), "turtle", file.name)})


@cache
def data() -> tuple[Quad, ...]:
    """The facts of our tables, without the nodes that say where each comes from."""
    return tuple(
        quad
        for room in rooms.data()
        for quad in load.read_room(room)
        if not (isinstance(quad.subject, Iri) and quad.subject.value.startswith(names.STATEMENT))
    )


def quads(turtle: str) -> list[Quad]:
    return parse((PREFIXES + turtle).encode(), "turtle")


def graph(quads: Iterable[Quad]) -> Graph:
    return Graph().parse(data=serialize(quads, "ntriples"), format="nt")


def short(quads: Iterable[Quad]) -> set[Triple]:
    return {
        (
            names.shorten(str(getattr(quad.subject, "value", quad.subject))),
            names.shorten(quad.predicate.value),
            names.shorten(str(getattr(quad.object, "value", quad.object))),
        )
        for quad in quads
    }


def by_us(facts: Iterable[Quad], axioms: Iterable[Quad] = ()) -> set[Triple]:
    """What follows by our own rules from the ontology, further axioms and facts."""
    return short(reason.closure([*ontology(), *axioms], facts))


def rules() -> dict[str, str]:
    """The rules of ``reason.ru`` by their names, each as one update."""
    head, *blocks = re.split(r"^# (?=[a-z]+-[a-z])", reason.rules(), flags=re.MULTILINE)
    prefixes = "".join(line for line in head.splitlines(True) if line.startswith("PREFIX"))
    return {
        re.split(r"[,\s]", block)[0]: f"{prefixes}# {block.rstrip().removesuffix(';')}"
        for block in blocks
    }


def everything(facts: Iterable[Quad], axioms: Iterable[Quad], updates: Iterable[str]) -> list[Quad]:
    """All that updates add when run until nothing new comes, about whatever it is."""
    store = Store.in_memory()
    store.add(Quad(q.subject, q.predicate, q.object) for q in (*ontology(), *axioms, *facts))
    given = set(store.quads())
    before = -1
    while before != (before := len(store)):
        for update in updates:
            store.update(update)
    return [quad for quad in store.quads() if quad not in given]


def is_about_a_thing(triple: Triple) -> bool:
    """Say whether a triple uses a property of ours, or a class of ours, about no term of ours."""
    subject, predicate, object_ = triple
    said = object_ if predicate == "rdf:type" else predicate
    return said.startswith("pg:") and not subject.startswith("pg:")


def by_owlrl(facts: Iterable[Quad], axioms: Iterable[Quad] = ()) -> set[Triple]:
    """What owlrl finds about our things, by all of OWL 2 RL, beyond what was told."""
    told = [*ontology(), *axioms, *facts]
    expanded = graph(told)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(expanded)
    found = {
        (names.shorten(str(s)), names.shorten(str(p)), names.shorten(str(o)))
        for s, p, o in expanded
    }
    return {triple for triple in found - short(told) if is_about_a_thing(triple)}
