"""Where our own files are, in a checkout or in an installed wheel, and which graph each fills."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from partnergraph.errors import FaultError
from partnergraph.names import GRAPH


@dataclass(frozen=True)
class Room:
    """One of our files and the named graph it fills."""

    path: Path
    name: str
    """The path below the rooms, such as ``data/actors.csv``."""

    @property
    def graph(self) -> str:
        """The IRI of the graph: the file's name without its ending, schemes under their folder."""
        kind, *rest = Path(self.name).with_suffix("").parts
        return GRAPH + "/".join(rest if kind == "data" else [kind, *rest])

    def read(self) -> bytes:
        """Return the file's content."""
        return self.path.read_bytes()

    def digest(self) -> str:
        """Return the SHA-256 of the file's content, in hexadecimal."""
        return hashlib.sha256(self.read()).hexdigest()


@cache
def root() -> Path:
    """Return the folder that holds ``ontology/ shapes/ queries/ data/``."""
    installed = Path(__file__).parent / "rooms"
    checkout = Path(__file__).parents[2]
    for folder in (installed, checkout):
        if (folder / "ontology" / "partnergraph.ttl").is_file():
            return folder
    raise FaultError(f"neither {installed} nor {checkout} holds the ontology")


def _files(pattern: str) -> list[Room]:
    paths = sorted(root().glob(pattern))
    if not paths:
        raise FaultError(f"no file matches {pattern} below {root()}")
    return [Room(path, path.relative_to(root()).as_posix()) for path in paths]


def ontology() -> list[Room]:
    """Return the ontology and its concept schemes, without the alignments, which load alone."""
    return _files("ontology/*.ttl") + _files("ontology/schemes/*.ttl")


def texts() -> list[Room]:
    """Return the texts in other languages than English."""
    return _files("ontology/texts/*.csv")


def shapes() -> list[Room]:
    """Return the rules, and the remedies for what they find."""
    return _files("shapes/*.ttl") + _files("shapes/remedies/*.ttl")


def records(rule: str) -> dict[str, Room]:
    """Return the two records of a rule: ``valid``, which meets it, and ``invalid``."""
    return {room.path.stem: room for room in _files(f"shapes/examples/{rule}/*.ttl")}


def data() -> list[Room]:
    """Return the fact tables, without the made-up examples."""
    return _files("data/*.csv")


def style() -> Path:
    """Return the style sheet of the pages."""
    return Path(__file__).parent / "web" / "static" / "style.css"


def queries() -> list[Room]:
    """Return the questions."""
    return _files("queries/*.rq")
