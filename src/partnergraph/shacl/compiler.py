"""From shapes to queries: each returns all that breaks some constraints, over the whole store.

A shape is judged where its targets lead (a *route*); a property shape inside another is judged at
the values of the outer one, and so is a route of its own. Shapes that only have to hold, as those
of ``sh:node``, ``sh:not`` or ``sh:qualifiedValueShape``, become sets of nodes that break them,
worked out once for all nodes that are asked about.

Source: SHACL, sections 3.4 and 4.6 to 4.7; 5 for constraints in SPARQL.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from rdflib import URIRef
from rdflib.term import Node

from partnergraph import names
from partnergraph.shacl import sets, values
from partnergraph.shacl.dialect import FOCUS, NEW, Dialect, Generator
from partnergraph.shacl.embed import Embedded, embed
from partnergraph.shacl.sets import Broken, Scope
from partnergraph.shacl.shapes import Constraint, Custom, Qualified, Query, Shape, Shapes, Target
from partnergraph.shacl.wrong import Refused
from partnergraph.sparql import MAX_OPERATORS

THIS, VALUE = "?this", "?value"
SHAPES_GRAPH = "urn:partnergraph:shapes"
_MOST_CHARACTERS, _DEEPEST = 200_000, 200
_TOO_LARGE = "the query for it would be larger than a store should be asked"
_BRACKETS = re.compile(r"[{}()]")


@dataclass(frozen=True)
class Check:
    """A constraint that a query judges.

    ``flag`` is the variable that is true in the rows that break it; empty if all rows do.
    """

    constraint: Constraint
    flag: str = ""


@dataclass(frozen=True)
class Select:
    """A query whose rows are what breaks constraints of one shape.

    ``root`` is the shape whose targets led there; ``shape`` may be a property shape within it.
    ``value`` and ``path`` are its variables for the value and for the path, empty if it has none.
    ``reads_shapes`` says that it looks into the shapes graph, under :data:`SHAPES_GRAPH`.
    """

    text: str
    root: Shape
    shape: Shape
    checks: tuple[Check, ...]
    value: str = ""
    path: str = ""
    reads_shapes: bool = False


def selects(shapes: Shapes, shape: Shape, dialect: Dialect) -> list[Select]:
    """Return the queries that judge a shape at its targets.

    Raises:
        ShapesError: the shape, or one that it refers to, is ill-formed.
        Refused: it cannot be compiled.
    """
    if why := shapes.check_no_recursion(shape.node):
        raise Refused(why)
    dialect.stands_in(target.value for target in shape.targets if target.kind == "targetNode")
    compiler = _Compiler(shapes, shape, dialect)
    return list(compiler.route(shape, _targets(shape.targets, dialect)))


@dataclass(frozen=True)
class _Way:
    """How a route came to its focus nodes: a pattern that binds them and the nodes before them.

    A value that two focus nodes share is judged, and told, for each of them.
    """

    pattern: Generator
    before: tuple[str, ...]


def _targets(targets: Iterable[Target], dialect: Dialect) -> Generator:
    """Return the focus nodes."""
    if dialect.nearby:
        return Generator(lambda v: f"GRAPH <{FOCUS}> {{ <{dialect.nearby}> <{FOCUS}> {v} }}")
    targets = tuple(targets)
    nodes = [dialect.term(target.value) for target in targets if target.kind == "targetNode"]

    def write(v: str, instances: Callable[[str, str], str]) -> str:
        parts = [f"VALUES {v} {{ {' '.join(nodes)} }}"] if nodes else []
        for target in targets:
            other = dialect.fresh()
            if target.kind == "targetClass":
                parts.append(instances(v, str(target.value)))
            elif target.kind == "targetSubjectsOf":
                parts.append(f"{v} <{target.value}> {other} .")
            elif target.kind == "targetObjectsOf":
                parts.append(f"{other} <{target.value}> {v} .")
        return parts[0] if len(parts) == 1 else " UNION ".join(f"{{ {part} }}" for part in parts)

    return Generator(
        lambda v: write(v, partial(dialect.instances, often=True)),
        lambda v: write(v, dialect.instance),
    )


class _Compiler:
    def __init__(self, shapes: Shapes, root: Shape, dialect: Dialect) -> None:
        self._shapes = shapes
        self._root = root
        self._dialect = dialect

    def route(self, shape: Shape, focus: Generator, way: "_Way | None" = None) -> Iterator[Select]:
        """Yield the queries that judge a shape at the nodes of a generator."""
        if shape.refused:
            raise Refused(shape.refused)
        scope = self._scope(shape, focus, THIS, VALUE)
        tests, rest = self._split(shape)
        if tests:
            yield self._tests(shape, scope, tests, way)
        for constraint in rest:
            yield self._select(shape, constraint, self._broken(constraint, shape, scope), way)
        if shape.path is not None:
            way = _further(way or _Way(focus, ()), scope)
        for node in shape.properties:
            if not self._shapes.deactivated(node):
                yield from self.route(self._shapes[node], _values_of(scope), way)

    def _scope(self, shape: Shape, focus: Generator, this: str, value: str) -> Scope:
        return Scope(focus, shape.path, this, this if shape.path is None else value, self._dialect)

    def _split(self, shape: Shape) -> tuple[list[Constraint], list[Constraint]]:
        """Return the constraints on each value alone, and the others."""
        tests: list[Constraint] = []
        rest: list[Constraint] = []
        for constraint in shape.constraints:
            # All instances at once is quicker than to look each value up, for a whole store.
            as_set = _local(constraint) == "Class" and shape.path and self._dialect.marking
            alone = not as_set and self._test(constraint, VALUE) is not None
            (tests if alone else rest).append(constraint)
        return tests, rest

    def _tests(
        self, shape: Shape, scope: Scope, tests: list[Constraint], way: _Way | None
    ) -> Select:
        broken = [self._test(constraint, scope.value) or "" for constraint in tests]
        pattern = _where(scope, " || ".join(broken))
        if len(tests) == 1:
            checks = [Check(tests[0])]
        else:
            flags = [self._dialect.fresh() for _ in tests]
            pattern += " " + " ".join(
                f"BIND({test} AS {flag})" for test, flag in zip(broken, flags, strict=True)
            )
            checks = [Check(c, flag) for c, flag in zip(tests, flags, strict=True)]
        wanted = (THIS, scope.value, *(c.flag for c in checks if c.flag))
        return Select(_text(wanted, pattern, way), self._root, shape, tuple(checks), scope.value)

    def _select(
        self, shape: Shape, constraint: Constraint, broken: Broken, way: _Way | None
    ) -> Select:
        wanted = filter(None, (THIS, broken.value, broken.path, *broken.others))
        text = _text(wanted, broken.pattern, way)
        value, path = broken.value or "", broken.path or ""
        reads_shapes = f"GRAPH <{SHAPES_GRAPH}>" in text
        return Select(text, self._root, shape, (Check(constraint),), value, path, reads_shapes)

    def _test(self, constraint: Constraint, v: str) -> str | None:
        """Return the expression for a constraint that a value alone decides."""
        local = _local(constraint)
        if local == "HasValue":
            return None
        if local in ("Not", "Node"):
            inner = self._condition(constraint.value, v)
            return inner and (f"!({inner})" if local == "Not" else inner)
        if local in ("And", "Or", "Xone"):
            parts = [self._condition(node, v) for node in constraint.value]
            if not all(parts):
                return None
            if local == "Xone":
                holding = " + ".join(f"IF({part}, 0, 1)" for part in parts)
                return f"(({holding or '0'}) != 1)"
            return f"({(' || ' if local == 'And' else ' && ').join(map(str, parts))})"
        return values.broken(constraint.component, constraint.value, v, self._dialect)

    def _condition(self, node: Node, v: str) -> str | None:
        """Return the expression that says that a value breaks a shape, if it alone decides."""
        if self._shapes.deactivated(node):
            return "false"
        shape = self._shapes[node]
        if shape.refused:
            raise Refused(shape.refused)
        if shape.path is not None or shape.properties:
            return None
        parts = [self._test(constraint, v) for constraint in shape.constraints]
        if not all(parts):
            return None
        return f"({' || '.join(map(str, parts))})" if parts else "false"

    def _violating(self, node: Node, nodes: Generator, v: str) -> str:
        """Return the pattern that binds a variable to the nodes of a generator that break a shape.

        It binds nothing else.
        """
        if self._shapes.deactivated(node):
            return "{ FILTER(false) }"
        shape = self._shapes[node]
        if shape.refused:
            raise Refused(shape.refused)
        scope = self._scope(shape, nodes, v, self._dialect.fresh())
        tests, rest = self._split(shape)
        patterns = [self._broken(constraint, shape, scope).pattern for constraint in rest]
        if tests:
            broken = " || ".join(self._test(c, scope.value) or "" for c in tests)
            patterns.append(_where(scope, broken))
        for below in shape.properties:
            found = self._violating(below, _reached(scope), scope.value)
            patterns.append(f"{scope.values()} {found}")
        if not patterns:
            return "{ FILTER(false) }"
        found = " UNION ".join(
            f"{{ SELECT DISTINCT {v} WHERE {{ {pattern} }} }}" for pattern in patterns
        )
        if len(found) > _MOST_CHARACTERS:
            raise Refused(_TOO_LARGE)
        return found

    def _broken(self, constraint: Constraint, shape: Shape, scope: Scope) -> Broken:
        if (found := sets.broken(constraint.component, constraint.value, scope)) is not None:
            return found
        if isinstance(constraint.value, Query):
            return self._query(constraint.value, shape, scope)
        if isinstance(constraint.value, Custom):
            return self._custom(constraint.value, shape, scope)
        local = _local(constraint)
        if isinstance(constraint.value, Qualified):
            return self._qualified(constraint.value, local == "QualifiedMinCount", scope)
        nodes = _reached(scope)
        v = scope.value
        if local in ("Not", "Node"):
            inner = f"{{ {self._violating(constraint.value, nodes, v)} }}"
            joined = f"MINUS {inner}" if local == "Not" else inner
            return Broken(f"{scope.values()} {joined}", v)
        parts = [f"{{ {self._violating(node, nodes, v)} }}" for node in constraint.value]
        if local == "And":
            pattern = f"{{ {' UNION '.join(parts)} }}" if parts else "FILTER(false)"
        elif local == "Or":
            pattern = " ".join(parts)
        else:
            pattern = self._exactly_one(constraint.value, nodes, v)
        return Broken(f"{scope.values()} {pattern}", v)

    def _exactly_one(self, shapes: tuple[Node, ...], nodes: Generator, v: str) -> str:
        flags = [self._dialect.fresh() for _ in shapes]
        found = " ".join(
            f"OPTIONAL {{ {{ SELECT {v} (1 AS {flag}) WHERE "
            f"{{ {self._violating(node, nodes, v)} }} GROUP BY {v} }} }}"
            for node, flag in zip(shapes, flags, strict=True)
        )
        holding = " + ".join(f"IF(BOUND({flag}), 0, 1)" for flag in flags)
        return f"{found} FILTER(({holding or '0'}) != 1)"

    def _qualified(self, qualified: Qualified, least: bool, scope: Scope) -> Broken:
        nodes = _reached(scope)
        this, v = scope.this, scope.value
        held = [f"MINUS {{ {self._violating(qualified.shape, nodes, v)} }}"]
        for sibling in qualified.siblings:
            # A value that another sibling takes does not count here.
            breaking = self._violating(sibling, nodes, v)
            held.append(
                f"MINUS {{ SELECT DISTINCT {v} WHERE {{ {nodes(v)} MINUS {{ {breaking} }} }} }}"
            )
        counting = f"{scope.step(v)} {' '.join(held)}"
        if least and qualified.count == 1:
            return Broken(f"{scope.nodes()} MINUS {{ SELECT {this} WHERE {{ {counting} }} }}")
        sign = ">=" if least else ">"
        enough = (
            f"SELECT {this} WHERE {{ {counting} }} GROUP BY {this} "
            f"HAVING(COUNT(DISTINCT {v}) {sign} {qualified.count})"
        )
        if least:
            missing = "FILTER(false)" if qualified.count <= 0 else f"MINUS {{ {enough} }}"
            return Broken(f"{scope.nodes()} {missing}")
        return Broken(f"{{ {enough} }} {scope.nodes(few=True)}")

    def _query(self, query: Query, shape: Shape, scope: Scope) -> Broken:
        few = scope.focus(THIS, few=True)
        found = self._embedded(query, shape, scope.focus(THIS), ("this",), {}, few)
        return _of_query(found, scope)

    def _custom(self, custom: Custom, shape: Shape, scope: Scope) -> Broken:
        arguments = {name: self._dialect.term(node) for name, node in custom.arguments.items()}
        if not custom.ask:
            found = self._embedded(custom.query, shape, scope.focus(THIS), ("this",), arguments)
            return _of_query(found, scope)
        asked = self._scope(shape, scope.focus, THIS, VALUE)
        focus = asked.values() + (f" BIND({THIS} AS {VALUE})" if shape.path is None else "")
        found = self._embedded(custom.query, shape, focus, ("this", "value"), arguments)
        pattern = f"{focus} MINUS {{ {found.pattern} }}"
        return _renamed(Broken(pattern, VALUE), scope)

    def _embedded(
        self,
        query: Query,
        shape: Shape,
        focus: str,
        generated: tuple[str, ...],
        arguments: dict[str, str],
        few: str = "",
    ) -> Embedded:
        constants = {"shapesGraph": f"<{SHAPES_GRAPH}>"} | arguments
        if isinstance(shape.node, URIRef):
            constants["currentShape"] = shape.node.n3()
        return embed(
            query.text,
            query.prefixes,
            focus,
            few=few,
            generated=generated,
            constants=constants,
            path=shape.path,
            dialect=self._dialect,
        )


def _of_query(found: Embedded, scope: Scope) -> Broken:
    """Return what a SELECT of a constraint found; a node shape's value is the focus node."""
    value = VALUE if "value" in found.variables else THIS if scope.path is None else None
    path = "?path" if "path" in found.variables else None
    others = tuple(f"?{n}" for n in found.variables if n not in ("this", "value", "path"))
    return _renamed(Broken(found.pattern, value, path, others), scope)


def _renamed(broken: Broken, scope: Scope) -> Broken:
    """Return what was found about ``?this`` as found about the focus node of a scope."""
    if scope.this == THIS:
        return broken
    # In two steps, as the query may have a variable of that name.
    between = scope.dialect.fresh()
    inner = f"SELECT DISTINCT ({THIS} AS {between}) WHERE {{ {broken.pattern} }}"
    return Broken(f"{{ SELECT ({between} AS {scope.this}) WHERE {{ {{ {inner} }} }} }}")


def _where(scope: Scope, condition: str) -> str:
    """Return the pattern for the values that a condition holds of.

    A plain path is walked before the focus nodes are looked up: few values break a constraint.
    """
    if scope.plain and not scope.dialect.nearby:
        walked = f"{scope.step(scope.value)} FILTER({condition})"
        return (
            f"{{ SELECT {scope.this} {scope.value} WHERE {{ {walked} }} }} {scope.nodes(few=True)}"
        )
    new = ""
    if scope.dialect.outside and scope.path and scope.path.is_link_back:
        new = f"GRAPH <{FOCUS}> {{ <{NEW}> <{FOCUS}> {scope.value} }} "
    return f"{new}{scope.values()} FILTER({condition})"


def _text(wanted: Iterable[str], pattern: str, way: _Way | None) -> str:
    columns = " ".join(dict.fromkeys(wanted))
    text = f"SELECT DISTINCT {columns} WHERE {{ {pattern} }}"
    if way is not None:
        before = " ".join(way.before)
        found = f"{{ {text} }} {way.pattern(THIS, few=True)}"
        text = f"SELECT DISTINCT {columns} {before} WHERE {{ {found} }}"
    _check_size(text)
    return text


def _check_size(text: str) -> None:
    """Refuse a query that is too large for the parsers of stores, some of which die of it."""
    depth = deepest = 0
    for sign in _BRACKETS.findall(text):
        depth += 1 if sign in "{(" else -1
        deepest = max(deepest, depth)
    operators = max(text.count(sign) for sign in ("||", "&&"))
    if len(text) > _MOST_CHARACTERS or deepest > _DEEPEST or operators > MAX_OPERATORS:
        raise Refused(_TOO_LARGE)


def _further(way: _Way, scope: Scope) -> _Way:
    """Return the way of a scope's values."""
    outer = scope.dialect.fresh()

    def bind(v: str) -> str:
        return Scope(way.pattern, scope.path, outer, v, scope.dialect).values()

    return _Way(Generator(bind), (*way.before, outer))


def _values_of(scope: Scope) -> Generator:
    """Return the generator of a scope's values."""
    if scope.path is None:
        return scope.focus

    def bind(v: str) -> str:
        outer = scope.dialect.fresh()
        return Scope(scope.focus, scope.path, outer, v, scope.dialect).values()

    return Generator(bind)


def _reached(scope: Scope) -> Generator:
    """Return a generator of a scope's values and perhaps more, which is short.

    It does for shapes that only have to hold: what else breaks them is not asked about. Where focus
    nodes are few it is their values alone.
    """
    if scope.path is None or scope.path.nullable or scope.dialect.nearby:
        return _values_of(scope)

    def bind(v: str) -> str:
        outer = scope.dialect.fresh()
        step = Scope(scope.focus, scope.path, outer, v, scope.dialect).step(v)
        # Many nodes lead to one value, which is looked at once.
        return f"{{ SELECT DISTINCT {v} WHERE {{ {step} }} }}"

    return Generator(bind)


def _local(constraint: Constraint) -> str:
    return constraint.component.removeprefix(names.SH).removesuffix("ConstraintComponent")
