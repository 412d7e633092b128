"""The pitfalls of OOPS! and the tests of FOOPS! that need no network, each with a seeded fault.

OOPS! is the catalogue of ontology pitfalls at https://oops.linkeddata.es, FOOPS! the tests for
FAIR vocabularies at https://w3id.org/foops. Not tested here, and why:

A reader has to judge them:
- P01 polysemous elements (N6 in STYLE.md comes near)
- P09 missing domain information
- P16 a primitive class in place of a defined one
- P18 overspecializing the domain or range
- P23 duplicating a datatype of the language (no datatype is ours)

Our ontology uses nothing of the kind, and reason.py refuses what would:
- P13 inverse relationships not explicitly declared (we want none: N4 in STYLE.md)
- P14 misusing owl:allValuesFrom
- P15 "some not" in place of "not some"
- P27 wrong equivalent properties
- P39 ambiguous namespace (no file has a base)

They need the network (tests/test_http.py asks our own server for forms and pages):
- P37 ontology not available on the Web
- CN1 content negotiation
- DOC1 documentation in HTML
- FIND2 prefix in a registry
- FIND3 ontology in a registry
- FIND_3_BIS metadata in a registry
- HTTP1 open protocol
- OM4.2 licence that resolves
- URI1 IRI that resolves
- VER2 version IRI that resolves

They ask for a DOI, a logo and a day of issue, which comes with the first release:
- OM3 detailed metadata
- OM5.2 detailed provenance
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import pytest
from ontology_graphs import graph, ontology, quads
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, VANN
from rdflib.term import Node

from partnergraph import names

Check = Callable[[Graph], Iterable[object]]
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
KINDS = (OWL.Class, *PROPERTIES)
ONTOLOGY = URIRef(names.ONTOLOGY)
CHECKS: dict[str, tuple[Check, str, str]] = {}


def pitfall(name: str, *, add: str = "", remove: str = "") -> Callable[[Check], Check]:
    """Keep a check under its name with the fault that it has to find."""

    def keep(check: Check) -> Check:
        CHECKS[name] = (check, add, remove)
        return check

    return keep


@cache
def told_by_us() -> Graph:
    return graph(ontology())


def ours(told: Graph, *kinds: URIRef) -> list[URIRef]:
    return sorted(
        {
            s
            for kind in kinds
            for s in told.subjects(RDF.type, kind)
            if isinstance(s, URIRef) and s.startswith(names.NS)
        }
    )


def local(term: Node) -> str:
    return str(term).removeprefix(names.NS)


def labels(told: Graph, kinds: Iterable[URIRef]) -> list[str]:
    return [str(told.value(t, RDFS.label)).casefold() for t in ours(told, *kinds)]


def twice(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


@pitfall("P02 synonyms as classes", add="pg:Ally a owl:Class ; owl:equivalentClass pg:Partner .")
def _(told: Graph) -> Iterable[object]:
    return [
        one
        for one, other in told.subject_objects(OWL.equivalentClass)
        if isinstance(other, URIRef) and other.startswith(names.NS)
    ]


@pitfall("P03 the relationship is", add="pg:isA a owl:ObjectProperty .")
def _(told: Graph) -> Iterable[object]:
    return [p for p in ours(told, *PROPERTIES) if local(p).casefold() in {"is", "isa", "iskindof"}]


@pitfall("P04 unconnected elements", add="pg:Hope a owl:Class .")
def _(told: Graph) -> Iterable[object]:
    # Things of our own software, about which a rule, a question or a graph says something.
    alone = {"Rule", "Question", "AuditedGraph", "Source", "MeetingSeries"}
    links = (RDFS.subClassOf, RDFS.domain, RDFS.range, OWL.disjointWith)
    return [
        c
        for c in ours(told, OWL.Class)
        if local(c) not in alone
        and not any((None, link, c) in told or (c, link, None) in told for link in links)
    ]


@pitfall("P05 wrong inverse relationships", add="pg:checkOf owl:inverseOf pg:hasPartnerCheck .")
def _(told: Graph) -> Iterable[object]:
    return [
        one
        for one, other in told.subject_objects(OWL.inverseOf)
        if told.value(one, RDFS.domain) != told.value(other, RDFS.range)
        or told.value(one, RDFS.range) != told.value(other, RDFS.domain)
    ]


@pitfall("P06 cycles in a class hierarchy", add="pg:Actor rdfs:subClassOf pg:PermanentCommittee .")
def _(told: Graph) -> Iterable[object]:
    return [
        c
        for c in ours(told, OWL.Class)
        for parent in told.objects(c, RDFS.subClassOf)
        if c in told.transitive_objects(parent, RDFS.subClassOf)
    ]


@pitfall("P07 merging different concepts in one class", add="pg:StyleAndPeriod a owl:Class .")
def _(told: Graph) -> Iterable[object]:
    return [c for c in ours(told, OWL.Class) if re.search("[a-z](And|Or)(?=[A-Z])", local(c))]


@pitfall("P08 missing annotations", remove="pg:Risk skos:definition")
def _(told: Graph) -> Iterable[object]:
    return [
        t
        for t in ours(told, *KINDS)
        if (t, RDFS.label, None) not in told or (t, SKOS.definition, None) not in told
    ]


# Pairs that are easily mixed up.
@pitfall(
    "P10 missing disjointness",
    remove="pg:LongTermPartnership owl:disjointWith",
)
def _(told: Graph) -> Iterable[object]:
    apart = {frozenset(pair) for pair in told.subject_objects(OWL.disjointWith)}
    members = [
        list(told.items(first))
        for axiom in told.subjects(RDF.type, OWL.AllDisjointClasses)
        for first in told.objects(axiom, OWL.members)
    ]
    apart |= {frozenset((a, b)) for group in members for a in group for b in group if a != b}
    must = [
        ("LongTermPartnership", "MediumTermPartnership"),
        ("CITESStrategicPartnership", "ImplementationPartnership"),
        ("Partnership", "ProspectivePartnership"),
        ("Decision", "Resolution"),
        ("Organization", "Country"),
        ("MemberCount", "Membership"),
    ]
    return [pair for pair in must if {URIRef(names.NS + n) for n in pair} not in apart]


# Properties that fit things of several unrelated kinds have no domain, those that lead to such
# things no range: a class above all of them would say nothing. Dates have no range (STYLE.md).
@pitfall("P11 missing domain or range", add="pg:hasHope a owl:ObjectProperty .")
def _(told: Graph) -> Iterable[object]:
    wide = {"concernsPartnership", "dueDate", "startDate", "endDate", "judgedOn", "measuredOn"}
    wide |= {"periodNote", "recordedOn"}
    return [
        p
        for p in ours(told, OWL.ObjectProperty, OWL.DatatypeProperty)
        if told.value(p, RDFS.domain) is None
        and told.value(p, RDFS.range) is None
        and local(p) not in wide
    ]


@pitfall(
    "P12 equivalent properties not explicitly declared",
    add='pg:dangers a owl:ObjectProperty ; rdfs:label "has risk"@en .',
)
def _(told: Graph) -> Iterable[object]:
    return twice(labels(told, PROPERTIES))


@pitfall("P17 overspecializing a hierarchy", add="pg:Treaty a pg:Decision .")
def _(told: Graph) -> Iterable[object]:
    return [c for c in ours(told, OWL.Class) if set(told.objects(c, RDF.type)) != {OWL.Class}]


@pitfall("P19 multiple domains or ranges", add="pg:hasRisk rdfs:domain pg:Project .")
def _(told: Graph) -> Iterable[object]:
    return [
        p
        for p in ours(told, *PROPERTIES)
        for relation in (RDFS.domain, RDFS.range)
        if len(list(told.objects(p, relation))) > 1
    ]


@pitfall("P20 misusing annotations", add='pg:Risk skos:definition "Risk"@en .')
def _(told: Graph) -> Iterable[object]:
    return [
        t
        for t in ours(told, *KINDS)
        for text in told.objects(t, SKOS.definition)
        if str(text).casefold() == str(told.value(t, RDFS.label)).casefold()
    ]


@pitfall("P21 a miscellaneous class", add="pg:OtherActor a owl:Class .")
def _(told: Graph) -> Iterable[object]:
    return [c for c in ours(told, OWL.Class) if re.search("Other|Misc|Unknown", local(c))]


@pitfall("P22 different naming conventions", add="pg:has_hope a owl:ObjectProperty .")
def _(told: Graph) -> Iterable[object]:
    return [
        *(c for c in ours(told, OWL.Class) if not re.fullmatch("[A-Z][A-Za-z]+", local(c))),
        *(p for p in ours(told, *PROPERTIES) if not re.fullmatch("[a-z][A-Za-z]+", local(p))),
    ]


@pitfall("P24 recursive definitions", add="pg:Risk rdfs:subClassOf pg:Risk .")
def _(told: Graph) -> Iterable[object]:
    found = []
    for c in ours(told, OWL.Class):
        for relation in (RDFS.subClassOf, OWL.equivalentClass):
            pending, seen = list(told.objects(c, relation)), set()
            while pending:
                node = pending.pop()
                if node == c:
                    found.append(c)
                elif not isinstance(node, URIRef) and node not in seen:
                    seen.add(node)
                    pending += told.objects(node)
    return found


@pitfall("P25 a relationship inverse to itself", add="pg:follows owl:inverseOf pg:follows .")
def _(told: Graph) -> Iterable[object]:
    return [one for one, other in told.subject_objects(OWL.inverseOf) if one == other]


@pitfall(
    "P26 an inverse of a symmetric relationship",
    add="pg:borders a owl:SymmetricProperty ; owl:inverseOf pg:isNextTo .",
)
def _(told: Graph) -> Iterable[object]:
    return [p for p in told.subjects(OWL.inverseOf) if (p, RDF.type, OWL.SymmetricProperty) in told]


@pitfall("P28 wrong symmetric relationships", add="pg:hasRisk a owl:SymmetricProperty .")
def _(told: Graph) -> Iterable[object]:
    return _unequal_ends(told, OWL.SymmetricProperty)


@pitfall("P29 wrong transitive relationships", add="pg:hasRisk a owl:TransitiveProperty .")
def _(told: Graph) -> Iterable[object]:
    return _unequal_ends(told, OWL.TransitiveProperty)


def _unequal_ends(told: Graph, kind: URIRef) -> list[Node]:
    return [
        p
        for p in told.subjects(RDF.type, kind)
        if told.value(p, RDFS.domain) != told.value(p, RDFS.range)
    ]


@pitfall(
    "P30 equivalent classes not explicitly declared",
    add='pg:Danger a owl:Class ; skos:altLabel "risk"@en ; rdfs:label "danger"@en .',
)
def _(told: Graph) -> Iterable[object]:
    classes = ours(told, OWL.Class)
    return twice(
        str(text).casefold()
        for c in classes
        for text in (*told.objects(c, RDFS.label), *told.objects(c, SKOS.altLabel))
        if isinstance(text, Literal) and text.language == "en"
    )


@pitfall("P31 wrong equivalent classes", add="pg:Risk owl:equivalentClass pg:Treaty .")
def _(told: Graph) -> Iterable[object]:
    # What is equivalent is always a class and a description, never two named classes of ours.
    return [o for o in told.objects(None, OWL.equivalentClass) if isinstance(o, URIRef)]


@pitfall(
    "P32 several classes with the same label", add='pg:Danger a owl:Class ; rdfs:label "Risk"@en .'
)
def _(told: Graph) -> Iterable[object]:
    return twice(labels(told, [OWL.Class]))


@pitfall("P33 a chain of one property", add="pg:leads owl:propertyChainAxiom ( pg:hasPartner ) .")
def _(told: Graph) -> Iterable[object]:
    chains = told.subject_objects(OWL.propertyChainAxiom)
    return [p for p, chain in chains if len(list(told.items(chain))) < 2]


@pitfall("P34 untyped class", add="pg:hasRisk rdfs:range pg:Danger .")
def _(told: Graph) -> Iterable[object]:
    used = {
        o
        for relation in (RDFS.subClassOf, RDFS.domain, RDFS.range, OWL.disjointWith)
        for o in told.objects(None, relation)
        if str(o).startswith(names.NS)
    }
    return used - set(told.subjects(RDF.type, OWL.Class))


@pitfall("P35 untyped property", add="pg:Risk pg:dangerousness 3 .")
def _(told: Graph) -> Iterable[object]:
    used = {p for p in told.predicates() if str(p).startswith(names.NS)}
    return used - {p for kind in PROPERTIES for p in told.subjects(RDF.type, kind)}


@pitfall("P36 file extension in the IRI", add="<https://example.org/pg.owl> a owl:Ontology .")
def _(told: Graph) -> Iterable[object]:
    found = told.subjects(RDF.type, OWL.Ontology)
    return [o for o in found if re.search(r"\.(owl|ttl|rdf|n3|xml|html)$", str(o))]


@pitfall("P38 no ontology declaration", remove="https://w3id.org/partnergraph/ns rdf:type")
def _(told: Graph) -> Iterable[object]:
    return [] if set(told.subjects(RDF.type, OWL.Ontology)) == {ONTOLOGY} else [ONTOLOGY]


# Every outside vocabulary is checked against an installed library in test_terms.py, too.
@pitfall("P40 namespace hijacking", add="skos:Hope a owl:Class .")
def _(told: Graph) -> Iterable[object]:
    return [
        t
        for kind in KINDS
        for t in told.subjects(RDF.type, kind)
        if isinstance(t, URIRef)
        and not t.startswith(names.BASE)
        and not any(t in vocabulary for vocabulary in (SKOS, DCTERMS, FOAF, VANN, RDFS))
    ]


@pitfall("P41 no licence declared", remove="https://w3id.org/partnergraph/ns dcterms:license")
def _(told: Graph) -> Iterable[object]:
    return [] if told.value(ONTOLOGY, DCTERMS.license) else [ONTOLOGY]


def _missing(told: Graph, *properties: URIRef) -> list[URIRef]:
    return [p for p in properties if told.value(ONTOLOGY, p) is None]


@pitfall("PURL1 persistent IRI", add="<http://example.org/pg> a owl:Ontology .")
def _(told: Graph) -> Iterable[object]:
    persistent = ("https://w3id.org/", "https://purl.org/", "https://doi.org/")
    return [o for o in told.subjects(RDF.type, OWL.Ontology) if not str(o).startswith(persistent)]


@pitfall("URI2 one IRI for the ontology", add="<https://w3id.org/pg> a owl:Ontology .")
def _(told: Graph) -> Iterable[object]:
    return set(told.subjects(RDF.type, OWL.Ontology)) - {ONTOLOGY}


@pitfall("VER1 version IRI", remove="https://w3id.org/partnergraph/ns owl:versionIRI")
def _(told: Graph) -> Iterable[object]:
    version = told.value(ONTOLOGY, OWL.versionInfo)
    wanted = URIRef(f"{names.ONTOLOGY}/{version}")
    return [] if (ONTOLOGY, OWL.versionIRI, wanted) in told else [wanted]


@pitfall("FIND1 preferred prefix", remove=f"{names.ONTOLOGY} {VANN.preferredNamespacePrefix}")
def _(told: Graph) -> Iterable[object]:
    given = str(told.value(ONTOLOGY, VANN.preferredNamespacePrefix))
    return [] if names.PREFIXES.get(given) == names.NS else [given]


@pitfall("OM1 minimum metadata", remove=f"{names.ONTOLOGY} {VANN.preferredNamespaceUri}")
def _(told: Graph) -> Iterable[object]:
    found = _missing(
        told,
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.license,
        OWL.versionIRI,
        DCTERMS.creator,
        VANN.preferredNamespaceUri,
    )
    given = str(told.value(ONTOLOGY, VANN.preferredNamespaceUri))
    return [*found, *([] if given == names.NS else [given])]


@pitfall("OM2 recommended metadata", remove=f"{names.ONTOLOGY} dcterms:bibliographicCitation")
def _(told: Graph) -> Iterable[object]:
    return _missing(
        told,
        VANN.preferredNamespacePrefix,
        OWL.versionInfo,
        DCTERMS.created,
        DCTERMS.bibliographicCitation,
    )


@pitfall("OM4.1 licence", remove=f"{names.ONTOLOGY} dcterms:license")
def _(told: Graph) -> Iterable[object]:
    return [] if isinstance(told.value(ONTOLOGY, DCTERMS.license), URIRef) else [ONTOLOGY]


@pitfall("OM5.1 basic provenance", remove=f"{names.ONTOLOGY} dcterms:created")
def _(told: Graph) -> Iterable[object]:
    creator = told.value(ONTOLOGY, DCTERMS.creator)
    organization = (creator, RDF.type, FOAF.Organization) in told if creator else False
    return [*_missing(told, DCTERMS.created), *([] if organization else [DCTERMS.creator])]


@pitfall("RDF1 available in RDF", remove="pg:Partnership rdf:type")
def _(told: Graph) -> Iterable[object]:
    again = Graph().parse(data=told.serialize(format="xml"), format="xml")
    lost = len(again) != len(told)
    return [
        *(["lost"] if lost else []),
        *(set(ours(told_by_us(), OWL.Class)) - set(ours(again, OWL.Class))),
    ]


@pitfall(
    "VOC1 metadata in known vocabularies",
    add="<https://w3id.org/partnergraph/ns> pg:hasCost 3 .",
)
def _(told: Graph) -> Iterable[object]:
    known = (str(DCTERMS), str(VANN), str(OWL), str(RDF))
    return [p for p in told.predicates(ONTOLOGY) if not str(p).startswith(known)]


@pitfall("VOC2 reuse of vocabularies", remove="pg:RiskKind rdfs:subClassOf")
def _(told: Graph) -> Iterable[object]:
    return [
        kind
        for concept in told.subjects(RDF.type, SKOS.Concept)
        for kind in told.objects(concept, RDF.type)
        if str(kind).startswith(names.NS) and (kind, RDFS.subClassOf, SKOS.Concept) not in told
    ]


@pitfall("VOC3 labels", remove="pg:hasRisk rdfs:label")
def _(told: Graph) -> Iterable[object]:
    return [t for t in ours(told, *KINDS) if (t, RDFS.label, None) not in told]


@pitfall("VOC4 descriptions", remove="pg:hasRisk skos:definition")
def _(told: Graph) -> Iterable[object]:
    return [t for t in ours(told, *KINDS) if (t, SKOS.definition, None) not in told]


@pytest.mark.parametrize("name", CHECKS)
def test_our_ontology_is_free_of(name: str) -> None:
    check, add, remove = CHECKS[name]
    assert list(check(told_by_us())) == []
    faulty = told_by_us() + graph(quads(add))
    if remove:
        subject, predicate = (URIRef(names.expand(word)) for word in remove.split())
        assert (subject, predicate, None) in faulty
        faulty.remove((subject, predicate, None))
    assert list(check(faulty)) != []


def test_each_pitfall_and_test_is_checked_or_given_a_reason() -> None:
    assert __doc__
    numbers = {f"P{n:02}" for n in range(1, 42)}
    foops = {"CN1", "DOC1", "HTTP1", "PURL1", "RDF1", "URI1", "URI2", "VER1", "VER2", "FIND_3_BIS"}
    foops |= {f"VOC{n}" for n in range(1, 5)} | {f"FIND{n}" for n in range(1, 4)}
    foops |= {f"OM{n}" for n in ("1", "2", "3", "4.1", "4.2", "5.1", "5.2")}
    checked = {name.split()[0] for name in CHECKS}
    reasons = set(re.findall(r"^- (\S+)", __doc__, re.MULTILINE))
    assert checked | reasons == numbers | foops
    assert not checked & reasons
