"""Constraints on a node's values taken together, as patterns that find where one is broken.

Source: SHACL, sections 4.2, 4.5 and 4.8.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rdflib import URIRef

from partnergraph import names
from partnergraph.shacl.dialect import Dialect, Generator
from partnergraph.shacl.paths import Path


@dataclass(frozen=True)
class Scope:
    """Where a constraint is judged: the focus nodes, the path from them, and the variables."""

    focus: Generator
    path: Path | None
    this: str
    value: str
    dialect: Dialect

    def nodes(self, *, few: bool = False) -> str:
        """Return the pattern that binds the focus node, one of few already if so told."""
        return self.focus(self.this, few=few)

    def start(self) -> str:
        """Return the pattern that binds the focus node where there are few; else nothing."""
        return self.nodes() if self.dialect.nearby else ""

    def step(self, to: str) -> str:
        """Return the pattern that leads from the focus node to a value.

        It binds the focus node to any node with that path, unless there are few focus nodes, or the
        path may be of no length: it would lead from each term to itself.
        """
        if self.path is None:
            return f"{self.nodes()} BIND({self.this} AS {to})"
        text = f"{self.this} {self.path.sparql()} {to} ."
        if not self.path.nullable:
            return f"{self.start()} {text}"
        return f"{{ {self.nodes()} {text} }} UNION {{ {self.nodes()} BIND({self.this} AS {to}) }}"

    def values(self) -> str:
        """Return the pattern that binds focus node and value."""
        if self.path is None:
            return self.nodes()
        step = self.step(self.value)
        return step if self.dialect.nearby else f"{self.nodes()} {step}"

    @property
    def plain(self) -> bool:
        """Whether the path is one property, so that it reaches each value once."""
        return self.path is not None and not self.path.operator


@dataclass(frozen=True)
class Broken:
    """A pattern that finds where a constraint is broken, and its variables besides ``?this``."""

    pattern: str
    value: str | None = None
    path: str | None = None
    others: tuple[str, ...] = ()


def broken(component: str, value: Any, scope: Scope) -> Broken | None:
    """Return where a constraint is broken.

    Args:
        component: the IRI of the constraint component.
        value: the constraint's parameter.
        scope: where it is judged.

    Returns:
        None for a component that is none of these.
    """
    local = component.removeprefix(names.SH).removesuffix("ConstraintComponent")
    write = _SETS.get(local)
    return write(value, scope) if write else None


def _counted(scope: Scope, condition: str) -> str:
    found = scope.dialect.fresh()
    counted = found if scope.plain else f"DISTINCT {found}"
    return (
        f"SELECT {scope.this} WHERE {{ {scope.step(found)} }} "
        f"GROUP BY {scope.this} HAVING(COUNT({counted}) {condition})"
    )


def _min_count(count: int, scope: Scope) -> Broken:
    if count <= 0:
        return Broken("FILTER(false)")
    if count == 1:
        return Broken(f"{scope.nodes()} MINUS {{ {scope.step(scope.dialect.fresh())} }}")
    return Broken(f"{scope.nodes()} MINUS {{ {_counted(scope, f'>= {count}')} }}")


def _max_count(count: int, scope: Scope) -> Broken:
    if count == 0:
        return Broken(f"{scope.nodes()} {scope.step(scope.dialect.fresh())}")
    counted = f"{{ {_counted(scope, f'> {count}')} }}"
    if count == 1 and scope.plain and not scope.dialect.nearby:
        counted = f"{{ SELECT {scope.this} WHERE {{ {_some_have_two(scope)} {counted} }} }}"
    return Broken(f"{counted} {scope.nodes(few=True)}")


def _some_have_two(scope: Scope) -> str:
    """Return what has a solution only if a property has more values than subjects.

    Mostly it has not, and to know it takes a quarter of the time of counting for each subject.
    """
    subject, found, told = (scope.dialect.fresh() for _ in range(3))
    step = Scope(scope.focus, scope.path, subject, found, scope.dialect).step(found)
    more = f"COUNT(*) > COUNT(DISTINCT {subject})"
    return f"{{ SELECT (1 AS {told}) WHERE {{ {step} }} HAVING({more}) }}"


def _has_value(value: Any, scope: Scope) -> Broken:
    term = scope.dialect.term(value)
    if scope.path is None:
        return Broken(f"{scope.nodes()} FILTER(!sameTerm({scope.this}, {term}))")
    if not scope.path.nullable:
        return Broken(f"{scope.nodes()} MINUS {{ {scope.step(term)} }}")
    found = scope.dialect.fresh()
    return Broken(
        f"{scope.nodes()} MINUS {{ {scope.step(found)} FILTER(sameTerm({found}, {term})) }}"
    )


def _unique_lang(_: Any, scope: Scope) -> Broken:
    found, language = scope.dialect.fresh(), scope.dialect.fresh()
    return Broken(
        f"{{ SELECT {scope.this} {language} WHERE {{ {scope.step(found)} "
        f'BIND(LCASE(LANG({found})) AS {language}) FILTER({language} != "") }} '
        f"GROUP BY {scope.this} {language} HAVING(COUNT(DISTINCT {found}) > 1) }} "
        f"{scope.nodes(few=True)}",
        others=(language,),
    )


def _equals(other: URIRef, scope: Scope) -> Broken:
    this, value = scope.this, scope.value
    link = f"<{other}>"
    if scope.path is None:
        value = scope.dialect.fresh()
        return Broken(
            f"{{ {scope.nodes()} BIND({this} AS {value}) "
            f"FILTER NOT EXISTS {{ {this} {link} {this} }} }} UNION "
            f"{{ {scope.nodes()} {this} {link} {value} . FILTER(!sameTerm({this}, {value})) }}",
            value,
        )
    return Broken(
        f"{{ {{ {scope.step(value)} MINUS {{ {scope.start()} {this} {link} {value} }} }} UNION "
        f"{{ {scope.start()} {this} {link} {value} . MINUS {{ {scope.step(value)} }} }} }} "
        f"{scope.nodes(few=True)}",
        value,
    )


def _disjoint(other: URIRef, scope: Scope) -> Broken:
    link = f"<{other}>"
    both = f"{scope.this} {link} {scope.value} ."
    if scope.path is None:
        return Broken(f"{scope.nodes()} {both}", scope.value)
    return Broken(f"{scope.step(scope.value)} {both} {scope.nodes(few=True)}", scope.value)


def _less(sign: str) -> Callable[[URIRef, Scope], Broken]:
    def write(other: URIRef, scope: Scope) -> Broken:
        dialect, bound = scope.dialect, scope.dialect.fresh()
        link = f"<{other}>"
        value = scope.value
        # Texts in a language do not compare in SPARQL 1.1; some engines compare them all the same.
        plain = f'LANG({value}) = "" && LANG({bound}) = ""'
        compared = f"{plain} && {dialect.compared(value, sign, bound)}"
        return Broken(
            f"{{ SELECT {scope.this} {value} {bound} WHERE {{ {scope.step(value)} "
            f"{scope.this} {link} {bound} . FILTER(!COALESCE({compared}, false)) }} }} "
            f"{scope.nodes(few=True)}",
            value,
            others=(bound,),
        )

    return write


def _class(class_: URIRef, scope: Scope) -> Broken:
    found = (
        f"{scope.step(scope.value)} MINUS {{ {scope.dialect.instances(scope.value, str(class_))} }}"
    )
    inner = f"SELECT DISTINCT {scope.this} {scope.value} WHERE {{ {found} }}"
    return Broken(f"{{ {inner} }} {scope.nodes(few=True)}", scope.value)


def _closed(allowed: tuple[str, ...], scope: Scope) -> Broken:
    dialect = scope.dialect
    path, found = dialect.fresh(), dialect.fresh()
    listed = ", ".join(f"<{iri}>" for iri in allowed)
    test = f"FILTER({path} NOT IN ({listed}))" if allowed else ""
    return Broken(f"{scope.values()} {scope.value} {path} {found} . {test}", found, path)


_SETS: dict[str, Callable[[Any, Scope], Broken]] = {
    "Class": _class,
    "MinCount": _min_count,
    "MaxCount": _max_count,
    "HasValue": _has_value,
    "UniqueLang": _unique_lang,
    "Equals": _equals,
    "Disjoint": _disjoint,
    "LessThan": _less("<"),
    "LessThanOrEquals": _less("<="),
    "Closed": _closed,
}
