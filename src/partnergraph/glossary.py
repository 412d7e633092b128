"""A page of all terms in one language, made from the ontology, its texts, rules and questions.

Run ``python -m partnergraph.glossary`` to write ``docs/terms.{en,fr,es}.md`` anew.
"""

from pathlib import Path

from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib.term import Node

from partnergraph import names, rooms, texts, usage

_WORDS = {
    "title": {"en": "Terms", "fr": "Termes", "es": "Términos"},
    "made": {
        "en": "Made by `python -m partnergraph.glossary`. French and Spanish texts are ours.",
        "fr": "Produit par `python -m partnergraph.glossary`. Les textes français sont les nôtres.",
        "es": "Generado por `python -m partnergraph.glossary`. Los textos españoles son nuestros.",
    },
    "neighbours": {"en": "Neighbours", "fr": "Voisins", "es": "Vecinos"},
    "example": {"en": "Examples (in English)", "fr": "Exemples (en anglais)",
                "es": "Ejemplos (en inglés)"},
    "note": {"en": "Note", "fr": "Note (en anglais)", "es": "Nota (en inglés)"},
    "paragraphs": {"en": "Paragraphs", "fr": "Paragraphes", "es": "Párrafos"},
    "rules": {"en": "Rules", "fr": "Règles", "es": "Reglas"},
    "questions": {"en": "Questions", "fr": "Questions", "es": "Preguntas"},
}  # fmt: skip
_TIES = (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range)


def page(language: str) -> str:
    """Return the page in Markdown.

    Args:
        language: ``en``, ``fr`` or ``es``.
    """
    graph = Graph()
    for room in rooms.ontology():
        graph.parse(data=room.read(), format="turtle")
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    found = {str(s) for kind in kinds for s in graph.subjects(RDF.type, kind)}
    parts = [f"# {_WORDS['title'][language]}", _WORDS["made"][language]]
    for iri in sorted(term for term in found if term.startswith(names.NS)):
        parts += _entry(graph, URIRef(iri), language)
    return "\n\n".join(parts) + "\n"


def _entry(graph: Graph, term: URIRef, language: str) -> list[str]:
    short = names.shorten(str(term))
    label = texts.text(str(term), str(RDFS.label), language, _one(graph, term, RDFS.label))
    definition = texts.text(
        str(term), str(SKOS.definition), language, _one(graph, term, SKOS.definition)
    )
    lines = []
    ties = [
        f"`{names.shorten(str(tie))}` `{names.shorten(str(other))}`"
        for tie in _TIES
        for other in sorted(graph.objects(term, tie), key=str)
        if isinstance(other, URIRef)
    ]
    paragraphs = sorted(str(p).rpartition("/")[2] for p in graph.objects(term, DCTERMS.source))
    for key, items in (
        ("neighbours", ties),
        ("example", sorted(str(e) for e in graph.objects(term, SKOS.example))),
        ("note", sorted(str(n) for n in graph.objects(term, SKOS.scopeNote))),
        ("paragraphs", [", ".join(paragraphs)]),
        ("rules", [", ".join(usage.rules_by_term().get(short, ()))]),
        ("questions", [", ".join(usage.questions_by_term().get(short, ()))]),
    ):
        lines += [f"- {_WORDS[key][language]}: {item}" for item in items if item]
    return [f"## {label.value}", f"`{short}` {definition.value}", "\n".join(lines)]


def _one(graph: Graph, term: URIRef, predicate: URIRef) -> str:
    found: Node | None = graph.value(term, predicate)
    return str(found or "")


if __name__ == "__main__":
    for chosen in ("en", "fr", "es"):
        target = Path("docs") / f"terms.{chosen}.md"
        target.write_text(page(chosen), encoding="utf-8")
