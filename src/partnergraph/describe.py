"""What the graph says about one thing, in both directions, for people and for machines."""

from dataclasses import dataclass, field

from partnergraph import names
from partnergraph.errors import UnknownNameError
from partnergraph.store import BlankNode, Iri, Literal, Quad, Store, Term

_MOST = 500
_LABELS = (
    names.SKOS + "prefLabel",
    names.RDFS + "label",
    names.SH + "name",
    names.DCTERMS + "title",
)


@dataclass
class Value:
    """One value of a property, with where it comes from."""

    text: str
    iri: str = ""
    language: str = ""
    sources: list["Value"] = field(default_factory=list)
    status: str = ""
    note: str = ""


@dataclass(frozen=True)
class Property:
    """A property of a thing with its values."""

    iri: str
    label: str
    values: list[Value]


@dataclass(frozen=True)
class Description:
    """What is known of a thing."""

    iri: str
    label: str
    definition: str
    types: list[Value]
    properties: list[Property]
    mentions: list[Property]
    """Things that point to this one, by property."""


def triples(store: Store, iri: str) -> list[Quad]:
    """Return what the default graph says about a thing and who points to it.

    Raises:
        UnknownNameError: nothing is said about it.
    """
    node = _node(iri)
    found = store.construct(
        f"""{names.prologue("rdf", "rdfs", "skos")}
        CONSTRUCT {{ {node} ?p ?o . ?o ?lp ?lo . ?s ?q {node} . ?st ?sp ?so }} WHERE {{
          {{ {node} ?p ?o
             OPTIONAL {{ VALUES ?lp {{ skos:prefLabel rdfs:label }} ?o ?lp ?lo }} }}
          UNION {{ ?st rdf:subject {node} ; ?sp ?so }}
          UNION {{ SELECT ?s ?q WHERE {{ ?s ?q {node}
             FILTER(?q NOT IN (rdf:subject, rdf:object)) }} ORDER BY ?s LIMIT {_MOST} }}
        }}"""
    )
    if not any(quad.subject == node for quad in found):
        raise _unknown(store, iri)
    return found


def _node(iri: str) -> Iri:
    try:
        return Iri(iri)
    except ValueError:
        raise UnknownNameError(f"“{iri}” is not an IRI") from None


def _unknown(store: Store, iri: str) -> UnknownNameError:
    short = names.shorten(iri)
    start = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    rows = store.select(
        f"""SELECT DISTINCT ?s WHERE {{
          ?s a ?c FILTER(STRSTARTS(STR(?s), "{start if '"' not in start else ""}"))
        }}"""
    )
    known = [names.shorten(row["s"].value) for row in rows]
    return UnknownNameError(
        f"the graph says nothing about {short}", hint=names.nearest(short, known)
    )


def describe(store: Store, iri: str, language: str = "en") -> Description:
    """Return what the graph says about a thing, with labels and sources.

    Raises:
        UnknownNameError: nothing is said about it; the nearest names are told.
    """
    node = _node(iri)
    rows = store.select(f"SELECT ?p ?o WHERE {{ {node} ?p ?o }}")
    if not rows:
        raise _unknown(store, iri)
    sources = _sources(store, node)
    inward = store.select(
        f"""{names.prologue("rdf", "dcterms")}
        SELECT ?p ?s WHERE {{ ?s ?p {node}
          FILTER(?p NOT IN (rdf:subject, rdf:predicate, rdf:object))
          FILTER(!STRSTARTS(STR(?s), "{names.STATEMENT}")) }}
        ORDER BY ?p ?s LIMIT {_MOST}"""
    )
    terms = [t for row in (*rows, *inward) for t in row.values()]
    terms += [s for values in sources.values() for v in values for s in v[0]]
    labels = labels_of(store, [t.value for t in terms if isinstance(t, Iri)] + [iri], language)

    def value(term: Term, predicate: str = "") -> Value:
        made = _value(term, labels)
        for found, status, note in sources.get((predicate, str(term)), ()):
            made.sources += [_value(source, labels) for source in found]
            made.status = made.status or names.shorten(status).removeprefix("statement-status:")
            made.note = made.note or note
        return made

    outward: dict[str, list[Value]] = {}
    types = []
    definition = ""
    for row in rows:
        predicate = row["p"].value
        if predicate == names.RDF + "type":
            types.append(value(row["o"], predicate))
        else:
            outward.setdefault(predicate, []).append(value(row["o"], predicate))
        if predicate in {names.SKOS + "definition", names.DCTERMS + "abstract"}:
            definition = definition or row["o"].value
    back: dict[str, list[Value]] = {}
    for row in inward:
        back.setdefault(row["p"].value, []).append(value(row["s"]))
    return Description(
        iri,
        labels.get(iri, names.shorten(iri)),
        definition,
        types,
        _properties(outward, labels),
        _properties(back, labels),
    )


def _properties(found: dict[str, list[Value]], labels: dict[str, str]) -> list[Property]:
    properties = [
        Property(p, labels.get(p, names.shorten(p)), sorted(v, key=lambda one: one.text))
        for p, v in found.items()
    ]
    return sorted(properties, key=lambda one: (one.iri not in _LABELS, one.label))


def _value(term: Term, labels: dict[str, str]) -> Value:
    if isinstance(term, Iri):
        return Value(labels.get(term.value, names.shorten(term.value)), iri=term.value)
    if isinstance(term, Literal):
        return Value(term.value, language=term.language or "")
    assert isinstance(term, BlankNode)
    return Value("…")


def _sources(store: Store, node: Iri) -> dict[tuple[str, str], list[tuple[list[Term], str, str]]]:
    """Return for each statement about a thing its sources, status and note."""
    rows = store.select(
        f"""{names.prologue("rdf", "dcterms", "pg", "skos")}
        SELECT ?st ?p ?o ?source ?status ?note WHERE {{
          ?st rdf:subject {node} ; rdf:predicate ?p ; rdf:object ?o ;
              dcterms:source ?source ; pg:statementStatus ?status .
          OPTIONAL {{ ?st skos:note ?note }}
        }} ORDER BY ?st ?source"""
    )
    found: dict[tuple[str, str], dict[str, tuple[list[Term], str, str]]] = {}
    for row in rows:
        one = found.setdefault((row["p"].value, str(row["o"])), {}).setdefault(
            row["st"].value,
            ([], row["status"].value, row["note"].value if "note" in row else ""),
        )
        one[0].append(row["source"])
    return {key: list(by_statement.values()) for key, by_statement in found.items()}


def labels_of(store: Store, iris: list[str], language: str) -> dict[str, str]:
    """Return a label for each IRI that has one: in the language, else English, else any."""
    values = " ".join(str(Iri(iri)) for iri in sorted(set(iris)))
    kinds = " ".join(str(Iri(label)) for label in _LABELS)
    rows = store.select(
        f"SELECT ?s ?l WHERE {{ VALUES ?s {{ {values} }} VALUES ?p {{ {kinds} }} ?s ?p ?l }}"
    )
    best: dict[str, tuple[int, str]] = {}
    for row in rows:
        label = row["l"]
        if not isinstance(label, Literal):
            continue
        rank = [language, "en"].index(label.language) if label.language in {language, "en"} else 2
        found = best.get(row["s"].value)
        if found is None or (rank, label.value) < found:
            best[row["s"].value] = (rank, label.value)
    return {iri: label for iri, (_, label) in best.items()}
