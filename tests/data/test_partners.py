"""Partners, donors and numbers of members are three different things."""

from collections.abc import Iterable

import pytest
from fact_rows import Rows, ours, seeded, things, values

from partnergraph import load, names, reason, rooms
from partnergraph.store import Iri, Quad, parse

ONTOLOGY = tuple(quad for room in rooms.ontology() for quad in load.read_room(room))
FACTS = tuple(
    quad
    for room in rooms.data()
    for quad in load.read_room(room)
    if not (isinstance(quad.subject, Iri) and quad.subject.value.startswith(names.STATEMENT))
)


def turtle(text: str) -> list[Quad]:
    prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
    return parse((prefixes + text).encode(), "turtle")


def partners_by_money(rows: Rows) -> list[str]:
    """Donors that our reading makes partners of what they fund, or of the partnership using it."""
    read = tuple(row for row in rows if row.status not in {"stated", "verified"})
    partners, tools = values(read, "pg:hasPartner"), values(rows, "pg:usesTool")
    found = []
    for funded, donors in values(rows, "pg:hasDonor").items():
        users = [p for p, used in tools.items() if funded in used]
        found += [
            f"{donor} in {partnership}"
            for partnership in (funded, *users)
            for donor in donors
            if donor in partners.get(partnership, ())
        ]
    return found


@seeded(
    "partnership:ecites-asycuda,pg:hasPartner,country:switzerland,iri,paragraph:C30,inferred,",
    "partnership:ecites-asycuda,pg:hasPartner,country:usa,iri,paragraph:C30,stated,",
    found=[
        "country:switzerland in partnership:ecites-asycuda",
        "country:switzerland in partnership:ecites-asycuda",
    ],
)
def test_a_donor_is_a_partner_of_what_it_funds_only_where_a_source_says_so(
    rows: Rows, found: list[str]
) -> None:
    assert partners_by_money(rows) == found


def test_the_donors_that_the_document_names_are_there() -> None:
    three = ["country:switzerland", "country:uk", "country:usa"]
    assert {thing: sorted(given) for thing, given in values(ours(), "pg:hasDonor").items()} == {
        "event:bern3": ["country:switzerland"],
        "partnership:ecites-asycuda": three,
        "tool:ecites": three,
    }


def derived_from_money(axioms: Iterable[Quad]) -> list[str]:
    """The donors that reasoning alone makes partners."""
    donors = {quad.object for quad in FACTS if quad.predicate.value == names.NS + "hasDonor"}
    assert donors
    partner = Iri(names.NS + "Partner")
    return sorted(
        {
            names.shorten(quad.subject.value)
            for quad in reason.closure([*ONTOLOGY, *axioms], FACTS)
            if isinstance(quad.subject, Iri) and quad.subject in donors and quad.object == partner
        }
    )


@pytest.mark.parametrize(
    ("axiom", "found"),
    [
        ("", []),
        (
            "pg:hasDonor rdfs:subPropertyOf pg:hasPartner .",
            ["country:switzerland", "country:uk", "country:usa"],
        ),
        (
            "pg:Donor rdfs:subClassOf pg:Partner .",
            ["country:switzerland", "country:uk", "country:usa"],
        ),
    ],
)
def test_reasoning_makes_no_donor_a_partner(axiom: str, found: list[str]) -> None:
    assert derived_from_money(turtle(axiom)) == found


def confused_counts(rows: Rows) -> list[str]:
    """Numbers of members that are members, or that are not just one number with a note."""
    found = []
    counts = set(things(rows, "pg:MemberCount"))
    number, note = values(rows, "pg:count"), values(rows, "pg:countNote")
    for it in sorted(counts):
        given = number.get(it, [])
        if len(given) != 1 or not given[0].isdecimal() or not it.endswith(f"-{given[0]}"):
            found.append(f"{it} pg:count")
        if len(note.get(it, [])) != 1:
            found.append(f"{it} pg:countNote")
    for row in rows:
        if (row.predicate == "pg:hasMemberCount") != (row.object in counts and row.type == "iri"):
            found.append(f"{row.subject} {row.predicate}")
        if row.predicate == "pg:count" and row.subject not in counts:
            found.append(f"{row.subject} pg:count")
    return found


@seeded(
    "partnership:cpw,pg:hasMembership,member-count:cpw-13,iri,paragraph:C20,stated,",
    "partnership:cpw,pg:hasMemberCount,organization:fao,iri,paragraph:C20,stated,",
    "partnership:cpw,pg:count,13,integer,paragraph:C20,stated,",
    "member-count:cpf-15,pg:count,14,integer,source:itto-forest-partnerships,verified,",
    "member-count:blg-9,rdf:type,pg:MemberCount,iri,source:whc-glossary,verified,",
    "member-count:blg-9,pg:count,9,integer,source:whc-glossary,verified,",
    found=[
        "member-count:blg-9 pg:countNote",
        "member-count:cpf-15 pg:count",
        "partnership:cpw pg:hasMembership",
        "partnership:cpw pg:hasMemberCount",
        "partnership:cpw pg:count",
    ],
)
def test_a_number_of_members_is_kept_apart_from_the_members(rows: Rows, found: list[str]) -> None:
    assert confused_counts(rows) == found


def test_each_number_of_members_that_a_source_gives_is_kept() -> None:
    number = {thing: given[0] for thing, given in values(ours(), "pg:count").items()}
    counts = {
        partnership: sorted(int(number[count]) for count in given)
        for partnership, given in values(ours(), "pg:hasMemberCount").items()
    }
    assert counts == {
        "partnership:cpw": [12, 13, 14],
        "partnership:cpf": [15, 16],
        "partnership:blg": [6, 7, 8],
    }


def memberships_at_odds(rows: Rows) -> list[str]:
    """Memberships of other than one actor with one role, or of a partnership that lacks them."""
    of, role = values(rows, "pg:membershipOf"), values(rows, "pg:role")
    held = [m for given in values(rows, "pg:hasMembership").values() for m in given]
    return sorted(
        it
        for it in things(rows, "pg:Membership")
        if len(of.get(it, [])) != 1 or len(role.get(it, [])) != 1 or held.count(it) != 1
    )


@seeded(
    "membership:a,rdf:type,pg:Membership,iri,paragraph:C20,stated,",
    "membership:cpf-fao,pg:membershipOf,organization:unep,iri,paragraph:C24,stated,",
    "partnership:blg,pg:hasMembership,membership:cpf-unep,iri,paragraph:C24,stated,",
    found=["membership:a", "membership:cpf-fao", "membership:cpf-unep"],
)
def test_a_membership_is_of_one_actor_in_one_partnership(rows: Rows, found: list[str]) -> None:
    assert memberships_at_odds(rows) == found


def without_secretariat(rows: Rows) -> list[str]:
    partners = values(rows, "pg:hasPartner")
    return [
        partnership
        for partnership in things(rows, "pg:Partnership")
        if "organization:cites-secretariat" not in partners.get(partnership, ())
    ]


@seeded("partnership:a,rdf:type,pg:Partnership,iri,paragraph:C20,stated,", found=["partnership:a"])
def test_the_secretariat_is_a_partner_in_each_partnership(rows: Rows, found: list[str]) -> None:
    assert without_secretariat(rows) == found


def strategic(rows: Rows) -> dict[str, str]:
    return {row.subject: row.status for row in rows if row.object == "pg:CITESStrategicPartnership"}


def test_only_the_partnership_that_the_document_calls_strategic_is_stated_so() -> None:
    found = strategic(ours())
    assert len(found) == 15
    assert [thing for thing, status in found.items() if status == "stated"] == ["partnership:iccwc"]
    assert set(found.values()) == {"stated", "inferred"}
    plain = {"blg", "cites-cms", "icc-coop", "un-oceans-part", "emg-part", "strategy-dev"}
    assert not plain & {thing.partition(":")[2] for thing in found}
