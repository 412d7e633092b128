"""The rules of ``ontology/STYLE.md``: our ontology keeps each, and its bad example breaks it."""

import re
from collections.abc import Callable
from functools import cache
from itertools import combinations

import pytest
from ontology_graphs import data, graph, ontology, quads
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from partnergraph import catalogue, load, names, reason, rooms
from partnergraph.store import Quad, parse

Check = Callable[[Graph], list[str]]
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
LISTS = (SKOS.Concept, SKOS.ConceptScheme)
PAGE = (rooms.root() / "ontology" / "STYLE.md").read_text(encoding="utf-8")
RULES = {
    id_: dict(re.findall(r"^- (Good|Bad|Test): `(.+)`$", text, re.MULTILINE))
    for id_, text in re.findall(r"^### ([NLS]\d+) (.+?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
}


def ours(told: Graph, *kinds: URIRef) -> list[URIRef]:
    """Our terms of the given kinds, or all."""
    return sorted(
        {
            s
            for kind in kinds or (OWL.Class, *PROPERTIES, *LISTS)
            for s in told.subjects(RDF.type, kind)
            if isinstance(s, URIRef) and s.startswith(names.BASE)
        }
    )


def local(term: Node) -> str:
    return re.split(r"[#/]", str(term))[-1]


def short(found: set[URIRef] | list[URIRef]) -> list[str]:
    return sorted(names.shorten(str(term)) for term in found)


def english(told: Graph, term: Node, *properties: URIRef) -> list[str]:
    return [
        str(value)
        for property_ in properties
        for value in told.objects(term, property_)
        if isinstance(value, Literal) and value.language == "en"
    ]


@cache
def told_by_us() -> Graph:
    return graph(ontology())


def kept(check: Check, id_: str, found: list[str]) -> None:
    """Assert that the ontology keeps a rule, also with its good example, and not with its bad."""
    assert check(told_by_us()) == []
    assert check(told_by_us() + graph(quads(RULES[id_]["Good"]))) == []
    assert check(told_by_us() + graph(quads(RULES[id_]["Bad"]))) == found


def is_plural(name: str) -> bool:
    return name.endswith("s") and not name.endswith(("ss", "us", "is", "Series"))


def test_n1_a_class_is_a_singular_noun() -> None:
    def check(told: Graph) -> list[str]:
        classes = ours(told, OWL.Class)
        return short(
            [
                c
                for c in classes
                if not re.fullmatch("[A-Z][A-Za-z]+", local(c)) or is_plural(local(c))
            ]
        )

    kept(check, "N1", ["pg:trustedPartners"])


def test_n2_an_object_property_has_a_direction() -> None:
    vague = re.compile(
        "(is)?(related|linked|associated|connected|relat(es|ion)|link|association).*"
    )

    def check(told: Graph) -> list[str]:
        return short(
            [
                p
                for p in ours(told, OWL.ObjectProperty)
                if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", local(p))
                or vague.fullmatch(local(p))
                or (p, RDF.type, OWL.SymmetricProperty) in told
            ]
        )

    kept(check, "N2", ["pg:relatedTo"])


def test_n3_a_data_property_is_a_noun() -> None:
    verb = re.compile(r"(has|is|get|gives|states|says|[a-z]+(?<!statu)s)(?=[A-Z]).*")

    def check(told: Graph) -> list[str]:
        return short(
            [
                p
                for p in ours(told, OWL.DatatypeProperty)
                if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", local(p))
                or (verb.fullmatch(local(p)) and told.value(p, RDFS.range) != XSD.boolean)
            ]
        )

    kept(check, "N3", ["pg:hasPlaceName"])


def test_n4_no_property_turns_another_round() -> None:
    def check(told: Graph) -> list[str]:
        found = {f"{local(s)} {local(o)}" for s, o in told.subject_objects(OWL.inverseOf)}
        ends = {
            p: (told.value(p, RDFS.domain), told.value(p, RDFS.range))
            for p in ours(told, OWL.ObjectProperty)
        }
        found |= {
            f"{local(one)} {local(other)}"
            for one, other in combinations(ends, 2)
            if None not in ends[one]
            and ends[one][0] != ends[one][1]
            and ends[one] == ends[other][::-1]
        }
        return sorted(found)

    kept(check, "N4", ["hasPartnerCheck isPartnerCheckOf"])


def test_n5_a_concept_is_written_in_small_letters() -> None:
    def check(told: Graph) -> list[str]:
        return short(
            [c for c in ours(told, *LISTS) if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", local(c))]
        )

    kept(check, "N5", ["risk-kind:OtherRisk"])


def test_n6_a_name_holds_one_idea() -> None:
    def check(told: Graph) -> list[str]:
        terms = ours(told, OWL.Class, *PROPERTIES)
        return short([t for t in terms if re.search("[a-z](And|Or)(?=[A-Z])", local(t))])

    kept(check, "N6", ["pg:CostAndRisk"])


def test_l1_one_label_and_one_definition_in_each_language() -> None:
    def check(told: Graph) -> list[str]:
        found = []
        for term in ours(told):
            for said in (RDFS.label, SKOS.prefLabel, SKOS.definition):
                values = [v for v in told.objects(term, said) if isinstance(v, Literal)]
                if len(values) > len({value.language for value in values}):
                    found.append(term)
        return short(found)

    kept(check, "L1", ["pg:Risk"])


def test_l2_a_label_is_made_of_words() -> None:
    def check(told: Graph) -> list[str]:
        return short(
            [
                term
                for term in ours(told)
                for label in english(told, term, RDFS.label, SKOS.prefLabel)
                if re.search(r"_|[a-z][A-Z]|\.$|^\s|\s$", label)
            ]
        )

    kept(check, "L2", ["pg:countRemark"])


def test_l3_a_definition_is_one_sentence() -> None:
    def check(told: Graph) -> list[str]:
        return short(
            [
                term
                for term in ours(told)
                for text in english(told, term, SKOS.definition)
                if not re.fullmatch(r"[A-Z].*\.", text)
                or re.search(r"(?<!Doc)(?<!Conf)[.!?] [A-Z]", text)
            ]
        )

    kept(check, "L3", ["pg:Gadget"])


FILLING = {
    "a", "an", "the", "of", "or", "and", "to", "that", "is", "it", "its", "one", "relates", "gives",
    "states", "says", "names", "in", "for", "by",
}  # fmt: skip


def test_l4_a_definition_says_more_than_the_label() -> None:
    def words(text: str) -> set[str]:
        return set(re.findall(r"\w+", text.casefold())) - FILLING

    def check(told: Graph) -> list[str]:
        return short(
            [
                term
                for term in ours(told)
                for text in english(told, term, SKOS.definition)
                if words(text) <= words(" ".join(english(told, term, RDFS.label, SKOS.prefLabel)))
            ]
        )

    kept(check, "L4", ["pg:JointVenture"])


def test_l5_the_definition_of_a_property_begins_with_what_it_does() -> None:
    begins = {
        OWL.ObjectProperty: "Relates ",
        OWL.DatatypeProperty: "(Gives|States|Says|Names|Keeps|Quotes|Answers) ",
    }

    def check(told: Graph) -> list[str]:
        return short(
            [
                p
                for kind, begin in begins.items()
                for p in ours(told, kind)
                for text in english(told, p, SKOS.definition)
                if not re.match(begin, text)
            ]
        )

    kept(check, "L5", ["pg:hasHope"])


def test_l6_every_term_names_its_paragraphs() -> None:
    def check(told: Graph) -> list[str]:
        return short(
            [
                term
                for term in ours(told)
                if not any(
                    str(s).startswith(f"{names.ID}paragraph/")
                    for s in told.objects(term, DCTERMS.source)
                )
            ]
        )

    kept(check, "L6", ["pg:Hope"])


@cache
def statements(made_up: bool) -> frozenset[tuple[str, str, str]]:
    """What our files say, and what follows from it, in short names; blank nodes are ``[]``."""
    told: list[Quad] = [q for room in rooms.data() for q in load.read_room(room)]
    facts = list(data())
    if made_up:
        for path in sorted((rooms.root() / "data" / "examples").glob("*.ttl")):
            facts += parse(path.read_bytes(), "turtle", path.name)
    told += [q for room in rooms.shapes() for q in load.read_room(room)]
    told += [*facts, *ontology(), *catalogue.as_quads(), *load._manifest()]
    told += reason.closure(ontology(), facts)
    found = set()
    for quad in told:
        subject = names.shorten(getattr(quad.subject, "value", ""))
        subject = "[]" if str(quad.subject).startswith("_:") else subject
        object_ = str(quad.object)
        object_ = "[]" if object_.startswith("_:") else getattr(quad.object, "value", "")
        predicate = names.shorten(quad.predicate.value).replace("rdf:type", "a")
        if subject.startswith("statement:") or names.STATEMENT in str(quad.subject):
            subject = "[]"
        found |= {(subject, predicate, names.shorten(object_)), (subject, predicate, "…")}
    return frozenset(found)


EXAMPLE = re.compile(r'(Made-up: |Not: )?[^ ].*: (\S+) (\S+) ("(.*)"|\S+)\.', re.DOTALL)


def is_true(example: str) -> bool:
    match = EXAMPLE.fullmatch(example)
    if not match:
        return False
    mark, subject, predicate, value, text = match.groups()
    triple = (subject, predicate, value if text is None else text)
    real, all_ = statements(made_up=False), statements(made_up=True)
    if mark == "Not: ":
        return triple not in all_
    return triple in all_ - real if mark else triple in real


def test_l7_every_term_has_an_example_that_is_true() -> None:
    def check(told: Graph) -> list[str]:
        found = []
        for term in ours(told):
            texts = english(told, term, SKOS.example)
            if all(text.startswith("Not: ") for text in texts):
                found.append(names.shorten(term))
            found += [f"{names.shorten(term)} {text}" for text in texts if not is_true(text)]
        return sorted(found)

    kept(
        check,
        "L7",
        [
            "pg:hasPartner ICCWC has the partner FAO:"
            " partnership:iccwc pg:hasPartner organization:fao."
        ],
    )


@pytest.mark.parametrize(
    "example",
    [
        "ICCWC has a partner.",
        "Made-up: ICCWC has the partner WCO: partnership:iccwc pg:hasPartner organization:wco.",
        "Not: ICCWC has the partner WCO: partnership:iccwc pg:hasPartner organization:wco.",
        "A cost comes to 3: [] pg:amount 3.0.",
    ],
)
def test_l7_an_example_that_is_false_would_be_seen(example: str) -> None:
    assert not is_true(example)


def test_l7_terms_that_are_near_each_other_say_how_they_differ() -> None:
    told = told_by_us()
    assert len([t for t in ours(told) if english(told, t, SKOS.scopeNote)]) >= 25
    noted = [text for t in ours(told) for text in english(told, t, SKOS.example)]
    assert sum(text.startswith("Not: ") for text in noted) >= 20


def test_l8_no_two_terms_are_defined_in_the_same_words() -> None:
    def check(told: Graph) -> list[str]:
        terms = ours(told, OWL.Class, *PROPERTIES)
        seen: dict[str, URIRef] = {}
        found = []
        known = set(ours(told_by_us()))
        for term in sorted(terms, key=lambda t: (t not in known, t)):
            for text in english(told, term, SKOS.definition):
                if seen.setdefault(text.casefold(), term) != term:
                    found.append(term)
        return short(found)

    kept(check, "L8", ["pg:Danger"])


def test_s1_a_term_says_which_ontology_defines_it() -> None:
    def check(told: Graph) -> list[str]:
        return short(
            [
                term
                for term in ours(told, OWL.Class, *PROPERTIES)
                if (term, RDFS.isDefinedBy, URIRef(names.ONTOLOGY)) not in told
                or sum((term, RDF.type, kind) in told for kind in (OWL.Class, *PROPERTIES)) != 1
            ]
        )

    kept(check, "S1", ["pg:Hope"])


def test_s2_a_class_hangs_together_with_the_rest() -> None:
    # Things of our own, which no property of ours leads to.
    alone = {"Rule", "Question", "AuditedGraph", "Source", "MeetingSeries"}

    def check(told: Graph) -> list[str]:
        return short(
            [
                c
                for c in ours(told, OWL.Class)
                if local(c) not in alone
                and (c, RDFS.subClassOf, None) not in told
                and not any(
                    (None, relation, c) in told
                    for relation in (RDFS.subClassOf, RDFS.domain, RDFS.range)
                )
            ]
        )

    kept(check, "S2", ["pg:Hope"])


@cache
def words_in_use(*patterns: str) -> frozenset[str]:
    """The names of ours in texts, without those by which the ontology declares its terms."""
    texts = [
        path.read_text(encoding="utf-8")
        for pattern in patterns
        for path in rooms.root().glob(pattern)
        if path.is_file() and path.suffix in {".csv", ".ttl", ".rq", ".py", ".yaml", ".html"}
    ]
    form = r"(?<![\w:/-])(?:pg:|\bNS\s*\+\s*[\"'])(\w+)"
    return frozenset(f"pg:{name}" for text in texts for name in re.findall(form, text))


REAL = ("data/*.csv", "shapes/*.ttl", "queries/*.rq", "src/partnergraph/**/*", "ontology/schemes/*")


def in_use(told: Graph, *, made_up: bool) -> set[str]:
    """The terms that data, rules, questions, lists or code use, or that follow from data."""
    found = {s[1] for s in statements(made_up)} | {s[2] for s in statements(made_up) if s[1] == "a"}
    found &= {names.shorten(t) for t in ours(told_by_us())}
    found |= words_in_use(*REAL)
    if made_up:
        found |= words_in_use("data/examples/*.ttl")
    # A class that others are kinds of is used by way of these.
    while (
        more := {
            names.shorten(str(parent))
            for child, parent in told.subject_objects(RDFS.subClassOf)
            if names.shorten(str(child)) in found and str(parent).startswith(names.NS)
        }
        - found
    ):
        found |= more
    return found


def test_s3_a_term_is_used() -> None:
    def check(told: Graph) -> list[str]:
        used = in_use(told, made_up=True)
        return [t for t in short(ours(told, OWL.Class, *PROPERTIES)) if t not in used]

    kept(check, "S3", ["pg:hasHope"])


def test_s4_a_term_has_dates_and_a_status() -> None:
    status = URIRef(names.NS + "termStatus")

    def check(told: Graph) -> list[str]:
        real = in_use(told, made_up=False)
        found = []
        for term in ours(told):
            dates = [
                getattr(value, "datatype", None)
                for said in (DCTERMS.created, DCTERMS.modified)
                for value in told.objects(term, said)
            ]
            values = [str(value) for value in told.objects(term, status)]
            name = names.shorten(term)
            known = len(values) == 1 and values[0] in {"stable", "testing", "deprecated"}
            unproved = values == ["stable"] and name.startswith("pg:") and name not in real
            if dates != [XSD.date, XSD.date] or not known or unproved:
                found.append(name)
        return sorted(found)

    kept(check, "S4", ["pg:Hope"])


def test_s5_a_parent_is_not_also_a_grandparent() -> None:
    def check(told: Graph) -> list[str]:
        return short(
            [
                child
                for child in ours(told, OWL.Class)
                for parent in told.objects(child, RDFS.subClassOf)
                for other in told.objects(child, RDFS.subClassOf)
                if other != parent and parent in told.transitive_objects(other, RDFS.subClassOf)
            ]
        )

    kept(check, "S5", ["pg:Decision"])


def test_each_rule_of_the_page_has_its_test_and_each_test_its_rule() -> None:
    tests = {name for name in globals() if re.match(r"test_[nls]\d", name)}
    assert len(RULES) >= 15
    for id_, said in RULES.items():
        assert set(said) == {"Good", "Bad", "Test"}, id_
        assert said["Test"].startswith(f"test_{id_.lower()}_"), id_
        assert said["Test"] in tests, id_
    assert {name.split("_")[1].upper() for name in tests} == set(RULES)
