"""The files that runs read: made once, and made anew when what makes them changes."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faults
import rdflib
import records
import reference
import vocabulary
from found import Truth
from rdflib import SH

HERE = Path(__file__).parent
HOME = HERE / ".measured"
MOST = 100_000
_MAKERS = ("faults.py", "inputs.py", "records.py", "reference.py", "shapes.ttl", "vocabulary.py")


@dataclass(frozen=True)
class Case:
    """What is judged.

    Attributes:
        size: how many records.
        core: whether the rules in SPARQL are left out of the shapes.
        broken: share of broken records.
    """

    size: int
    core: bool = False
    broken: float = 0.05

    def __str__(self) -> str:
        parts = [str(self.size), "core" if self.core else "", "dense" if self.broken > 0.5 else ""]
        return "-".join(part for part in parts if part)


def digest(*paths: Path) -> str:
    """Return a short digest of files."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()[:8]


def home() -> Path:
    """Return the folder of the files that are made by what makes them now."""
    folder = HOME / f"data-{digest(*(HERE / name for name in _MAKERS))}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data(case: Case) -> Path:
    """Return the N-Triples file of a case; beside it lies the table of its faults."""
    path = home() / f"{case.size}-{case.broken}.nt"
    if not path.exists():
        half = path.with_suffix(".half")
        records.write(case.size, half, path.with_suffix(".csv"), case.broken)
        half.rename(path)
    return path


def reference_data() -> Path:
    """Return the N-Triples file of the reference data alone."""
    return _made("reference.nt", lambda: records.lines(reference.triples()))


def hierarchy() -> Path:
    """Return the N-Triples file of the class hierarchy alone."""
    own = (one for one in reference.triples() if one[1] == vocabulary.SUBCLASS)
    return _made("hierarchy.nt", lambda: records.lines(own))


def new_records() -> list[dict[str, Any]]:
    """Return records beyond the most that a case has: text, and the fault that has to be found.

    The first ones have a fault each, as many after them are sound.
    """
    path = _made("new.json", lambda: json.dumps(list(_new_records())))
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _new_records() -> Iterator[dict[str, Any]]:
    # A fault that is about an earlier record goes to the first, whose earlier one is stored.
    kinds = sorted(faults.FAULTS, key=lambda fault: "{earlier}" not in repr(fault))
    made = records.records(MOST + 3 * len(kinds), 0.0, 1)
    chosen = [one[:2] for one in made if one[0] >= MOST and one[0] % 10 != records.RENEWED]
    for place, (number, triples) in enumerate(chosen[: 2 * len(kinds)]):
        fault = kinds[place] if place < len(kinds) else None
        yield {
            "text": records.lines(fault.applied(triples, number) if fault else triples),
            "fault": fault.finding(number) if fault else None,
        }


def _made(name: str, text: Callable[[], str]) -> Path:
    path = home() / name
    if not path.exists():
        half = path.with_suffix(".half")
        half.write_text(text(), encoding="utf-8")
        half.rename(path)
    return path


def truth(case: Case) -> Truth:
    """Return what is broken in a case."""
    return Truth.read(data(case).with_suffix(".csv"), case.core)


def shapes(case: Case) -> Path:
    """Return the shapes of a case."""
    if not case.core:
        return vocabulary.SHAPES
    return _made("core.ttl", _without_sparql)


def _without_sparql() -> str:
    graph = rdflib.Graph().parse(vocabulary.SHAPES)
    for shape, _, rule in list(graph.triples((None, SH.sparql, None))):
        graph.remove((shape, SH.sparql, rule))
        graph.remove((rule, None, None))
    return graph.serialize(format="turtle")
