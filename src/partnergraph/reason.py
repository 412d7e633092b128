"""What follows from our ontology and our facts, by the rules in ``reason.ru``.

Only axioms of ours are used: whoever hands in a record cannot bring axioms along, since
:mod:`partnergraph.records` refuses them.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from partnergraph import names
from partnergraph.errors import FaultError
from partnergraph.names import NS, RDF
from partnergraph.store import Iri, Quad, Store

_TYPE = RDF + "type"
_UNSUPPORTED = (
    "inverseOf", "equivalentProperty", "someValuesFrom", "allValuesFrom", "unionOf", "oneOf",
    "hasKey", "maxCardinality", "maxQualifiedCardinality", "sameAs",
    "SymmetricProperty", "FunctionalProperty", "InverseFunctionalProperty",
)  # fmt: skip


@cache
def rules() -> str:
    """Return the rules as one SPARQL update."""
    return (Path(__file__).parent / "reason.ru").read_text(encoding="utf-8")


@cache
def _constructs() -> list[tuple[str, str]]:
    """Return each rule's name with a query for what it adds."""
    head, *blocks = re.split(r"^# (?=[a-z]+-[a-z])", rules(), flags=re.MULTILINE)
    prefixes = "".join(line for line in head.splitlines(True) if line.startswith("PREFIX"))
    return [
        (
            re.match(r"[a-z0-9-]+", block)[0],  # type: ignore[index]
            prefixes + "CONSTRUCT" + block[block.index("INSERT") + 6 :].rstrip().rstrip(";"),
        )
        for block in blocks
    ]


def derive(axioms: Iterable[Quad], facts: Iterable[Quad]) -> dict[Quad, str]:
    """Return the triples that follow from axioms and facts and stand in neither.

    Each comes with the name of the rule that gave it first. Only triples about things are
    returned: those whose subject is not a term of the ontology and that use a property of
    ours or say that a thing is of a class of ours.

    Raises:
        FaultError: an axiom needs a rule that ``reason.ru`` does not have.
    """
    store = Store.in_memory()
    store.add(Quad(q.subject, q.predicate, q.object) for q in axioms)
    _check(store)
    store.add(Quad(q.subject, q.predicate, q.object) for q in facts)
    known = set(store.quads())
    derived: dict[Quad, str] = {}
    while True:
        before = len(known)
        for rule, query in _constructs():
            new = {quad for quad in store.construct(query) if quad not in known}
            store.add(new)
            known |= new
            derived.update((quad, rule) for quad in new if _about_a_thing(quad))
        if len(known) == before:
            return derived


def closure(axioms: Iterable[Quad], facts: Iterable[Quad]) -> list[Quad]:
    """Return what :func:`derive` does, without the rules."""
    return list(derive(axioms, facts))


def _check(store: Store) -> None:
    """Refuse axioms that no rule covers, rather than draw only some of the conclusions."""
    unsupported = " ".join(f"owl:{name}" for name in _UNSUPPORTED)
    for row in store.select(
        f"""{names.prologue("owl", "rdf")}
        SELECT ?term WHERE {{ VALUES ?term {{ {unsupported} }}
          {{ ?s ?term ?o }} UNION {{ ?s ?p ?term }} }} LIMIT 1"""
    ):
        term = names.shorten(row["term"].value)
        raise FaultError(
            f"the ontology uses {term} and reason.ru has no rule for it",
            hint="Add the rule of OWL 2 RL, and a case that owlrl agrees with",
        )
    for row in store.select(
        f"""{names.prologue("owl", "rdf")}
        SELECT ?p WHERE {{
          VALUES ?p {{ owl:propertyChainAxiom owl:intersectionOf }} ?s ?p ?list .
          MINUS {{ ?list rdf:rest/rdf:rest rdf:nil }}
        }} LIMIT 1"""
    ):
        raise FaultError(
            f"an {names.shorten(row['p'].value)} does not have two members: "
            "reason.ru has no rule for it",
            hint="Name the part in between, or add a rule",
        )


def _about_a_thing(quad: Quad) -> bool:
    if isinstance(quad.subject, Iri) and quad.subject.value.startswith(NS):
        return False
    if quad.predicate.value == _TYPE:
        return isinstance(quad.object, Iri) and quad.object.value.startswith(NS)
    return quad.predicate.value.startswith(NS)
