"""What a partnership contributes to: no derived fact looks stronger than its weakest link."""

from collections.abc import Iterable

import pytest
from ontology_graphs import CHAINED, Triple, by_us, data, graph, ontology, quads, short
from rdflib import OWL, RDFS, URIRef

from partnergraph import names, reason, rooms
from partnergraph.store import Quad, Store

OTHER_LINKS = (
    "pg:suggestedAlignment",
    "pg:supportsAim",
    "pg:supportsFramework",
    "pg:requiresContributionTo",
    "pg:analogousTo",
    "pg:entryPointFor",
    "pg:partOfAim",
    "pg:aimOf",
    "skos:exactMatch",
)
SDGS = {f"sdg:{number}" for number in range(1, 18)}


def contributions(
    facts: Iterable[Quad], partnership: str, axioms: Iterable[Quad] = ()
) -> set[tuple[str, str]]:
    """What is derived about the aims of a partnership, beyond what was told."""
    return {
        (predicate, aim)
        for subject, predicate, aim in by_us(facts, axioms)
        if subject == partnership and predicate != "rdf:type"
    }


@pytest.mark.parametrize(("derived", "link"), CHAINED.items())
def test_a_contribution_has_the_standing_of_its_link_and_no_other(derived: str, link: str) -> None:
    facts = quads(f"example:p pg:contributesTo example:a . example:a {link} example:b .")
    assert contributions(facts, "example:p") == {(derived, "example:b")}


@pytest.mark.parametrize("link", OTHER_LINKS)
def test_a_link_of_any_other_kind_gives_no_contribution(link: str) -> None:
    facts = quads(f"example:p pg:contributesTo example:a . example:a {link} example:b .")
    assert contributions(facts, "example:p") == set()


@pytest.mark.parametrize("claim", ["pg:supportsAim", *CHAINED])
@pytest.mark.parametrize("link", CHAINED.values())
def test_only_a_claimed_contribution_is_carried_on(claim: str, link: str) -> None:
    facts = quads(f"example:p {claim} example:a . example:a {link} example:b .")
    assert contributions(facts, "example:p") == set()


@pytest.mark.parametrize("first", CHAINED.values())
@pytest.mark.parametrize("second", CHAINED.values())
def test_two_links_in_a_row_carry_nothing_to_the_end(first: str, second: str) -> None:
    facts = quads(
        f"example:p pg:contributesTo example:a . example:a {first} example:b ."
        f" example:b {second} example:c ."
    )
    assert {aim for _, aim in contributions(facts, "example:p")} == {"example:b"}


def test_each_of_two_links_to_one_aim_keeps_its_own_standing() -> None:
    facts = quads(
        "example:p pg:contributesTo example:a , example:b ."
        " example:a pg:alignedAsVerified example:c . example:b pg:alignedAsInferred example:c ."
        " example:q pg:contributesTo example:b ."
    )
    assert contributions(facts, "example:p") == {
        ("pg:contributesAsVerified", "example:c"),
        ("pg:contributesAsInferred", "example:c"),
    }
    assert contributions(facts, "example:q") == {("pg:contributesAsInferred", "example:c")}


def test_a_link_of_a_goal_does_not_pass_to_its_objectives_nor_back() -> None:
    facts = quads(
        "example:objective pg:partOfAim example:goal ."
        " example:goal pg:alignedAsVerified example:one ."
        " example:objective pg:alignedAsVerified example:two ."
        " example:p pg:contributesTo example:objective . example:q pg:contributesTo example:goal ."
    )
    assert contributions(facts, "example:p") == {("pg:contributesAsVerified", "example:two")}
    assert contributions(facts, "example:q") == {("pg:contributesAsVerified", "example:one")}


@pytest.mark.parametrize(
    ("axiom", "facts", "found"),
    [
        (
            "pg:contributesAsStated owl:propertyChainAxiom ( pg:contributesTo pg:supportsAim ) .",
            "example:a pg:supportsAim example:b .",
            ("pg:contributesAsStated", "example:b"),
        ),
        (
            "pg:contributesTo owl:propertyChainAxiom ( pg:contributesTo pg:partOfAim ) .",
            "example:a pg:partOfAim example:b .",
            ("pg:contributesTo", "example:b"),
        ),
        (
            "pg:alignedAsInferred rdfs:subPropertyOf pg:alignedAsVerified .",
            "example:a pg:alignedAsInferred example:b .",
            ("pg:contributesAsVerified", "example:b"),
        ),
        (
            "pg:suggestedAlignment rdfs:subPropertyOf pg:alignedAsInferred .",
            "example:a pg:suggestedAlignment example:b .",
            ("pg:contributesAsInferred", "example:b"),
        ),
    ],
)
def test_an_axiom_that_lets_a_fact_look_stronger_would_be_seen(
    axiom: str, facts: str, found: tuple[str, str]
) -> None:
    told = quads(f"example:p pg:contributesTo example:a . {facts}")
    assert found not in contributions(told, "example:p")
    assert found in contributions(told, "example:p", quads(axiom))


def test_no_chain_holds_any_other_link() -> None:
    told = graph(ontology())
    chains = {
        names.shorten(str(derived)): [names.shorten(str(part)) for part in told.items(parts)]
        for derived, parts in told.subject_objects(OWL.propertyChainAxiom)
    }
    assert chains == {
        "pg:hasPartner": ["pg:hasMembership", "pg:membershipOf"],
        **{derived: ["pg:contributesTo", link] for derived, link in CHAINED.items()},
    }
    for name in (*OTHER_LINKS, *CHAINED, *CHAINED.values()):
        term = URIRef(names.expand(name))
        assert not set(told.objects(term, RDFS.subPropertyOf)), name
        assert not set(told.objects(term, OWL.equivalentProperty)), name


VISION_AIMS = sorted(
    subject
    for subject, predicate, kind in short(data())
    if predicate == "rdf:type"
    and kind in {"pg:StrategicVision", "pg:StrategicGoal", "pg:StrategicObjective"}
)


def slug(aim: str) -> str:
    return f"example:to-{aim.removeprefix('sv:')}"


def one_partnership_for_each_aim() -> list[Quad]:
    """A made-up partnership for each aim of the Strategic Vision that contributes to it alone."""
    return quads(" ".join(f"{slug(aim)} pg:contributesTo {aim} ." for aim in VISION_AIMS))


def goals_reached(triples: set[Triple]) -> dict[str, set[str]]:
    """The SDGs that each partnership contributes to, itself or by one of their targets."""
    reached: dict[str, set[str]] = {}
    for subject, predicate, aim in triples:
        if predicate.startswith("pg:contributes") and aim.startswith("sdg:"):
            reached.setdefault(subject, set()).add(aim.partition(".")[0])
    return reached


@pytest.fixture(scope="module")
def derived() -> set[Triple]:
    return by_us([*data(), *one_partnership_for_each_aim()])


def test_there_are_31_aims_of_the_strategic_vision() -> None:
    assert len(VISION_AIMS) == 1 + 5 + 25


@pytest.mark.parametrize("aim", VISION_AIMS)
def test_contributing_to_an_aim_gives_its_own_links_and_nothing_more(
    aim: str, derived: set[Triple]
) -> None:
    told = short(data())
    assert {
        (predicate, object_)
        for subject, predicate, object_ in derived
        if subject == slug(aim) and predicate != "rdf:type"
    } == {
        (claim, object_)
        for claim, link in CHAINED.items()
        for subject, predicate, object_ in told
        if subject == aim and predicate == link
    }


def test_contributing_to_one_aim_never_reaches_all_17_sdgs(derived: set[Triple]) -> None:
    reached = goals_reached(derived)
    # Goal 4 has the most links of all: to SDGs 8, 12, 14, 15 and 17.
    assert reached["example:to-4"] == {"sdg:8", "sdg:12", "sdg:14", "sdg:15", "sdg:17"}
    assert max(len(goals) for goals in reached.values()) == 5
    assert not any(goals >= SDGS for goals in reached.values())


@pytest.mark.parametrize(
    "fault",
    [
        "sv:4.2 pg:alignedAsInferred " + " , ".join(sorted(SDGS)) + " .",
        "pg:contributesAsInferred owl:propertyChainAxiom ( pg:contributesTo pg:everySDG ) ."
        " sv:4.2 pg:everySDG " + " , ".join(f"{goal}.1" for goal in sorted(SDGS)) + " .",
    ],
)
def test_reaching_all_17_sdgs_would_be_seen(fault: str) -> None:
    facts = [*data(), *one_partnership_for_each_aim(), *quads(fault)]
    assert goals_reached(by_us(facts, quads(fault)))["example:to-4.2"] == SDGS


def test_no_partnership_in_the_store_reaches_all_17_sdgs(store: Store) -> None:
    counted = store.select(
        names.prologue("pg", "rdfs")
        + """
        SELECT ?partnership (COUNT(DISTINCT ?goal) AS ?goals) WHERE {
          ?partnership a pg:Partnership .
          OPTIONAL {
            ?partnership pg:contributesTo|pg:contributesOfficially|pg:contributesAsStated
              |pg:contributesAsVerified|pg:contributesAsInferred ?aim .
            ?aim pg:partOfAim* ?goal . ?goal a pg:SDGGoal
          }
        } GROUP BY ?partnership"""
    )
    assert len(counted) > 20
    assert all(int(row["goals"].value) < 17 for row in counted)


@pytest.mark.parametrize(
    ("property_", "told"),
    [
        ("pg:alignedOfficially", False),
        ("pg:contributesOfficially", False),
        ("pg:alignedAsVerified", True),
        ("pg:suggestedAlignment", True),
    ],
)
def test_no_link_is_official_yet(property_: str, told: bool, store: Store) -> None:
    iri = names.expand(property_)
    assert store.ask(f"ASK {{ ?s <{iri}> ?o }}") is told
    assert store.ask(f"ASK {{ GRAPH ?g {{ ?s <{iri}> ?o }} }}") is told


STANDINGS = ("official", "stated", "verified", "partly-verified", "unverified", "inferred")
"""From the strongest to the weakest."""


@pytest.mark.parametrize("claim", STANDINGS)
@pytest.mark.parametrize(
    ("link", "standing"),
    [*zip(CHAINED.values(), ("official", "stated", "verified", "inferred"), strict=True)],
)
def test_the_answer_about_a_path_gives_the_standing_of_its_weakest_link(
    claim: str, link: str, standing: str
) -> None:
    facts = quads(
        f"example:p pg:contributesTo sv:2.3 . sv:2.3 {link} sdg:15 ."
        " sdg:15 pg:aimOf framework:sdg ."
        " example:claim rdf:subject example:p ; rdf:predicate pg:contributesTo ;"
        f" rdf:object sv:2.3 ; pg:statementStatus statement-status:{claim} ;"
        " dcterms:source paragraph:S22.a ."
    )
    store = Store.in_memory()
    store.add(Quad(q.subject, q.predicate, q.object) for q in (*ontology(), *facts))
    store.add(reason.closure(ontology(), facts))
    question = rooms.root() / "queries" / "contribution-paths.rq"
    answer = store.select(question.read_text(encoding="utf-8"))
    weaker = max(claim, standing, key=STANDINGS.index)
    assert [
        (names.shorten(row["target"].value), names.shorten(row["status"].value)) for row in answer
    ] == [("sdg:15", f"statement-status:{weaker}")]


def test_a_partner_known_by_membership_stands_among_the_derived_facts_only() -> None:
    facts = quads(
        "example:p pg:hasMembership example:m . example:m pg:membershipOf organization:fao ."
    )
    derived = by_us(facts)
    assert ("example:p", "pg:hasPartner", "organization:fao") in derived
    assert ("organization:fao", "rdf:type", "pg:Partner") in derived
    assert not any(predicate == "pg:hasMemberCount" for _, predicate, _ in derived)
