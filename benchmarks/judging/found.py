"""What an engine found, in one form for all, and how that compares.

Every engine tells its findings as a SHACL validation report in RDF; this reads them from there.
Blank nodes have no name that two engines share, so each is written ``[]``.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rdflib import RDF, SH, BNode, Graph
from rdflib.collection import Collection
from rdflib.term import Node
from vocabulary import OWN
from vocabulary import SH as SHACL

BLANK, UNTOLD = "[]", "?"
_RECORD = re.compile(re.escape(f"<{OWN}partnership/") + r"\d+")
_AFTER: dict[Node, str] = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


class Finding(NamedTuple):
    """One result of a report; terms are N-Triples, a path is SPARQL's, ``""`` stands for none."""

    focus: str
    path: str
    value: str
    component: str
    shape: str
    severity: str


def of_report(graph: Graph) -> Iterator[Finding]:
    """Yield the results of a report, without the details that some engines hang under them."""
    for report in graph.subjects(RDF.type, SH.ValidationReport):
        for result in graph.objects(report, SH.result):
            path = graph.value(result, SH.resultPath)
            yield Finding(
                focus=_term(graph.value(result, SH.focusNode)),
                path="" if path is None else _path(graph, path),
                value=_term(graph.value(result, SH.value)),
                component=_term(graph.value(result, SH.sourceConstraintComponent)),
                shape=_term(graph.value(result, SH.sourceShape)),
                severity=_term(graph.value(result, SH.resultSeverity)),
            )


def _term(node: Node | None) -> str:
    if node is None:
        return ""
    return BLANK if isinstance(node, BNode) else node.n3()


def _path(graph: Graph, node: Node) -> str:
    """Return a path as SPARQL writes it, or ``?`` for a blank node of which nothing is told."""
    if not isinstance(node, BNode):
        return node.n3()
    if (node, RDF.first, None) in graph:
        return "/".join(_inner(graph, step) for step in Collection(graph, node))
    for predicate, value in graph.predicate_objects(node):
        if predicate == SH.inversePath:
            return f"^{_inner(graph, value)}"
        if predicate == SH.alternativePath:
            return "|".join(_inner(graph, step) for step in Collection(graph, value))
        if predicate in _AFTER:
            return f"{_inner(graph, value)}{_AFTER[predicate]}"
    return UNTOLD


def _inner(graph: Graph, node: Node) -> str:
    path = _path(graph, node)
    return f"({path})" if isinstance(node, BNode) else path


@dataclass(frozen=True)
class Comparison:
    """How the findings of an engine compare with others, as multisets.

    Attributes:
        same: how many are the same in all that was compared.
        missing: those of the others that it lacks.
        more: those that it has beyond them.
        values: how many of the missing ones differ in nothing but the value.
        untold: how many of its results name no path, so that the shape's was taken.
    """

    same: int
    missing: tuple[Finding, ...]
    more: tuple[Finding, ...]
    values: int
    untold: int

    @property
    def agrees(self) -> bool:
        """Whether every finding is the same."""
        return not self.missing and not self.more

    def __str__(self) -> str:
        text = f"{self.same:,} the same"
        if not self.agrees:
            text += f", {len(self.missing):,} missing, {len(self.more):,} more"
        if self.values:
            text += f" ({self.values:,} of them differ in the value alone)"
        if self.untold:
            text += f"; no path told for {self.untold:,}"
        return text


def compare(findings: Iterable[Finding], others: Iterable[Finding]) -> Comparison:
    """Compare the findings of an engine with others: all six parts of each."""
    others = list(others)
    paths = {one.shape: one.path for one in others}
    untold = 0
    mine: Counter[Finding] = Counter()
    for one in findings:
        if one.path == UNTOLD:
            untold += 1
            one = one._replace(path=paths.get(one.shape, UNTOLD))
        mine[one] += 1
    theirs = Counter(others)
    missing, more = theirs - mine, mine - theirs
    values = _without_values(missing) & _without_values(more)
    return Comparison(
        (mine & theirs).total(),
        tuple(missing.elements()),
        tuple(more.elements()),
        values.total(),
        untold,
    )


def _without_values(findings: Counter[Finding]) -> Counter[Finding]:
    return Counter(one._replace(value="") for one in findings.elements())


@dataclass(frozen=True)
class Truth:
    """What the generator broke.

    Attributes:
        faults: focus, shape and component of what has to be found for each fault.
        places: the broken records, and the focus nodes of faults that are outside of them.
    """

    faults: tuple[tuple[str, str, str], ...]
    places: frozenset[str]

    @classmethod
    def read(cls, path: Path, core: bool) -> "Truth":
        """Read the table of faults.

        Args:
            path: the table.
            core: whether the shapes are without rules in SPARQL.
        """
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return cls(
            tuple(
                (row["focus"], row["shape"], row["component"])
                for row in rows
                if not (core and row["component"] == f"<{SHACL}SPARQLConstraintComponent>")
            ),
            frozenset(row[name] for row in rows for name in ("record", "focus")),
        )

    def missed(self, findings: Iterable[Finding]) -> int:
        """Return how many faults were not found; two at one place need two findings."""
        told = Counter((one.focus, one.shape, one.component) for one in findings)
        return (Counter(self.faults) - told).total()

    def unfounded(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings about what is not broken."""
        return [one for one in findings if not self._broken(one.focus)]

    def _broken(self, focus: str) -> bool:
        record = _RECORD.match(focus)
        return focus in self.places or (record is not None and f"{record[0]}>" in self.places)
