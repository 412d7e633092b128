"""What people see: each function returns a page, from templates that escape everything."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from partnergraph import __version__, catalogue, names, rooms, tables, texts, usage
from partnergraph import sparql as text_of_sparql
from partnergraph.describe import Description, describe, labels_of
from partnergraph.errors import UsageError
from partnergraph.explain import Explained, VerdictExplained
from partnergraph.forms import page
from partnergraph.forms.explained import status
from partnergraph.forms.localized import localized
from partnergraph.norms import Norm
from partnergraph.picture import neighbourhood
from partnergraph.report import Report
from partnergraph.store import Store, serialize
from partnergraph.trace import Trace
from partnergraph.words import word

LANGUAGES = ("en", "fr", "es")
Rows = tuple[list[str], list[dict[str, dict[str, str]]]]

THREE_QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("alignment-status", {}),
    ("partner-names", {}),
    ("value-types", {"valueType": "shared-learning"}),
)


@cache
def _texts() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / "texts.yaml"
    found: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("partnergraph.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = names.shorten
    environment.filters["link"] = link
    environment.filters["expand"] = names.expand
    environment.filters["said"] = _said
    environment.filters["cell"] = tables.cell
    return environment


def _said(found: catalogue.Question, language: str) -> texts.Text:
    return texts.title(found.id, language, found.title)


def link(iri: str) -> str:
    """Return where a page should link to for an IRI: here for ours, else only http(s)."""
    if iri.startswith(names.NS):
        return "/ns/" + quote(iri.removeprefix(names.NS))
    if iri == names.ONTOLOGY:
        return "/ns"
    if iri.startswith(names.BASE):
        return "/" + quote(iri.removeprefix(names.BASE))
    return iri if iri.startswith(("http://", "https://")) else ""


def _page(template: str, language: str, **values: Any) -> str:
    def w(key: str, **parts: object) -> str:
        return word(key, language, **parts)

    def t(key: str, **parts: object) -> str:
        in_languages = _texts()[key]
        return in_languages.get(language, in_languages["en"]).format(**parts)

    return (
        _environment()
        .get_template(template)
        .render(t=t, w=w, lang=language, languages=LANGUAGES, version=__version__, **values)
    )


def home(language: str, store: Store) -> str:
    """Return the first page: what the graph knows, and three questions to click."""
    counted = (
        ("partnerships", "pg:Partnership"),
        ("organizations", "pg:Organization"),
        ("documents", "pg:Document"),
        ("events", "pg:Event"),
        ("aims", "pg:Aim"),
        ("paragraphs", "pg:Paragraph"),
        ("rules", "pg:Rule"),
        ("questions", "pg:Question"),
    )
    values = " ".join(f'("{key}" {class_})' for key, class_ in counted)
    rows = store.select(
        f"""{names.prologue("pg")}
        SELECT ?key (COUNT(DISTINCT ?x) AS ?n) WHERE {{
          VALUES (?key ?class) {{ {values} }} ?x a ?class }} GROUP BY ?key"""
    )
    numbers = {row["key"].value: int(row["n"].value) for row in rows}
    three = [
        (catalogue.question(name), "?" + urlencode(parameters) if parameters else "")
        for name, parameters in THREE_QUESTIONS
    ]
    counts = [(key, numbers.get(key, 0)) for key, _ in counted]
    return _page("home.html", language, counts=counts, three=three)


def queries(language: str) -> str:
    """Return the list of questions."""
    return _page("queries.html", language, questions=catalogue.questions().values())


def question(
    language: str,
    found: catalogue.Question,
    values: Mapping[str, str],
    rows: Rows,
    store: Store,
) -> str:
    """Return a question with its form and its answer."""
    iris = {b["value"] for row in rows[1] for b in row.values() if b["type"] == "uri"}
    downloads = [
        (suffix, f"/queries/{found.id}.{suffix}" + (f"?{urlencode(values)}" if values else ""))
        for suffix in ("csv", "tsv", "json", "xml")
    ]
    return _page(
        "question.html",
        language,
        question=found,
        title=texts.title(found.id, language, found.title),
        description=texts.description(found.id, language, found.description),
        values=values,
        # A thing is shown by its label, so the column with the label alone is left out.
        columns=[c for c in rows[0] if not (c.endswith("Label") and c[:-5] in rows[0])],
        rows=rows[1],
        labels=labels_of(store, list(iris), language),
        downloads=downloads,
    )


def question_fields(found: catalogue.Question) -> dict[str, object]:
    """Return a question as plain data."""
    return {
        "id": found.id,
        "iri": names.QUERY + found.id,
        "competency": found.competency,
        "title": found.title,
        "description": found.description,
        "paragraphs": found.paragraphs,
        "parameters": {
            p.name: {"type": p.type, "description": p.description, "example": p.example}
            for p in found.parameters.values()
        },
        "columns": dict(found.columns),
        "answer": f"/queries/{found.id}",
    }


def sparql(language: str, query: str, rows: Rows | None) -> str:
    """Return the page for a free query, with its answer if there is one."""
    return _page("sparql.html", language, query=query, rows=rows, prologue=_PROLOGUE)


_PROLOGUE = names.prologue("pg", "skos", "dcterms", "rdf") + (
    "\nSELECT ?partnership ?label WHERE {\n"
    '  ?partnership a pg:Partnership ; skos:prefLabel ?label FILTER(LANG(?label) = "en")\n'
    "} ORDER BY ?label"
)


def term(language: str, store: Store, iri: str) -> str:
    """Return the page about one term: its texts, its neighbourhood, and what uses it.

    Raises:
        UnknownNameError: there is no such term.
    """
    found = describe(store, iri, language)
    short = names.shorten(iri)
    return _page(
        "term.html",
        language,
        thing=found,
        short=short,
        definition=texts.text(iri, names.SKOS + "definition", language, found.definition),
        picture=neighbourhood(store, iri, language),
        rules=usage.rules_by_term().get(short, ()),
        questions=usage.questions_by_term().get(short, ()),
    )


def resource(language: str, found: Description) -> str:
    """Return the page about one thing; a rule or a partnership leads on to its explanation."""
    explained = ""
    for start in (names.RULE, names.ID + "partnership/"):
        if found.iri.startswith(start):
            explained = "/explain/" + quote(found.iri.removeprefix(start))
    return _page("resource.html", language, thing=found, explained=explained)


def traced(language: str, found: Trace) -> str:
    """Return the page of what comes from a paragraph."""
    return _page("trace.html", language, trace=found, expand=names.expand)


def validate(language: str, report: Report | None) -> str:
    """Return the page for checking a record, with its report if there is one."""
    told = page.part([localized(report, language)], language) if report else ""
    return _page("validate.html", language, report=told)


def explained(language: str, found: Explained) -> str:
    """Return the page that explains a rule, a verdict, a criterion or a contribution."""
    report = page.part([found.report], language) if isinstance(found, VerdictExplained) else ""
    return _page("explain.html", language, found=found, report=report, status=status)


def strategy(language: str, found: Iterable[Trace]) -> str:
    """Return the page of all paragraphs."""
    return _page("strategy.html", language, traces=found)


def rules(language: str, norm: Norm) -> str:
    """Return the page of all rules."""
    return _page(
        "rules.html",
        language,
        norm=norm,
        rules=norm.rules.values(),
        name=lambda rule: texts.text(names.RULE + rule.id, names.SH + "name", language, rule.name),
    )


def rules_fields(norm: Norm) -> list[dict[str, object]]:
    """Return the rules as plain data."""
    return [
        {"iri": names.RULE + rule.id, "norm": names.shorten(norm.iri), **asdict(rule)}
        for rule in norm.rules.values()
    ]


def ontology(language: str, store: Store) -> str:
    """Return the page of all terms."""
    rows = store.select(
        f"""{names.prologue("owl", "rdfs", "skos", "dcterms", "pg")}
        SELECT ?term ?kind ?label ?definition
               (GROUP_CONCAT(STR(?p); SEPARATOR=" ") AS ?from) WHERE {{
          VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty }}
          ?term a ?kind ; rdfs:label ?label ; skos:definition ?definition .
          FILTER(LANG(?label) = "en" && LANG(?definition) = "en")
          OPTIONAL {{ ?term dcterms:source ?p }}
        }} GROUP BY ?term ?kind ?label ?definition ORDER BY ?term"""
    )
    terms = [
        {
            "name": row["term"].value.removeprefix(names.NS),
            "iri": row["term"].value,
            "kind": row["kind"].value.removeprefix(names.OWL),
            "label": texts.text(
                row["term"].value, names.RDFS + "label", language, row["label"].value
            ),
            "definition": texts.text(
                row["term"].value, names.SKOS + "definition", language, row["definition"].value
            ),
            "paragraphs": sorted(row["from"].value.split()),
        }
        for row in rows
    ]
    return _page("ontology.html", language, terms=terms)


def ontology_document(store: Store, form: str) -> bytes:
    """Return the ontology with its concept schemes in an RDF format."""
    quads = [
        quad
        for room in (*rooms.ontology(), *rooms.texts())
        for quad in store.quads(room.graph)
        # One document holds it all: no statement nodes, and nothing to import.
        if not str(quad.subject).startswith(f"<{names.STATEMENT}")
        and quad.predicate.value != names.OWL + "imports"
    ]
    quads.sort(key=str)
    return serialize(quads, form, names.PREFIXES if form == "turtle" else None)


def ascii_iri(iri: str) -> str:
    """Return an IRI as a URI, which a header can hold."""
    return quote(iri, safe="!#$%&'()*+,/:;=?@[]~")


def makes_graph(query: str) -> bool:
    """Say whether a query gives a graph and not a table."""
    return text_of_sparql.form(query) in {"CONSTRUCT", "DESCRIBE"}


def form_fields(body: bytes) -> dict[str, list[str]]:
    """Return the fields of a URL-encoded form.

    Raises:
        UsageError: the form is not UTF-8 or has too many fields.
    """
    try:
        return parse_qs(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except ValueError as error:
        raise UsageError("the form is not URL-encoded UTF-8") from error


def missing_texts() -> Iterable[tuple[str, str]]:
    """Yield each text of the pages that lacks a language, with that language."""
    for key, in_languages in _texts().items():
        for language in LANGUAGES:
            if not in_languages.get(language):
                yield key, language
