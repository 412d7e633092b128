"""Rules with one fault each, made by walking the graph of shapes and the queries in it.

A query is read into a small tree, changed at one place and written again. What the trees can
hold is just what our rules use; anything else is refused, so that no query is passed over.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node as Term

from partnergraph import names
from partnergraph.norms import Norm
from partnergraph.terms import Triple

_REMEDY = URIRef(names.NS + "hasRemedy")
_SEVERITIES = (SH.Violation, SH.Warning, SH.Info)
_REST = {SH.sparql, SH.prefixes, SH.declare}
"""Properties whose named values belong to a rule."""
_NO_CONSTRAINT = {
    RDF.type, RDF.first, RDF.rest, SH.name, SH.message, SH.description, SH.severity, SH.path,
    SH.targetClass, SH.prefixes, SH.declare, SH.prefix, SH.namespace, SH.select,
    SH.alternativePath, SH.inversePath, SH.qualifiedMinCount,
}  # fmt: skip
"""Properties that no mutant drops: they check nothing, or the shape is ill-formed without."""
_COUNTS: dict[Term, tuple[int, int]] = {
    SH.minCount: (-1, 1),
    SH.qualifiedMinCount: (-1, 1),
    SH.maxCount: (1, -1),
}
"""For each count the step that relaxes it and the one that tightens it."""
_ANOTHER = URIRef(names.NS + "documentNote")
"""A property of which no rule speaks."""


@dataclass(frozen=True)
class Mutant:
    """A rule with one fault."""

    rule: str
    kind: str
    name: str
    shapes: Graph


def of_rule(norm: Norm, rule: str, ontology: Graph) -> list[Mutant]:
    """Return every mutant of a rule that can be read as a rule.

    Args:
        norm: the version of the strategy.
        rule: the id of the rule.
        ontology: a graph with the classes that the rule speaks of.
    """
    whole = alone(norm, rule)
    found: dict[str, Mutant] = {}
    changes = (*_on_shapes(whole, rule, ontology), *_on_queries(whole, ontology))
    for kind, name, removed, added in changes:
        graph = Graph()
        for triple in (*(t for t in whole if t not in removed), *added):
            graph.add(triple)
        name, again = f"{kind}: {name}", 1
        while name in found:
            again += 1
            name = re.sub(r"( \[\d+\])?$", f" [{again}]", name)
        found[name] = Mutant(rule, kind, name, graph)
    return list(found.values())


def alone(norm: Norm, rule: str) -> Graph:
    """Return the graph of one rule with what belongs to it."""
    graph = Graph()
    pending: list[Term] = [URIRef(names.RULE + rule)]
    while pending:
        for triple in norm.shapes.triples((pending.pop(), None, None)):
            if triple[1] != _REMEDY and triple not in graph:
                graph.add(triple)
                if isinstance(triple[2], BNode) or triple[1] in _REST:
                    pending.append(triple[2])
    return graph


# --- the graph of shapes ---

_Change = tuple[str, str, list[Triple], list[Triple]]
"""Kind, name, and the triples that are taken out and put in."""


def _on_shapes(whole: Graph, rule: str, ontology: Graph) -> Iterator[_Change]:
    node = URIRef(names.RULE + rule)
    for triple in sorted(whole.triples((node, SH.targetClass, None))):
        yield "target", f"without {_short(triple[2])}", [triple], []
        for other in (*_near(ontology, triple[2]), *_beside(ontology, triple[2])):
            yield _swap("target", triple, other)
    for triple in whole.triples((node, SH.severity, None)):
        for other in _SEVERITIES:
            if other != triple[2]:
                yield _swap("severity", triple, other)
    for triple in sorted(whole.triples((None, SH.path, None)), key=lambda t: _told(whole, t[0])):
        yield from _on_path(whole, triple)
    for triple in sorted(whole, key=lambda t: (_told(whole, t[0]), str(t[1]), _told(whole, t[2]))):
        predicate, value = triple[1], triple[2]
        if predicate in _COUNTS:
            for step, said in zip(_COUNTS[predicate], ("relaxed", "tightened"), strict=True):
                count = int(str(value)) + step
                if count or predicate != SH.minCount:  # None is the same as no constraint.
                    to = Literal(count, datatype=XSD.integer)
                    yield (
                        "count",
                        f"{said} to {_short(predicate)} {count}",
                        [triple],
                        [(triple[0], predicate, to)],
                    )
        if predicate == SH["class"]:
            for other in _near(ontology, value):
                yield _swap("class", triple, other)
        if predicate in {SH["in"], SH["or"], SH["and"]}:
            yield from _members(whole, triple)
        if predicate == SH["not"]:
            yield (
                "constraint",
                "without the “not” of sh:not",
                [triple],
                [(triple[0], p, o) for p, o in whole.predicate_objects(value)],
            )
        if _is_constraint(whole, triple):
            removed = [triple]
            if predicate == SH.qualifiedValueShape:
                removed += whole.triples((triple[0], SH.qualifiedMinCount, None))
            yield "constraint", f"without {_short(predicate)} {_told(whole, value)}", removed, []


def _is_constraint(whole: Graph, triple: Triple) -> bool:
    """Say whether a triple is a constraint of a shape, at the top or below."""
    in_list = (triple[0], RDF.rest, None) in whole
    return (
        str(triple[1]).startswith(names.SH)
        and triple[1] not in _NO_CONSTRAINT
        and not in_list
        and (None, SH.declare, triple[0]) not in whole
    )


def _members(whole: Graph, triple: Triple) -> Iterator[_Change]:
    members = list(Collection(whole, triple[2]))
    for left_out in members:
        kept = [m for m in members if m != left_out]
        new = Graph()
        head: Term = BNode()
        if kept:
            Collection(new, head, kept)
        else:
            head = RDF.nil
        name = f"without {_told(whole, left_out)} in {_short(triple[1])}"
        yield "list", name, [triple], [(triple[0], triple[1], head), *new]


def _on_path(whole: Graph, triple: Triple) -> Iterator[_Change]:
    """Change the path of a rule: to another property, or one part of it."""
    yield _swap("path", triple, _ANOTHER)
    node = triple[2]
    if not isinstance(node, BNode):
        return
    steps = list(Collection(whole, whole.value(node, SH.alternativePath) or node))
    joined = "|" if (node, SH.alternativePath, None) in whole else "/"
    for left_out in steps:
        kept = [s for s in steps if s != left_out]
        new, head = Graph(), BNode()
        target: Term = kept[0]
        if len(kept) > 1:
            Collection(new, head, kept)
            target = head
            if joined == "|":
                target = BNode()
                new.add((target, SH.alternativePath, head))
        name = f"without the step {_told(whole, left_out)}"
        yield "path", name, [triple], [(triple[0], triple[1], target), *new]


def _near(ontology: Graph, class_: Term) -> list[URIRef]:
    """Return the classes of ours above a class and right below it."""
    near = {
        *ontology.transitive_objects(class_, RDFS.subClassOf),
        *ontology.subjects(RDFS.subClassOf, class_),
    }
    ours = {c for c in near if isinstance(c, URIRef) and str(c).startswith(names.NS)}
    return sorted(ours - {class_})


def _beside(ontology: Graph, class_: Term) -> list[URIRef]:
    """Return the classes of ours right below the same class."""
    return sorted(
        {
            sibling
            for above in ontology.objects(class_, RDFS.subClassOf)
            if str(above).startswith(names.NS)
            for sibling in ontology.subjects(RDFS.subClassOf, above)
            if isinstance(sibling, URIRef) and sibling != class_
        }
    )


def _swap(kind: str, triple: Triple, other: URIRef) -> _Change:
    name = f"{_short(other)} for {_short(triple[2])}"
    return kind, name, [triple], [(triple[0], triple[1], other)]


def _short(term: Term) -> str:
    return names.shorten(str(term)) if isinstance(term, URIRef) else "[…]"


def _told(whole: Graph, term: Term) -> str:
    """Return a term as a reader knows it; a blank node by what it says."""
    if isinstance(term, Literal):
        return term.n3()
    if isinstance(term, BNode):
        if (members := list(Collection(whole, term))) and (term, RDF.first, None) in whole:
            return "( " + " ".join(_told(whole, m) for m in members) + " )"
        pairs = sorted((_short(p), _told(whole, o)) for p, o in whole.predicate_objects(term))
        return "[ " + " ; ".join(" ".join(pair) for pair in pairs) + " ]"
    return _short(term)


# --- the queries ---


@dataclass(frozen=True)
class Node:
    """A part of a query."""

    kind: str
    text: str = ""
    parts: tuple["Node", ...] = ()


def _on_queries(whole: Graph, ontology: Graph) -> Iterator[_Change]:
    for triple in whole.triples((None, SH.select, None)):
        tree = read(str(triple[2]))
        for kind, name, changed in variants(tree, _classes(ontology)):
            yield kind, name, [triple], [(triple[0], SH.select, Literal(write(changed)))]


def _classes(ontology: Graph) -> Callable[[str], list[str]]:
    def near(short: str) -> list[str]:
        if not short.startswith("pg:"):
            return []
        found = _near(ontology, URIRef(names.NS + short.removeprefix("pg:")))
        return [names.shorten(str(c)) for c in found]

    return near


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<iri><[^\s<>"{}|^`\\]*>)
    | (?P<string>"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^[\w:-]+)?)
    | (?P<variable>[?$][A-Za-z_]\w*)
    | (?P<name>[A-Za-z_][\w-]*:[\w.-]*[\w-]|[A-Za-z_]\w*|\d+)
    | (?P<sign>&&|\|\||!=|<=|>=|[-<>=!{}().;,|/^*+?])
    )""",
    re.VERBOSE,
)
_COMPARE = ("=", "!=", "<", "<=", ">", ">=")
_INSTEAD = {
    "=": ("!=",),
    "!=": ("=",),
    "<": (">", ">=", "<="),
    "<=": (">", ">=", "<"),
    ">": ("<", "<=", ">="),
    ">=": ("<", "<=", ">"),
}
"""For each comparison: turned round, negated, and with the other border."""
_UNWRAPPED = {"LCASE", "REPLACE", "SUBSTR"}
"""Functions in whose place a mutant has their first argument."""


class _Reader:
    """Reads a query; each method reads one kind of part."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                raise ValueError(f"cannot read {text[at : at + 30]!r}")
            self.tokens.append(match[0].strip())
            at = match.end()
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise ValueError(f"{wanted or 'a token'} expected, not {token!r}")
        self.at += 1
        return token

    def skip(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def select(self) -> Node:
        head = []
        while self.peek() != "{":
            head.append(self.take())
        group = self.group()
        tail = []
        while self.peek() not in ("", "}"):
            tail.append(self.take())
        return Node("select", " ".join(head), (group, Node("leaf", " ".join(tail))))

    def group(self) -> Node:
        self.take("{")
        if self.peek() == "SELECT":
            inner = self.select()
            self.take("}")
            return Node("group", "", (inner,))
        items: list[Node] = []
        while not self.skip("}"):
            items += self.items()
        return Node("group", "", tuple(items))

    def items(self) -> list[Node]:
        if self.peek() == "{":
            groups = [self.group()]
            while self.skip("UNION"):
                groups.append(self.group())
            return [Node("union", "", tuple(groups))]
        if self.skip("OPTIONAL"):
            return [Node("optional", "", (self.group(),))]
        if self.skip("BIND"):
            self.take("(")
            value = self.expression()
            self.take("AS")
            variable = self.take()
            self.take(")")
            return [Node("bind", variable, (value,))]
        if self.skip("FILTER"):
            if self.skip("NOT"):
                self.take("EXISTS")
                return [Node("not exists", "", (self.group(),))]
            if self.skip("EXISTS"):
                return [Node("exists", "", (self.group(),))]
            self.take("(")
            test = self.expression()
            self.take(")")
            return [Node("filter", "", (test,))]
        return self.triples()

    def triples(self) -> list[Node]:
        found = []
        subject = Node("leaf", self.take())
        while True:
            path = self.path()
            while True:
                found.append(Node("triple", "", (subject, path, Node("leaf", self.take()))))
                if not self.skip(","):
                    break
            if not self.skip(";"):
                break
        if self.peek() != "}":
            self.take(".")
        return found

    def path(self) -> Node:
        return self._joined("|", lambda: self._joined("/", self._step))

    def _joined(self, sign: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.skip(sign):
            parts.append(part())
        return Node("path", sign, tuple(parts)) if len(parts) > 1 else parts[0]

    def _step(self) -> Node:
        if self.skip("("):
            step = self.path()
            self.take(")")
        else:
            step = Node("leaf", self.take())
        if self.peek() in ("*", "+", "?"):
            step = Node("repeat", self.take(), (step,))
        return step

    def expression(self) -> Node:
        return self._logic("||", lambda: self._logic("&&", self._comparison))

    def _logic(self, sign: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.skip(sign):
            parts.append(part())
        return Node("logic", sign, tuple(parts)) if len(parts) > 1 else parts[0]

    def _comparison(self) -> Node:
        left = self._unary()
        if self.peek() in _COMPARE:
            return Node("compare", self.take(), (left, self._unary()))
        negated = self.skip("NOT")
        if negated or self.peek() == "IN":
            self.take("IN")
            self.take("(")
            members = [Node("leaf", self.take())]
            while self.skip(","):
                members.append(Node("leaf", self.take()))
            self.take(")")
            return Node("not in" if negated else "in", "", (left, *members))
        return left

    def _unary(self) -> Node:
        if self.skip("!"):
            return Node("not", "", (self._unary(),))
        if self.skip("("):
            inner = self.expression()
            self.take(")")
            return inner
        token = self.take()
        if not re.match(r"[A-Z]+$", token):
            return Node("leaf", token)
        self.take("(")
        arguments: list[Node] = []
        while not self.skip(")"):
            arguments.append(self.expression())
            self.skip(",")
        return Node("call", token, tuple(arguments))


def read(text: str) -> Node:
    """Return the tree of a query.

    Raises:
        ValueError: the query has something that no rule had so far.
    """
    reader = _Reader(text)
    tree = reader.select()
    if reader.peek():
        raise ValueError(f"the query goes on with {reader.peek()!r}")
    return tree


def write(node: Node) -> str:
    """Return the text of a tree."""
    parts = [write(part) for part in node.parts]
    match node.kind:
        case "select":
            return f"{node.text} {parts[0]} {parts[1]}"
        case "group":
            return "{ " + " ".join(parts) + " }"
        case "union":
            return " UNION ".join(parts)
        case "optional":
            return f"OPTIONAL {parts[0]}"
        case "bind":
            return f"BIND ( {parts[0]} AS {node.text} )"
        case "not exists":
            return f"FILTER NOT EXISTS {parts[0]}"
        case "exists":
            return f"FILTER EXISTS {parts[0]}"
        case "filter":
            return f"FILTER ( {parts[0]} )"
        case "triple":
            return " ".join(parts) + " ."
        case "path":
            return "( " + f" {node.text} ".join(parts) + " )"
        case "repeat":
            return parts[0] + node.text
        case "logic":
            return "( " + f" {node.text} ".join(parts) + " )"
        case "compare":
            return f"{parts[0]} {node.text} {parts[1]}"
        case "in" | "not in":
            return f"{parts[0]} {node.kind.upper()} ( " + ", ".join(parts[1:]) + " )"
        case "not":
            return f"!( {parts[0]} )"
        case "call":
            return f"{node.text}( " + ", ".join(parts) + " )"
    return node.text


_Variant = tuple[str, str, Node]


def variants(node: Node, near: Callable[[str], list[str]]) -> Iterator[_Variant]:
    """Return the trees that differ at one place, each with its kind and name.

    Args:
        node: the tree.
        near: tells for the short name of a class the classes above and below it.
    """
    yield from _here(node, near)
    for index, part in enumerate(node.parts):
        if _is_today(part):
            continue
        for kind, name, changed in variants(part, near):
            parts = (*node.parts[:index], changed, *node.parts[index + 1 :])
            yield kind, name, replace(node, parts=parts)


def _is_today(node: Node) -> bool:
    """Say whether a part finds out which day is today."""
    return (node.kind == "bind" and node.text == "?today") or (
        node.kind == "optional" and "rule:occasion" in write(node)
    )


def _here(node: Node, near: Callable[[str], list[str]]) -> Iterator[_Variant]:
    if node.kind in {"group", "union"}:
        yield from _without_items(node)
    elif node.kind == "not exists":
        yield "exists", f"EXISTS for NOT EXISTS {_cut(node.parts[0])}", replace(node, kind="exists")
    elif node.kind == "triple":
        yield from _on_triple(node, near)
    elif node.kind == "path":
        for left_out, fewer in _fewer(node):
            yield "sparql-path", f"without {_cut(left_out)}", fewer
    elif node.kind == "repeat":
        yield "sparql-path", f"without {node.text} after {_cut(node.parts[0])}", node.parts[0]
    elif node.kind == "logic":
        for left_out, fewer in _fewer(node):
            yield "logic", f"without {_cut(left_out)}", fewer
        other = "&&" if node.text == "||" else "||"
        yield "logic", f"{other} for {node.text} in {_cut(node)}", replace(node, text=other)
    elif node.kind == "not":
        yield "logic", f"without the ! of {_cut(node)}", node.parts[0]
    elif node.kind == "compare":
        for other in _INSTEAD[node.text]:
            yield "comparison", f"{other} in {_cut(node)}", replace(node, text=other)
    elif node.kind == "in":
        yield "comparison", f"NOT IN in {_cut(node)}", replace(node, kind="not in")
        for index, member in enumerate(node.parts[1:], start=1):
            parts = node.parts[:index] + node.parts[index + 1 :]
            yield "sparql-list", f"without {member.text} in IN", replace(node, parts=parts)
    elif node.kind == "call" and node.text in _UNWRAPPED:
        yield "function", f"without {node.text} in {_cut(node)}", node.parts[0]


_DROPPED = {
    "filter": "filter",
    "not exists": "exists",
    "exists": "exists",
    "triple": "triple",
    "optional": "branch",
    "union": "branch",
    "bind": "branch",
    "group": "branch",
}


def _without_items(node: Node) -> Iterator[_Variant]:
    for index, part in enumerate(node.parts):
        kind = _DROPPED.get(part.kind)
        if kind and not _is_today(part) and (node.kind == "group" or len(node.parts) > 1):
            parts = node.parts[:index] + node.parts[index + 1 :]
            yield kind, f"without {_cut(part)}", replace(node, parts=parts)


def _on_triple(node: Node, near: Callable[[str], list[str]]) -> Iterator[_Variant]:
    subject, path, value = node.parts
    if path.text == "rdf:type" or "rdf:type" in write(path):
        for other in near(value.text):
            changed = replace(node, parts=(subject, path, Node("leaf", other)))
            yield "sparql-class", f"{other} in {_cut(node)}", changed
    elif not value.text.startswith(("?", "$")):
        changed = replace(node, parts=(subject, path, Node("leaf", "?anything")))
        yield "constant", f"anything in {_cut(node)}", changed


def _fewer(node: Node) -> Iterable[tuple[Node, Node]]:
    for index, left_out in enumerate(node.parts):
        parts = node.parts[:index] + node.parts[index + 1 :]
        yield left_out, parts[0] if len(parts) == 1 else replace(node, parts=parts)


def _cut(node: Node) -> str:
    """Return the text of a part as it stands in names of mutants."""
    text = write(node).removesuffix(" .")
    return text if len(text) < 110 else text[:100] + "…"
