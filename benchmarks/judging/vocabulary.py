"""The names that the made-up records use, as N-Triples terms."""

from pathlib import Path

PG = "https://w3id.org/partnergraph/ns#"
ID = "https://w3id.org/partnergraph/id/"
OWN = "https://example.org/judging/"
SHAPE = f"{OWN}shape/"
SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"

SHAPES = Path(__file__).parent / "shapes.ttl"

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
SUBCLASS = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
WEIGHT = f"<{OWN}ns#weight>"


def pg(name: str) -> str:
    """Return a class or property of the project's ontology."""
    return f"<{PG}{name}>"


def entry(scheme: str, name: str) -> str:
    """Return an entry of one of the ontology's lists."""
    return f"<{ID}{scheme}/{name}>"


def own(path: str) -> str:
    """Return a made-up thing."""
    return f"<{OWN}{path}>"


def typed(value: object, datatype: str) -> str:
    """Return a literal of an XML Schema datatype."""
    return f'"{value}"^^<{XSD}{datatype}>'


def text(value: str, language: str = "") -> str:
    """Return a plain or a language-tagged string; the value needs no escapes."""
    return f'"{value}"@{language}' if language else f'"{value}"'


RISK_KINDS = [
    entry("risk-kind", name)
    for name in ("capacity", "environmental-social", "financial", "legal", "operational",
                 "other-risk", "reputational")
]  # fmt: skip
VALUE_TYPES = [
    entry("value-type", name)
    for name in ("collective-legitimacy", "holistic-response", "innovation", "scale",
                 "shared-learning", "synergies")
]  # fmt: skip
PHASES = [entry("phase", name) for name in ("development", "implementation", "closure")]
COST_KINDS = [
    entry("cost-kind", name) for name in ("hard-cost", "non-tangible", "other-cost", "staff-time")
]
PARTNER_KINDS = [
    entry("partner-kind", name)
    for name in ("academia", "civil-society", "communities", "expert-body", "finance", "media",
                 "governing-body", "intergovernmental-organization", "private-company",
                 "national-authority", "treaty-secretariat", "un-entity")
]  # fmt: skip
AREAS = [
    entry("thematic-area", name)
    for name in ("capacity-building", "communication", "digitalization", "enforcement",
                 "fisheries", "legislation", "livelihoods", "permitting", "science-ndf",
                 "species-trade", "sustainable-use", "zoonoses")
]  # fmt: skip
