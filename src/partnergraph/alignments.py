"""How our terms relate to those of other vocabularies: SSSOM tables, and Turtle made from them.

``python -m partnergraph.alignments`` writes ``{name}.ttl`` beside each ``{name}.sssom.tsv``. The
Turtle holds axioms, matches and the kind of each outside term; how sure each is, only the table.
"""

import csv
import re
from pathlib import Path
from typing import NamedTuple

import yaml

from partnergraph import rooms
from partnergraph.errors import UnreadableInputError, Where
from partnergraph.names import OWL, RDFS, SKOS

SET = ("curie_map", "mapping_set_id", "mapping_set_version", "mapping_set_title",
       "mapping_set_description", "license", "subject_source", "object_source")  # fmt: skip
COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", "object_label",
           "mapping_justification", "author_label", "subject_type", "object_type",
           "confidence", "comment")  # fmt: skip
KINDS = {
    "owl class": "owl:Class",
    "owl object property": "owl:ObjectProperty",
    "owl data property": "owl:DatatypeProperty",
    "owl named individual": "owl:NamedIndividual",
    "skos concept": "skos:Concept",
}
PREDICATES = {
    "rdfs:subClassOf": ("owl class",),
    "owl:equivalentClass": ("owl class",),
    "rdfs:subPropertyOf": ("owl object property", "owl data property"),
    "skos:exactMatch": ("skos concept",),
    **{f"skos:{near}Match": tuple(KINDS) for near in ("close", "broad", "narrow", "related")},
}
JUSTIFICATION = "semapv:ManualMappingCuration"
_CURIE = re.compile(r"([\w-]+):\w(?:[\w-]*\w)?", re.ASCII)


class Table(NamedTuple):
    """What a table tells of the whole set, its prefixes, and a row for each mapping."""

    told: dict[str, object]
    prefixes: dict[str, str]
    rows: list[dict[str, str]]


def read(table: str, file: str = "") -> Table:
    """Return what an SSSOM table says, or raise an error that names the line at fault."""
    lines = table.splitlines()
    start = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))

    def check(good: object, fault: str, line: int = 1) -> None:
        if not good:
            raise UnreadableInputError(fault, where=Where(file or None, line))

    try:
        told = yaml.safe_load("\n".join(line[1:] for line in lines[:start]))
    except yaml.YAMLError as error:
        raise UnreadableInputError("the # block is not YAML", where=Where(file or None)) from error
    for key in SET:
        check(isinstance(told, dict) and told.get(key), f"no # block above the table has {key}")
    prefixes = told["curie_map"]
    check(isinstance(prefixes, dict), "the curie_map does not map prefixes to IRIs")
    cells = list(csv.reader(lines[start:], delimiter="\t", quoting=csv.QUOTE_NONE))
    check(cells[:1] == [[*COLUMNS]], f"the columns are not {' '.join(COLUMNS)}", start + 1)
    check(cells[1:], "the table has no mapping", start + 1)
    kinds: dict[str, str] = {}
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for line, row in enumerate(cells[1:], start + 2):
        check(len(row) == len(COLUMNS), f"{len(row)} cells, not {len(COLUMNS)}", line)
        for column, cell in zip(COLUMNS[:-1], row, strict=False):
            check(cell.strip(), f"no {column}", line)
            if column.endswith(("_id", "_justification")):
                known = _CURIE.fullmatch(cell) and cell.partition(":")[0] in prefixes
                check(known, f"{column} {cell} has no prefix of the curie_map", line)
        subject, _, predicate, object_, _, why, _, from_, to, sure, comment = row
        check(predicate in PREDICATES, f"{predicate} is none of {', '.join(PREDICATES)}", line)
        check(why == JUSTIFICATION, f"{why} is not {JUSTIFICATION}", line)
        for term, kind in ((subject, from_), (object_, to)):
            check(kind in KINDS, f"“{kind}” is none of {', '.join(KINDS)}", line)
            check(kinds.setdefault(term, kind) == kind, f"{term} is of two kinds", line)
        fits = PREDICATES[predicate]
        check(from_ in fits, f"{predicate} cannot start from an {from_}", line)
        check(from_ == to or len(fits) == len(KINDS), f"{predicate} needs two of one kind", line)
        check(re.fullmatch(r"0\.\d+|1\.0", sure), f"confidence {sure} is not 0.… or 1.0", line)
        check(sure == "1.0" or comment.strip(), "below 1.0 the comment says what differs", line)
        check((subject, object_) not in rows, f"{subject} {object_} stands here twice", line)
        rows[subject, object_] = dict(zip(COLUMNS, row, strict=True))
    return Table(told, prefixes, list(rows.values()))


def turtle(table: str, file: str = "") -> str:
    """Return the axioms and matches of an SSSOM table as Turtle."""
    told, prefixes, rows = read(table, file)
    kinds = {row["object_id"]: KINDS[row["object_type"]] for row in rows}
    for term in [*(row["predicate_id"] for row in rows), *kinds.values()]:
        if term.startswith("skos:"):
            kinds[term] = "owl:Class" if term == "skos:Concept" else "owl:ObjectProperty"
    body = [f"{term} a {kind} ." for term, kind in sorted(kinds.items())]
    body += ["", *(f"{r['subject_id']} {r['predicate_id']} {r['object_id']} ." for r in rows), ""]
    every = {"owl": OWL, "rdfs": RDFS, "skos": SKOS} | prefixes
    used = sorted({word.partition(":")[0] for word in " ".join(body).split() if ":" in word})
    head = [f"@prefix {prefix}: <{every[prefix]}> ." for prefix in used]
    note = f"\n# {told['mapping_set_title']}. Made from the table beside it.\n"
    return "\n".join([*head, note, *body])


def write(folder: Path) -> None:
    """Write the Turtle beside each table of a folder."""
    for path in folder.glob("*.sssom.tsv"):
        made = turtle(path.read_text("utf-8"), path.name)
        path.with_suffix("").with_suffix(".ttl").write_text(made, "utf-8")


if __name__ == "__main__":
    write(rooms.root() / "ontology" / "alignments")
