"""Random shapes graphs and random data over one tiny vocabulary.

What another engine is known to judge wrongly is left out here, with a comment that names its case
in ``disagreements.yaml``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from hypothesis import strategies as st

PREFIXES = """\
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

_T = TypeVar("_T")

CLASSES = [f"ex:C{i}" for i in range(5)]
NODES = [*(f"ex:n{i}" for i in range(6)), "_:b0", "_:b1"]
ANYTHING = ["ex:p", "ex:q", "ex:r"]
"""Properties that have values of every kind."""
NUMBERS = ["ex:m", "ex:n"]
"""Properties that have numbers only."""
DATES = ["ex:d", "ex:e"]
"""Properties that have dates only."""
LABELS = ["ex:l"]
"""A property that has texts in a language only."""
KINDS = [*NUMBERS, *DATES, *LABELS]
PROPERTIES = [*ANYTHING, *KINDS]

IGNORED = ["rdf:type", *PROPERTIES]

NUMERIC = ["1", "2", "5", "10", "1.5", "2.5", "-3"]
DAYS = ['"2024-01-01"^^xsd:date', '"2024-06-30"^^xsd:date', '"2025-12-31"^^xsd:date']
TEXTS = ['"a"', '"ab"', '"Abc"', '"ab\\nc"', '""']
TOLD = ['"a"@en', '"b"@en', '"c"@en', '"a"@fr', '"ab"@en-gb']
OTHERS = [
    '"2024-01-01T00:00:00Z"^^xsd:dateTime',
    "true",
    "false",
    '"http://example.org/n0"^^xsd:anyURI',
    '"a"^^ex:datatype',
]
LITERALS = [*NUMERIC, *DAYS, *TEXTS, *TOLD, *OTHERS]
"""Literals that every store gives back as they were written."""
BLURRED = [
    '"5535.10"^^xsd:decimal',
    '"1.50"^^xsd:decimal',
    '"02"^^xsd:integer',
    '"+2"^^xsd:integer',
    '"300"^^xsd:byte',
    '"2"^^xsd:byte',
    '"2"^^xsd:nonNegativeInteger',
    '"-2"^^xsd:nonNegativeInteger',
    '"abc"^^xsd:integer',
    '"1"^^xsd:boolean',
    '"yes"^^xsd:boolean',
    '"2024-02-30"^^xsd:date',
]
"""Literals that a store may give back as others."""
DATATYPES = [
    "xsd:integer",
    "xsd:decimal",
    "xsd:date",
    "xsd:string",
    "xsd:boolean",
    "rdf:langString",
    "ex:datatype",
]


LANGUAGES = ['"en"', '"fr"', '"en-gb"', '"de"']
PATTERNS = ["^a", "b", "n[0-2]$", "^http", ".b.", ""]


@dataclass(frozen=True)
class Example:
    """Shapes and data, both as Turtle; the data names its blank nodes."""

    shapes: str
    data: str


@dataclass(frozen=True)
class Words:
    """The literals and datatypes that an example is made of."""

    literals: list[str]
    datatypes: list[str]
    numbers: list[str]


PLAIN = Words(LITERALS, DATATYPES, NUMERIC)
WITH_BLURRED = Words(
    [*LITERALS, *BLURRED],
    [*DATATYPES, "xsd:byte", "xsd:nonNegativeInteger"],
    [*NUMERIC, *BLURRED[:4]],
)


@st.composite
def data(draw: st.DrawFn, words: Words) -> str:
    """Return a graph in Turtle."""
    lines = [f"{below} rdfs:subClassOf {above} ." for below, above in draw(_hierarchy)]
    for subject, class_ in draw(
        st.lists(
            st.tuples(st.sampled_from(NODES), st.sampled_from(CLASSES)), min_size=3, max_size=8
        )
    ):
        lines.append(f"{subject} a {class_} .")
    anything = st.sampled_from(NODES) | st.sampled_from(words.literals)
    told = st.sampled_from(TOLD)
    for properties, values, subjects, least in (
        (ANYTHING, anything | anything | told, NODES, 8),
        # Few subjects, so that one has two values that do not go together.
        (NUMBERS, st.sampled_from(words.numbers), NODES[:3], 3),
        (DATES, st.sampled_from(DAYS), NODES[:3], 3),
        (LABELS, told, NODES[:3], 3),
    ):
        # Now and then one value of two properties, so that sets of values meet.
        some = st.lists(st.sampled_from(properties), min_size=1, max_size=2, unique=True)
        triples = st.tuples(st.sampled_from(subjects), some, values)
        for subject, predicates, value in draw(
            st.lists(triples, min_size=least, max_size=3 * least)
        ):
            lines += [f"{subject} {predicate} {value} ." for predicate in predicates]
    return PREFIXES + "\n".join(dict.fromkeys(lines)) + "\n"


_hierarchy = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), max_size=4)


def paths(depth: int = 3) -> st.SearchStrategy[str]:
    """Return SHACL paths in Turtle."""
    property_ = st.sampled_from(PROPERTIES)
    if not depth:
        return property_
    inner = st.deferred(lambda: paths(depth - 1))
    several = st.lists(inner, min_size=2, max_size=3).map(lambda steps: f"( {' '.join(steps)} )")
    operators = ("inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
    return st.one_of(
        property_,
        *(inner.map(partial("[ sh:{} {} ]".format, operator)) for operator in operators),
        several,
        several.map(lambda steps: f"[ sh:alternativePath {steps} ]"),
    )


# Not one_of, which would choose among the kinds of paths as often as among these.
_PATHS = st.sampled_from(
    (
        st.sampled_from(ANYTHING),
        st.sampled_from(PROPERTIES),
        st.sampled_from([*LABELS * 4, *NUMBERS, *DATES]),
        paths(1),
        paths(),
    )
).flatmap(lambda kind: kind)
_SELDOM = st.sampled_from((*[False] * 9, True))


@st.composite
def shapes(draw: st.DrawFn, words: Words, sparql: bool) -> str:
    """Return a shapes graph in Turtle.

    Args:
        draw: given by hypothesis.
        words: what literals and datatypes are from.
        sparql: whether there are SPARQL constraints.
    """
    made = _Shapes(draw, words, sparql)
    for depth in draw(st.lists(st.sampled_from((1, 0, 2, 3)), min_size=2, max_size=5)):
        made.shape(depth, targeted=True)
    return PREFIXES + "\n".join(made.lines) + "\n"


def examples(words: Words = PLAIN, sparql: bool = True) -> st.SearchStrategy[Example]:
    """Return shapes with data."""
    return st.builds(Example, shapes(words, sparql), data(words))


@dataclass
class _Shapes:
    """A shapes graph while it is made, inner shapes before outer ones."""

    draw: st.DrawFn
    words: Words
    sparql: bool
    lines: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)
    shallow: dict[str, int] = field(default_factory=dict)
    """For each shape how deep others are nested in it."""

    def pick(self, *among: _T) -> _T:
        return self.draw(st.sampled_from(among))

    def some(self, among: list[str], most: int = 3) -> list[str]:
        return self.draw(st.lists(st.sampled_from(among), min_size=1, max_size=most, unique=True))

    def value(self) -> str:
        nodes = [node for node in NODES if not node.startswith("_:")]
        return self.draw(st.sampled_from(self.words.literals) | st.sampled_from(nodes))

    def shape(self, depth: int, targeted: bool = False) -> str:
        if self.draw(st.booleans()):
            return self.node_shape(depth, targeted)
        return self.property_shape(depth, targeted)

    def node_shape(self, depth: int, targeted: bool = False) -> str:
        if again := self.again(self.nodes, depth, targeted):
            return again
        makers = [*_ANY, *([_sparql] if self.sparql else []), *(_NESTED * 2 if depth else [])]
        return self.written("N", self.nodes, depth, targeted, makers, [])

    def property_shape(self, depth: int, targeted: bool = False) -> str:
        if again := self.again(self.properties, depth, targeted):
            return again
        path = self.draw(_PATHS)
        makers = [
            *_ANY,
            *([_sparql] if self.sparql else []),
            *_COUNTING,
            *([*_NESTED, _qualified] if depth else []),
        ]
        # No operator in an operator before $PATH: case path-in-path.
        if self.sparql and path.count("[") + path.count("(") <= 1:
            makers += [_sparql_of_path] * 2
        told = [f"sh:path {path}"]
        if path in (*NUMBERS, *DATES) and self.draw(st.booleans()):
            told += _compared(self, NUMBERS if path in NUMBERS else DATES)
        if path in (*NUMBERS, *DATES) and self.draw(st.booleans()):
            told += _bounded(self, NUMERIC if path in NUMBERS else DAYS)
        if self.draw(st.booleans() if path in LABELS else _SELDOM):
            told.append("sh:uniqueLang true")
        if targeted and path in KINDS:
            told.append(f"sh:targetSubjectsOf {path}")
        return self.written("P", self.properties, depth, targeted, makers, told)

    def again(self, among: list[str], depth: int, targeted: bool) -> str | None:
        """Return a shape that is there already, now and then, so that shapes are shared."""
        fit = [name for name in among if self.shallow[name] <= depth]
        if targeted or not fit or not self.draw(st.sampled_from((False, False, False, True))):
            return None
        return self.draw(st.sampled_from(fit))

    def written(
        self,
        letter: str,
        among: list[str],
        depth: int,
        targeted: bool,
        makers: list["_Maker"],
        told: list[str],
    ) -> str:
        chosen = self.draw(
            st.lists(
                st.sampled_from(makers), min_size=2 if targeted else 1, max_size=4, unique=True
            )
        )
        for maker in chosen:
            told += maker(self, depth)
        if self.draw(st.sampled_from((False, False, True))):
            told.append(f"sh:severity sh:{self.pick('Info', 'Warning', 'Violation')}")
        if self.draw(_SELDOM):
            told.append("sh:deactivated true")
        if self.draw(st.sampled_from((*[False] * 3, True))):
            told.append('sh:message "no"')
        name = f"ex:{letter}{len(self.shallow)}"
        types = []
        if self.draw(st.booleans()) or letter == "N":
            types.append("sh:NodeShape" if letter == "N" else "sh:PropertyShape")
        if targeted:
            targets, types = self.targets(types)
            told += targets
            # A shape that is a class has the name of one, so that it has instances.
            if "rdfs:Class" in types and (free := set(CLASSES) - self.shallow.keys()):
                name = self.draw(st.sampled_from(sorted(free)))
        told += [f"a {type_}" for type_ in types]
        self.lines.append(f"{name} {' ; '.join(told)} .")
        self.shallow[name] = depth
        among.append(name)
        return name

    def targets(self, types: list[str]) -> tuple[list[str], list[str]]:
        kinds = self.draw(st.lists(st.integers(0, 5), min_size=1, max_size=2, unique=True))
        told = []
        for kind in kinds:
            if kind in (0, 1):
                told += [f"sh:targetClass {c}" for c in self.some(CLASSES, 2)]
            elif kind == 2:
                told += [f"sh:targetSubjectsOf {p}" for p in self.some(PROPERTIES, 2)]
            elif kind == 3:
                told += [f"sh:targetObjectsOf {p}" for p in self.some(PROPERTIES, 2)]
            elif kind == 4:
                node = self.pick("ex:absent", *NODES[:6], '"absent"', self.value())
                told.append(f"sh:targetNode {node}")
            else:
                types = [*types, "rdfs:Class"]
        return told, types


_Maker = Callable[[_Shapes, int], list[str]]
"""Returns parameters of one constraint component; the number is how deep shapes may nest."""


def _class(s: _Shapes, _: int) -> list[str]:
    return [f"sh:class {c}" for c in s.some(CLASSES, 2)]


def _datatype(s: _Shapes, _: int) -> list[str]:
    return [f"sh:datatype {s.pick(*s.words.datatypes)}"]


def _node_kind(s: _Shapes, _: int) -> list[str]:
    kinds = ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
    return [f"sh:nodeKind sh:{s.pick(*kinds)}"]


def _bounded(s: _Shapes, among: list[str]) -> list[str]:
    # Only numbers by numbers and days by days: cases range-of-texts, range-of-kinds and
    # range-of-ill-formed.
    kinds = [f"{end}{kind}" for end in ("min", "max") for kind in ("Inclusive", "Exclusive")]
    return [f"sh:{kind} {s.pick(*among)}" for kind in s.some(kinds, 2)]


def _length(parameter: str, most: int) -> _Maker:
    def maker(s: _Shapes, _: int) -> list[str]:
        return [f"sh:{parameter} {s.draw(st.integers(0, most))}"]

    return maker


def _pattern(s: _Shapes, _: int) -> list[str]:
    told = [f'sh:pattern "{s.pick(*PATTERNS)}"']
    return [*told, 'sh:flags "i"'] if s.draw(st.booleans()) else told


def _language_in(s: _Shapes, _: int) -> list[str]:
    return [f"sh:languageIn ( {' '.join(s.some(LANGUAGES))} )"]


def _equals(s: _Shapes, _: int) -> list[str]:
    return [f"sh:equals {s.pick(*PROPERTIES)}"]


def _disjoint(s: _Shapes, _: int) -> list[str]:
    return [f"sh:disjoint {p}" for p in s.some(PROPERTIES, 2)]


def _has_value(s: _Shapes, _: int) -> list[str]:
    return [f"sh:hasValue {s.value()}"]


def _in(s: _Shapes, _: int) -> list[str]:
    values = list(dict.fromkeys(s.value() for _ in range(s.draw(st.integers(0, 4)))))
    return [f"sh:in ( {' '.join(values)} )"]


def _closed(s: _Shapes, depth: int) -> list[str]:
    told = ["sh:closed true"]
    if s.draw(st.booleans()):
        told.append(f"sh:ignoredProperties ( {' '.join(s.some(IGNORED))} )")
    if s.draw(st.booleans()):
        told += _property(s, depth)
    return told


def _property(s: _Shapes, depth: int) -> list[str]:
    inner = [s.property_shape(max(depth - 1, 0)) for _ in range(s.draw(st.integers(1, 2)))]
    return [f"sh:property {name}" for name in dict.fromkeys(inner)]


def _node(s: _Shapes, depth: int) -> list[str]:
    return [f"sh:node {s.node_shape(depth - 1)}"]


def _not(s: _Shapes, depth: int) -> list[str]:
    return [f"sh:not {s.shape(depth - 1)}"]


def _listed(parameter: str) -> _Maker:
    def maker(s: _Shapes, depth: int) -> list[str]:
        inner = [s.shape(depth - 1) for _ in range(s.draw(st.integers(1, 3)))]
        return [f"sh:{parameter} ( {' '.join(inner)} )"]

    return maker


def _min_count(s: _Shapes, _: int) -> list[str]:
    return [f"sh:minCount {s.draw(st.integers(0, 3))}"]


def _max_count(s: _Shapes, _: int) -> list[str]:
    return [f"sh:maxCount {s.draw(st.integers(0, 2))}"]


def _compared(s: _Shapes, among: list[str]) -> list[str]:
    # Only numbers with numbers and days with days: cases less-than-of-texts,
    # less-than-of-iris and less-than-of-kinds.
    return [f"sh:{kind} {s.pick(*among)}" for kind in s.some(["lessThan", "lessThanOrEquals"], 2)]


def _qualified(s: _Shapes, depth: int) -> list[str]:
    told = [f"sh:qualifiedValueShape {s.shape(depth - 1)}"]
    counts = s.pick(
        ["sh:qualifiedMaxCount 0"],
        ["sh:qualifiedMinCount 1"],
        ["sh:qualifiedMinCount 1", "sh:qualifiedMaxCount 1"],
        ["sh:qualifiedMinCount 2", "sh:qualifiedMaxCount 0"],
    )
    if s.draw(st.booleans()):
        told.append("sh:qualifiedValueShapesDisjoint true")
    return told + counts


def _siblings(s: _Shapes, depth: int) -> list[str]:
    """Two qualified shapes of the same values, each of which excludes the other."""
    path = s.draw(st.sampled_from(ANYTHING) | paths(1))
    told = []
    for _ in range(2):
        inner = s.shape(depth - 1)
        name = f"ex:P{len(s.shallow)}"
        count = s.pick("sh:qualifiedMinCount 1", "sh:qualifiedMaxCount 0")
        disjoint = s.pick("true", "true", "false")
        s.lines.append(
            f"{name} sh:path {path} ; sh:qualifiedValueShape {inner} ; {count} ; "
            f"sh:qualifiedValueShapesDisjoint {disjoint} ."
        )
        s.shallow[name] = depth
        s.properties.append(name)
        told.append(f"sh:property {name}")
    return told


def _constraint(s: _Shapes, select: str) -> list[str]:
    deactivated = s.pick(*[""] * 9, " ; sh:deactivated true")
    message = s.pick("", ' ; sh:message "{$this} has {?value}"')
    return [
        f'sh:sparql [ sh:prefixes ex:prefixes ; sh:select """{select}"""{message}{deactivated} ]'
    ]


SELECTS = (
    "SELECT $this WHERE { $this ex:p ?x . $this ex:q ?x }",
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER isLiteral(?value) }",
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER NOT EXISTS { $this ex:q ?value } }",
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER NOT EXISTS"
    " { ?other ex:q ?value . ?other a ex:C0 . FILTER (?other != $this) } }",
    "SELECT $this ?value WHERE { $this ex:m ?value . $this ex:n ?n . FILTER (?value > ?n) }",
    "SELECT $this ?path ?value WHERE { $this ?path ?value . FILTER (?path IN (ex:q, ex:r)) }",
    "SELECT $this WHERE { FILTER NOT EXISTS { $this ex:p ?x } }",
    "SELECT $this WHERE { FILTER isIRI($this) }",
    "SELECT $this ?value WHERE { { $this ex:p ?value } UNION { ?value ex:q $this } }",
    "SELECT $this ?value WHERE { $this ex:p ?x . OPTIONAL { ?x ex:q ?value }"
    " FILTER (!BOUND(?value)) }",
    "SELECT $this (?x AS ?value) WHERE { $this ex:p/ex:q* ?x . FILTER (?x != $this) }",
    "SELECT $this ?value WHERE { { SELECT $this (COUNT(?x) AS ?value)"
    " WHERE { $this ex:p ?x } GROUP BY $this } FILTER (?value > 1) }",
    "SELECT $this ?value WHERE { $this a/rdfs:subClassOf* ex:C1 . ?value ex:p $this }",
    "SELECT $this ?value WHERE { $this ex:m ?m . BIND (?m * 2 AS ?value) FILTER (?value >= 4) }",
)
OF_PATH = (
    "SELECT $this ?value WHERE { $this $PATH ?value . FILTER (!isIRI(?value)) }",
    "SELECT $this ?value WHERE { $this $PATH ?value . $this ex:q ?value }",
    "SELECT $this WHERE { $this $PATH ?x . ?x ex:p ?y . FILTER (?x != ?y) }",
    "SELECT $this ?value WHERE { $this $PATH ?value . FILTER NOT EXISTS { ?value a ?c } }",
)
DECLARED = """\
ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] ,
  [ sh:prefix "rdfs" ; sh:namespace "http://www.w3.org/2000/01/rdf-schema#"^^xsd:anyURI ] ."""


def _sparql(s: _Shapes, _: int) -> list[str]:
    _declare(s)
    return _constraint(s, s.pick(*SELECTS))


def _sparql_of_path(s: _Shapes, _: int) -> list[str]:
    _declare(s)
    return _constraint(s, s.pick(*OF_PATH))


def _declare(s: _Shapes) -> None:
    if DECLARED not in s.lines:
        s.lines.append(DECLARED)


_ANY: list[_Maker] = [
    _class,
    _datatype,
    _node_kind,
    _length("minLength", 3),
    _length("maxLength", 20),
    _pattern,
    _language_in,
    _equals,
    _disjoint,
    _has_value,
    _in,
    _closed,
]
_NESTED: list[_Maker] = [
    _property,
    _property,
    _node,
    _not,
    _listed("and"),
    _listed("or"),
    _listed("xone"),
    _siblings,
]
_COUNTING: list[_Maker] = [_min_count, _max_count]
