"""The neighbourhood of a term as boxes and lines, to be drawn by a page."""

from dataclasses import dataclass

from partnergraph import names
from partnergraph.describe import labels_of
from partnergraph.store import Iri, Store

_MOST = 12
_ROW, _WIDTH, _GAP = 34, 220, 90


@dataclass(frozen=True)
class Box:
    """A term's box: its place in pixels, its short name and label, and what ties it."""

    x: int
    y: int
    short: str
    label: str
    tie: str


@dataclass(frozen=True)
class Picture:
    """A term between what it comes from (left) and what comes from it (right)."""

    centre: Box
    left: tuple[Box, ...]
    right: tuple[Box, ...]
    width: int
    height: int
    hidden: int
    """How many neighbours were left out for want of space."""
    box_width: int = _WIDTH
    box_height: int = _ROW - 8


_LEFT = """
  { $term rdfs:subClassOf ?other BIND("above" AS ?tie) FILTER(ISIRI(?other)) }
  UNION { $term rdfs:domain ?other BIND("from" AS ?tie) }
  UNION { ?other rdfs:range $term BIND("leads here" AS ?tie) }
"""
_RIGHT = """
  { ?other rdfs:subClassOf $term BIND("below" AS ?tie) }
  UNION { $term rdfs:range ?other BIND("to" AS ?tie) }
  UNION { ?other rdfs:domain $term BIND("property" AS ?tie) }
"""


def neighbourhood(store: Store, term: str, language: str) -> Picture:
    """Return the picture of a term, given by its IRI."""
    sides = [_neighbours(store, term, pattern) for pattern in (_LEFT, _RIGHT)]
    shown = [side[:_MOST] for side in sides]
    iris = [term, *(iri for side in shown for iri, _ in side)]
    labels = labels_of(store, iris, language)
    rows = max(1, *(len(side) for side in shown))
    height = rows * _ROW

    def column(index: int, items: list[tuple[str, str]]) -> tuple[Box, ...]:
        top = (height - len(items) * _ROW) // 2
        return tuple(
            Box(
                index * (_WIDTH + _GAP),
                top + n * _ROW,
                names.shorten(iri),
                labels.get(iri, names.shorten(iri)),
                tie,
            )
            for n, (iri, tie) in enumerate(items)
        )

    return Picture(
        centre=column(1, [(term, "")])[0],
        left=column(0, shown[0]),
        right=column(2, shown[1]),
        width=3 * _WIDTH + 2 * _GAP,
        height=height,
        hidden=sum(len(side) for side in sides) - sum(len(side) for side in shown),
    )


def _neighbours(store: Store, term: str, pattern: str) -> list[tuple[str, str]]:
    rows = store.select(
        f"""{names.prologue("rdfs")}
        SELECT DISTINCT ?other ?tie WHERE {{ {pattern.replace("$term", str(Iri(term)))} }}
        ORDER BY ?tie ?other"""
    )
    return [(row["other"].value, row["tie"].value) for row in rows]
