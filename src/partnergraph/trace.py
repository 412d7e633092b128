"""What comes from a paragraph: terms, rules, questions, data; or why there is nothing."""

from dataclasses import asdict, dataclass

from partnergraph import names
from partnergraph.errors import UnknownNameError
from partnergraph.store import Iri, Store

_PARAGRAPH = names.ID + "paragraph/"


@dataclass(frozen=True)
class Trace:
    """Everything that comes from one paragraph, each thing by its short name."""

    paragraph: str
    label: str
    summary: str
    force: str
    terms: tuple[str, ...]
    rules: tuple[str, ...]
    questions: tuple[str, ...]
    data: tuple[str, ...]
    """Things about which the paragraph states something."""
    reason: str
    """Why there is nothing to check; empty where there is something."""

    def as_dict(self) -> dict[str, object]:
        """Return the trace as plain data."""
        return asdict(self)


def trace(store: Store, paragraph: str) -> Trace:
    """Return the trace of a paragraph such as ``S22.a``.

    Raises:
        UnknownNameError: there is no such paragraph; the nearest ids are told.
    """
    id_ = paragraph.removeprefix("paragraph:").removeprefix(_PARAGRAPH)
    try:
        node = Iri(_PARAGRAPH + id_)
    except ValueError:
        node = Iri(_PARAGRAPH)
    about = store.select(
        f"""{names.prologue("pg", "skos", "dcterms")}
        SELECT ?label ?summary ?force ?reason WHERE {{
          {node} skos:prefLabel ?label . FILTER(LANG(?label) = "en")
          OPTIONAL {{ {node} dcterms:abstract ?summary FILTER(LANG(?summary) = "en") }}
          OPTIONAL {{ {node} pg:force ?force }}
          OPTIONAL {{ {node} pg:uncheckedReason ?reason }}
        }}"""
    )
    if not about:
        known = [i.removeprefix("paragraph:") for i in paragraphs(store)]
        raise UnknownNameError(
            f"there is no paragraph “{id_}”",
            hint=names.nearest(id_, known, "Paragraphs look like C8.b, S22.a, SFN8"),
        )
    found = store.select(
        f"""{names.prologue("pg", "rdf", "dcterms")}
        SELECT DISTINCT ?thing WHERE {{
          {{ ?thing dcterms:source {node} FILTER NOT EXISTS {{ ?thing rdf:subject ?any }} }}
          UNION
          {{ ?statement dcterms:source {node} ; rdf:subject ?thing FILTER(?thing != {node}) }}
        }}"""
    )
    things = sorted(names.shorten(row["thing"].value) for row in found)

    def of(*prefixes: str) -> tuple[str, ...]:
        return tuple(t for t in things if t.startswith(prefixes))

    schemes = tuple(f"{s}:" for s in (*names.SCHEMES, "scheme"))
    terms, rules, questions = of("pg:", *schemes), of("rule:"), of("query:")
    row = about[0]
    return Trace(
        paragraph=id_,
        label=row["label"].value,
        summary=row["summary"].value if "summary" in row else "",
        force=names.shorten(row["force"].value) if "force" in row else "",
        terms=terms,
        rules=tuple(r.removeprefix("rule:") for r in rules),
        questions=tuple(q.removeprefix("query:") for q in questions),
        data=tuple(t for t in things if t not in {*terms, *rules, *questions}),
        reason=row["reason"].value if "reason" in row and not rules else "",
    )


def paragraphs(store: Store) -> list[str]:
    """Return the short names of all paragraphs, in reading order."""
    rows = store.select(
        f"""{names.prologue("pg")}
        SELECT ?p WHERE {{ ?p a pg:Paragraph ; pg:position ?n }} ORDER BY ?n"""
    )
    return [names.shorten(row["p"].value) for row in rows]
