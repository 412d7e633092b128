"""By which chains of facts and links a partnership contributes to an aim."""

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import URIRef

from partnergraph import names, terms, validation
from partnergraph.describe import labels_of
from partnergraph.errors import UnknownNameError
from partnergraph.norms import Norm
from partnergraph.records import Record
from partnergraph.statements import STATUSES, Statement, with_provenance
from partnergraph.store import Iri, Store

_LONGEST = 5
_MOST_CHAINS = 50
_ALIGNED = {
    "alignedOfficially": "official",
    "alignedAsStated": "stated",
    "alignedAsVerified": "verified",
    "alignedAsInferred": "inferred",
}


@dataclass(frozen=True)
class Chain:
    """One way from a partnership to an aim."""

    links: tuple[Statement, ...]
    status: str
    """The weakest status on the way."""


@dataclass(frozen=True)
class ContributionExplained:
    """Every way from a partnership to an aim, the best founded first."""

    record: str
    label: str
    target: str
    target_label: str
    chains: tuple[Chain, ...]
    language: str = "en"
    kind: str = "contribution"


def contribution(
    store: Store, norm: Norm, record: Record, target: str, language: str
) -> ContributionExplained:
    """Return the chains of facts and links by which a partnership contributes to an aim.

    Raises:
        UnknownNameError: there is no such aim or rule; the nearest are told.
    """
    aims = {row["a"].value for row in store.select(f"SELECT ?a WHERE {{ ?a a <{names.NS}Aim> }}")}
    if names.expand_or(target) not in aims:
        raise UnknownNameError(
            f"there is neither a rule nor an aim “{target}”",
            hint=names.nearest(
                target,
                [*(names.shorten(a) for a in aims), *norm.rules],
                "Aims look like sv:3.4, sdg:15.7, kmgbf:GBF-TARGET-05",
            ),
        )
    aim = Iri(names.expand(target))
    made = validation.judge(store, record, norm=norm, chosen={next(iter(norm.rules))})
    told = sorted(made.verdicts, key=lambda verdict: verdict.record)
    claim = URIRef(names.NS + "contributesTo")
    own = {terms.read(verdict.record) for verdict in told}
    claims = sorted(t for t in map(terms.triple, record.quads) if t[0] in own and t[1] == claim)
    links = _links(store)
    ways: list[list[terms.Triple]] = []
    pending: list[list[terms.Triple]] = [[triple] for triple in claims]
    while pending and len(ways) < _MOST_CHAINS:
        way = pending.pop(0)
        at = str(way[-1][2])
        if at == aim.value:
            ways.append(way)
            continue
        visited = {str(t[2]) for t in way}
        if len(way) < _LONGEST:
            pending += [
                [*way, (URIRef(at), URIRef(p), URIRef(o))]
                for p, o in links.get(at, ())
                if o not in visited
            ]
    chains = [_chain(store, record, way, language) for way in ways]
    chains.sort(key=lambda c: (STATUSES.index(c.status), len(c.links)))
    named = labels_of(store, [aim.value], language)
    return ContributionExplained(
        record=", ".join(names.shorten(verdict.record) for verdict in told),
        label=", ".join(verdict.label for verdict in told),
        target=names.shorten(aim.value),
        target_label=named.get(aim.value, ""),
        chains=tuple(chains),
        language=language,
    )


def _links(store: Store) -> Mapping[str, list[tuple[str, str]]]:
    """Return for each aim the aims that a contribution to it reaches, and by which property."""
    properties = " ".join(f"pg:{name}" for name in (*_ALIGNED, "partOfAim"))
    found: dict[str, list[tuple[str, str]]] = {}
    for row in store.select(
        f"""{names.prologue("pg")}
        SELECT ?a ?p ?b WHERE {{ VALUES ?p {{ {properties} }} ?a ?p ?b }} ORDER BY ?a ?p ?b"""
    ):
        found.setdefault(row["a"].value, []).append((row["p"].value, row["b"].value))
    return found


def _chain(store: Store, record: Record, way: list[terms.Triple], language: str) -> Chain:
    links = with_provenance(store, way, language)
    statuses = [link.status for link in links if link.status]
    statuses += [
        _ALIGNED[str(t[1]).removeprefix(names.NS)]
        for t in way
        if str(t[1]).removeprefix(names.NS) in _ALIGNED
    ]
    weakest = max(statuses, key=STATUSES.index, default="stated")
    return Chain(links, weakest)
