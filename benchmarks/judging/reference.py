"""Reference data of the benchmark: what records point to, about 5,000 triples.

Organisations, countries, aims, documents and entries of lists are made up, and so are the links
between them. Only the class hierarchy and the entries of lists bear names of the project's
ontology.
"""

from collections.abc import Iterator

from vocabulary import (
    AREAS,
    COST_KINDS,
    LABEL,
    PARTNER_KINDS,
    PHASES,
    SUBCLASS,
    TYPE,
    entry,
    own,
    pg,
    text,
)

Triple = tuple[str, str, str]

ORGANIZATIONS = 400
# Sound records choose among the first; the last ones did not pass the screening.
FREE, EXCLUDED = 380, 390
COUNTRIES = 195
GOALS, TARGETS_OF_GOAL, KMGBF_TARGETS, OBJECTIVES, DOCUMENTS = 17, 10, 23, 30, 160

_HIERARCHY = {
    "ActorGroup": "Actor",
    "CITESStrategicPartnership": "UNEPPartnership",
    "Country": "Actor",
    "Decision": "NormativeDocument",
    "GoverningBody": "Organization",
    "Instrument": "Document",
    "KMGBFAim": "Aim",
    "KMGBFTarget": "KMGBFAim",
    "LetterOfUnderstanding": "Instrument",
    "LongTermPartnership": "CITESStrategicPartnership",
    "MediumTermPartnership": "CITESStrategicPartnership",
    "MemorandumOfUnderstanding": "Instrument",
    "NormativeDocument": "Document",
    "Organization": "Actor",
    "PermanentCommittee": "GoverningBody",
    "Resolution": "NormativeDocument",
    "SDGAim": "Aim",
    "SDGGoal": "SDGAim",
    "SDGTarget": "SDGAim",
    "StrategicGoal": "StrategicVisionAim",
    "StrategicObjective": "StrategicVisionAim",
    "StrategicVisionAim": "Aim",
    "UNEPPartnership": "Partnership",
    "ValueGained": "Value",
}
_LISTS = {
    "CostKind": COST_KINDS,
    "DurationType": [entry("duration-type", name) for name in ("medium-term", "long-term")],
    "PartnerKind": PARTNER_KINDS,
    "Phase": PHASES,
    "ThematicArea": AREAS,
}


def organization(number: int) -> str:
    """Return an organisation."""
    return own(f"organization/{number}")


def sdg_target(number: int) -> str:
    """Return a made-up target under one of the goals."""
    return own(f"sdg/{number // TARGETS_OF_GOAL + 1}.{number % TARGETS_OF_GOAL + 1}")


def kmgbf_target(number: int) -> str:
    """Return a made-up biodiversity target."""
    return own(f"kmgbf/{number + 1}")


def objective(number: int) -> str:
    """Return a made-up objective, aligned with the target ``number % KMGBF_TARGETS``."""
    return own(f"sv/{number + 1}")


def document(number: int) -> str:
    """Return a normative document: in effect, or deleted where the number is 7 modulo 8."""
    return own(f"document/{number}")


def triples() -> Iterator[Triple]:
    """Yield the reference data."""
    for child, parent in _HIERARCHY.items():
        yield pg(child), SUBCLASS, pg(parent)
    for kind, members in _LISTS.items():
        for member in members:
            yield member, TYPE, pg(kind)
            yield member, LABEL, text(member.rsplit("/", 1)[-1].strip(">"), "en")
    yield from _actors()
    yield from _aims()
    for number in range(DOCUMENTS):
        status = "deleted" if number % 8 == 7 else "in-effect"
        this = document(number)
        yield this, TYPE, pg("Decision" if number % 3 else "Resolution")
        yield this, LABEL, text(f"Text {number}", "en")
        yield this, pg("number"), text(f"{number // 10}.{number % 10}")
        yield this, pg("documentStatus"), entry("document-status", status)
        yield this, pg("issuedBy"), own(f"body/{number % 8}")


def _actors() -> Iterator[Triple]:
    for number in range(COUNTRIES):
        this = own(f"country/{number}")
        yield this, TYPE, pg("Country")
        yield this, LABEL, text(f"Country {number}", "en")
        yield this, pg("servesRegion"), own(f"region/{number % 6}")
    for number in range(8):
        yield own(f"body/{number}"), TYPE, pg("PermanentCommittee")
        yield own(f"body/{number}"), LABEL, text(f"Committee {number}", "en")
    for number in range(ORGANIZATIONS):
        this = organization(number)
        yield this, TYPE, pg("Organization")
        yield this, LABEL, text(f"Organisation {number}", "en")
        yield this, LABEL, text(f"Organisme {number}", "fr")
        yield this, pg("partnerKind"), PARTNER_KINDS[number % len(PARTNER_KINDS)]
        yield this, pg("presentIn"), own(f"country/{number % COUNTRIES}")
        yield this, pg("roleNote"), text(f"Works in field {number % 30}")
        if number >= EXCLUDED:
            check = own(f"screening/{number}")
            yield check, TYPE, pg("ExclusionScreening")
            yield check, pg("checkOf"), this
            yield check, pg("checkResult"), entry("check-result", "excluded")


def _aims() -> Iterator[Triple]:
    for name in ("sdg", "kmgbf", "sv"):
        yield own(f"framework/{name}"), TYPE, pg("Framework")
        yield own(f"framework/{name}"), LABEL, text(f"Framework {name}", "en")
    for number in range(GOALS):
        goal = own(f"sdg/{number + 1}")
        yield goal, TYPE, pg("SDGGoal")
        yield goal, pg("aimOf"), own("framework/sdg")
    for number in range(GOALS * TARGETS_OF_GOAL):
        this = sdg_target(number)
        yield this, TYPE, pg("SDGTarget")
        yield this, LABEL, text(f"Target {number}", "en")
        yield this, pg("partOfAim"), own(f"sdg/{number // TARGETS_OF_GOAL + 1}")
    for number in range(KMGBF_TARGETS):
        yield kmgbf_target(number), TYPE, pg("KMGBFTarget")
        yield kmgbf_target(number), LABEL, text(f"Biodiversity target {number}", "en")
        yield kmgbf_target(number), pg("aimOf"), own("framework/kmgbf")
    for number in range(5):
        goal = own(f"sv/goal-{number}")
        yield goal, TYPE, pg("StrategicGoal")
        yield goal, pg("aimOf"), own("framework/sv")
    for number in range(OBJECTIVES):
        this = objective(number)
        yield this, TYPE, pg("StrategicObjective")
        yield this, LABEL, text(f"Objective {number}", "en")
        yield this, pg("partOfAim"), own(f"sv/goal-{number % 5}")
        yield this, pg("alignedAsStated"), kmgbf_target(number % KMGBF_TARGETS)
