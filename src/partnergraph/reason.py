"""What follows from our ontology and our facts, by the rules in ``reason.ru``.

Only axioms of ours are used: whoever hands in a record cannot bring axioms along, since
:mod:`partnergraph.records` refuses them.
"""

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


def closure(axioms: Iterable[Quad], facts: Iterable[Quad]) -> list[Quad]:
    """Return the triples that follow from axioms and facts and stand in neither.

    Only triples about things are returned: those whose subject is not a term of the ontology
    and that use a property of ours or say that a thing is of a class of ours.

    Raises:
        FaultError: an axiom needs a rule that ``reason.ru`` does not have.
    """
    store = Store.in_memory()
    axioms = [Quad(q.subject, q.predicate, q.object) for q in axioms]
    store.add(axioms)
    _check(store)
    store.add(Quad(q.subject, q.predicate, q.object) for q in facts)
    given = set(store.quads())
    before = -1
    while before != (before := len(store)):
        store.update(rules())
    return [quad for quad in store.quads() if quad not in given and _about_a_thing(quad)]


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
