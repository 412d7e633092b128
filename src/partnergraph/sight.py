"""What the rules see of a record: its statements, what our graphs say of the things it names,
and the ontology.

The ontology is most of it and stays; a record is laid over it while it is judged.
"""

import contextlib
import datetime
import threading
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph

from partnergraph import names, reason, rooms, terms, verdicts
from partnergraph.norms import Norm
from partnergraph.records import Record, partnerships
from partnergraph.reference import CachingGraph
from partnergraph.shacl import literals
from partnergraph.store import Iri, Literal, Quad, Store

OCCASION = Iri(names.RULE + "occasion")
"""The subject of the statement that tells rules about time which day is today."""


class Axioms:
    """The ontology without its texts, which no rule asks for."""

    def __init__(self, store: Store) -> None:
        # No literal of the ontology is one that a store rewrites, so none needs a stand-in.
        self.quads = [
            Quad(quad.subject, quad.predicate, quad.object)
            for room in rooms.ontology()
            for quad in store.quads(room.graph)
            if not (isinstance(quad.object, Literal) and quad.object.language)
        ]
        self.above: dict[str, set[str]] = {}
        """For each class the classes right above it."""
        below: dict[str, list[str]] = {}
        for quad in self.quads:
            if quad.predicate.value == names.RDFS + "subClassOf" and isinstance(quad.object, Iri):
                lower = str(quad.subject)[1:-1]
                self.above.setdefault(lower, set()).add(quad.object.value)
                below.setdefault(quad.object.value, []).append(lower)
        self.below = {upper: tuple(sorted(lower)) for upper, lower in below.items()}
        """For each class the classes right below it."""
        self.lock = threading.Lock()
        """Held by whoever lays something over the store or the graph."""

    @cached_property
    def store(self) -> Store:
        """The ontology as compiled rules ask it."""
        made = Store.in_memory()
        made.add(self.quads)
        return made

    @cached_property
    def graph(self) -> Graph:
        """The ontology as pySHACL and remedies ask it."""
        made = CachingGraph()
        for quad in self.quads:
            made.add(terms.triple(quad))
        return made

    def kinds(self, types: Iterable[str]) -> set[str]:
        """Return classes and all above them."""
        found: set[str] = set()
        pending = list(types)
        while pending:
            if (type_ := pending.pop()) not in found:
                found.add(type_)
                pending.extend(self.above.get(type_, ()))
        return found


_known: "weakref.WeakKeyDictionary[Store, Axioms]" = weakref.WeakKeyDictionary()


def axioms(store: Store) -> Axioms:
    """Return the ontology of a store of ours, read once."""
    if store not in _known:
        _known[store] = Axioms(store)
    return _known[store]


@dataclass(frozen=True)
class Sight:
    """What the rules see of one file, beside the ontology."""

    axioms: Axioms
    asserted: list[Quad]
    coverage: verdicts.Coverage
    on: datetime.date

    @cached_property
    def follows(self) -> list[Quad]:
        """What follows from it, which only some rules look at."""
        return reason.closure(self.axioms.quads, self.asserted)

    @contextlib.contextmanager
    def in_store(
        self, *, inferring: bool = False, exact: bool = False
    ) -> Iterator[tuple[Store, bool]]:
        """Lay it over the ontology in a store for a while.

        Args:
            inferring: whether what follows belongs to it.
            exact: whether literals are taken to have stand-ins, whether they do or not: the
                queries stay the same for all parts of a file.

        Yields:
            The store, and whether literals in it are stand-ins.
        """
        reader = literals.Reader()
        laid = list(reader.read([*self.asserted, *(self.follows if inferring else ())]))
        with self.axioms.store.beside(laid):
            yield self.axioms.store, exact or reader.stood_in

    @contextlib.contextmanager
    def in_graph(self, *, inferring: bool = False) -> Iterator[Graph]:
        """Lay it over the ontology in a graph of rdflib for a while.

        Args:
            inferring: whether what follows belongs to it.
        """
        data = self.axioms.graph
        laid = [*self.asserted, *(self.follows if inferring else ())]
        new = [t for t in dict.fromkeys(map(terms.triple, laid)) if t not in data]
        try:
            for triple in new:
                data.add(triple)
            yield data
        finally:
            for triple in new:
                data.remove(triple)


def sight(store: Store, record: Record, norm: Norm, on: datetime.date) -> Sight:
    """Return what the rules see of a record.

    Args:
        store: our own graphs.
        record: what the file says.
        norm: the version of the strategy.
        on: the day that rules about time take as today.
    """
    known = axioms(store)
    told = [*record.quads, *record.beside, *context(store, record)]
    claims = claimed(store, [*record.quads, *record.beside])
    coverage = verdicts.coverage(claims, told, known.above, norm)
    return Sight(known, [*told, _today(on), *coverage.as_if_strategic()], coverage, on)


def claimed(store: Store, quads: Iterable[Quad]) -> dict[str, set[str]]:
    """Return the partnership records among quads, as findings name them, with their types."""
    return {
        node[1:-1] if node.startswith("<") else node: types
        for node, types in partnerships(quads, store).items()
    }


def context(store: Store, record: Record) -> list[Quad]:
    """Return what our own graphs assert about the things a record mentions, two steps far.

    Partnerships of our graph that have the name of one in the record are told by name and type.
    """
    quads: dict[Quad, None] = dict.fromkeys(_namesakes(store, record))
    asked: set[str] = set()
    wanted = {iri for iri in record.iris() if iri.startswith(names.ID)}
    for _ in range(2):
        new = wanted - asked
        asked |= new
        values = " ".join(str(Iri(iri)) for iri in sorted(new))
        rows = store.select(
            f"""{names.prologue("pg")}
            SELECT DISTINCT ?s ?p ?o WHERE {{
              VALUES ?s {{ {values} }}
              GRAPH ?g {{ ?s ?p ?o }}
              GRAPH <{names.MANIFEST}> {{ ?g pg:inDefaultGraph true }}
              FILTER(?g != <{names.INFERRED}> && ?g != <{names.FINDINGS}>)
            }}"""
        )
        for row in rows:
            quads[Quad(row["s"], row["p"], row["o"])] = None  # type: ignore[arg-type]
        wanted = {
            row["o"].value
            for row in rows
            if isinstance(row["o"], Iri)
            and row["o"].value.startswith(names.ID)
            and not row["o"].value.startswith(names.PARAGRAPH)
        }
    return list(quads)


def _namesakes(store: Store, record: Record) -> Iterator[Quad]:
    label = Iri(names.SKOS + "prefLabel")
    told = " ".join(sorted({str(q.object) for q in record.quads if q.predicate == label}))
    if told:
        for row in store.select(
            f"""{names.prologue("pg")}
            SELECT DISTINCT ?s ?l ?type WHERE {{
              VALUES ?l {{ {told} }} ?s {label} ?l ; a pg:Partnership ; a ?type }}"""
        ):
            subject = row["s"]
            yield Quad(subject, label, row["l"])  # type: ignore[arg-type]
            yield Quad(subject, Iri(names.RDF + "type"), row["type"])  # type: ignore[arg-type]


def _today(on: datetime.date) -> Quad:
    day = Literal(on.isoformat(), datatype=Iri(names.XSD + "date"))
    return Quad(OCCASION, Iri(names.NS + "judgedOn"), day)
