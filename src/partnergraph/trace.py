"""What comes from a paragraph: terms, rules, questions, data; or why there is nothing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from partnergraph import names
from partnergraph.errors import UnknownNameError
from partnergraph.store import Iri, Store

_SCHEMES = tuple(f"{s}:" for s in (*names.SCHEMES, "scheme"))


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
    checklist: tuple[str, ...]
    """What a person has to judge about each record because of it."""
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
    id_ = paragraph.removeprefix("paragraph:").removeprefix(names.PARAGRAPH)
    try:
        found = _traces(store, [Iri(names.PARAGRAPH + id_)])
    except ValueError:
        found = []
    if not found:
        known = [i.removeprefix("paragraph:") for i in paragraphs(store)]
        raise UnknownNameError(
            f"there is no paragraph “{id_}”",
            hint=names.nearest(id_, known, "Paragraphs look like C8.b, S22.a, SFN8"),
        )
    return found[0]


def overview(store: Store) -> list[Trace]:
    """Return the traces of all paragraphs, in reading order."""
    return _traces(store, [Iri(names.expand(paragraph)) for paragraph in paragraphs(store)])


def _traces(store: Store, nodes: Iterable[Iri]) -> list[Trace]:
    """Return the traces of some paragraphs, with two look-ups however many they are."""
    values = f"VALUES ?p {{ {' '.join(map(str, nodes))} }}"
    about = store.select(
        f"""{names.prologue("pg", "skos", "dcterms")}
        SELECT ?p ?label ?summary ?force ?reason WHERE {{
          {values} ?p skos:prefLabel ?label . FILTER(LANG(?label) = "en")
          OPTIONAL {{ ?p pg:position ?n }}
          OPTIONAL {{ ?p dcterms:abstract ?summary FILTER(LANG(?summary) = "en") }}
          OPTIONAL {{ ?p pg:force ?force }}
          OPTIONAL {{ ?p pg:uncheckedReason ?reason }}
        }} ORDER BY ?n"""
    )
    rows = store.select(
        f"""{names.prologue("pg", "rdf", "dcterms")}
        SELECT DISTINCT ?p ?thing WHERE {{
          {values}
          {{ ?thing dcterms:source ?p FILTER NOT EXISTS {{ ?thing rdf:subject ?any }} }}
          UNION
          {{ ?statement dcterms:source ?p ; rdf:subject ?thing FILTER(?thing != ?p) }}
        }}"""
    )
    things: dict[str, set[str]] = {}
    for row in rows:
        thing = row["thing"].value
        # A remedy, and a rule's constraint, are told with their rule.
        if not (thing.startswith(names.RULE) and "#" in thing):
            things.setdefault(row["p"].value, set()).add(names.shorten(thing))
    return [
        _trace(
            row["p"].value.removeprefix(names.PARAGRAPH),
            {key: term.value for key, term in row.items()},
            sorted(things.get(row["p"].value, ())),
        )
        for row in about
    ]


def _trace(id_: str, about: dict[str, str], things: list[str]) -> Trace:
    def of(*prefixes: str) -> tuple[str, ...]:
        return tuple(t for t in things if t.startswith(prefixes))

    terms, rules, questions = of("pg:", *_SCHEMES), of("rule:"), of("query:")
    checklist = of("judgement-question:")
    return Trace(
        paragraph=id_,
        label=about["label"],
        summary=about.get("summary", ""),
        force=names.shorten(about["force"]) if "force" in about else "",
        terms=terms,
        rules=tuple(r.removeprefix("rule:") for r in rules),
        questions=tuple(q.removeprefix("query:") for q in questions),
        checklist=checklist,
        data=tuple(t for t in things if t not in {*terms, *rules, *questions, *checklist}),
        reason="" if rules else about.get("reason", ""),
    )


def paragraphs(store: Store) -> list[str]:
    """Return the short names of all paragraphs, in reading order."""
    rows = store.select(
        f"""{names.prologue("pg")}
        SELECT ?p WHERE {{ ?p a pg:Paragraph ; pg:position ?n }} ORDER BY ?n"""
    )
    return [names.shorten(row["p"].value) for row in rows]
