"""A page of all rules by part, and of what each paragraph of the strategy led to.

Run ``python -m partnergraph.rule_list`` to write ``docs/rules.md`` anew.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF, Graph, URIRef

from partnergraph import load, names, norms, rooms, trace
from partnergraph.norms import Rule
from partnergraph.report import SEVERITIES
from partnergraph.store import Store

_HEAD = """# Rules

Made by `python -m partnergraph.rule_list`. C stands for a paragraph of the cover document and S for
one of the strategy. `partnergraph explain RULE` shows the words of a rule, the two records it is
tried on and what mends a finding; `partnergraph trace PARAGRAPH` shows all that comes from one
paragraph."""
_SEVERITY = {
    "must": "Violation",
    "definition": "Violation",
    "should": "Warning",
    "in-principle": "Warning",
    "may": "Info",
    "example": "Info",
    "information": "Info",
}
_WORDS = {"Violation": "violation", "Warning": "warning", "Info": "information"}
_KINDS = {
    "rule": "a rule",
    "checklist": "a question for people to judge",
    "question": "a question to the graph",
    "reason": "a reason why there is nothing to check",
    "term": "a term of the ontology",
}
_LIST = "one entry of an open list, which has the rule"
_WHY = {
    "C3": "tells how the draft was made",
    "C5.e": "allows tools that do not exist yet",
    "C16": "tells what one partnership did",
    "C17": "tells what one partnership did",
    "C25": "tells of a chance that was looked at",
    "CFN1": "names the instrument of one partnership",
    "S22.b.i": f"{_LIST} S22.b-outcome",
    "S22.b.ii": f"{_LIST} S22.b-outcome",
    "S22.b.iii": f"{_LIST} S22.b-outcome",
    "S22.b.iv": f"{_LIST} S22.b-outcome",
    "S23.b": f"{_LIST} S23-kind",
    "S23.c": f"{_LIST} S23-kind",
    "S25.b": f"{_LIST} S25-value-type",
    "S25.c": f"{_LIST} S25-value-type",
    "S25.d": f"{_LIST} S25-value-type",
    "S25.e": f"{_LIST} S25-value-type",
    "S35.a": "tells of a chance",
    "S35.c": "tells the Secretariat to be prepared, which no record shows",
    "S35.d": "tells of a chance",
    "S46": "no criterion but the way to judge: findings on what a Party leads are information",
    "SFN13": "names aspects of culture and asks for none",
}
"""Why a paragraph about partnerships has no rule of its own, where no fact table says it."""
_ABOUT = {
    "decision": "about a decision, which no partnership record holds",
    "resolution": "about a resolution, which no partnership record holds",
    "document": "about a document, which no partnership record holds",
    "event": "about a meeting, which no partnership record holds",
    "output": "about a result that is already there",
    "policy": "about a policy, which no partnership record holds",
    "scheme": "names a concept or an aim, which rules use and do not ask for by itself",
    "strategy": "about the strategy itself",
    "vocabulary": "about the words of the ontology",
}
_MOST = 5


@dataclass(frozen=True)
class Traced:
    """What a paragraph led to, and why it has no rule if it has none."""

    trace: trace.Trace
    subjects: tuple[str, ...]
    """What the check of the paragraph is about, such as ``partnership record``."""
    kept: str
    """What of the paragraph can be checked, in words."""

    @property
    def kind(self) -> str:
        """The strongest of what it led to, as a key of the table."""
        return next(kind for kind in _KINDS if self.has(kind))

    def has(self, kind: str) -> bool:
        """Say whether it led to something of a kind."""
        return bool(
            {
                "rule": self.trace.rules,
                "checklist": self.trace.checklist,
                "question": self.trace.questions,
                "reason": self.trace.reason,
                "term": self.trace.terms,
            }[kind]
        )

    @property
    def why(self) -> str:
        """Why it has no rule."""
        id_ = self.trace.paragraph
        if self.trace.reason:
            return self.trace.reason
        if id_ in _WHY:
            return _WHY[id_]
        if "whole graph" in self.subjects:
            asked = "" if self.trace.questions else "; no question of ours answers it yet"
            return f"asks about all partnerships together{asked}"
        if self.trace.force == "force:example":
            return "an example, which tells of one partnership and asks nothing of others"
        return next(_ABOUT[subject] for subject in self.subjects if subject in _ABOUT)

    @property
    def instead(self) -> str:
        """What there is in place of a rule."""
        listed = (
            *(f"`{c}`" for c in self.trace.checklist),
            *(f"`query:{q}`" for q in self.trace.questions),
            *(f"`{t}`" for t in self.trace.terms),
        )
        more = [f"{len(listed) - _MOST} more"] if len(listed) > _MOST else []
        facts = [f"facts about {n}"] if (n := len(self.trace.data)) else []
        return ", ".join([*listed[:_MOST], *more, *facts]) or "-"


def page(store: Store) -> str:
    """Return the page in Markdown.

    Args:
        store: our own graphs.
    """
    rules = norms.current().rules
    traced = _traced(store)
    return "\n\n".join([_HEAD, *_counts(rules, traced), *_parts(rules), *_others(rules, traced)])


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        f"| {' | '.join(str(cell).replace('|', '∣') for cell in line)} |" for line in lines
    )


def _counts(rules: dict[str, Rule], traced: list[Traced]) -> list[str]:
    of = Counter(rule.severity for rule in rules.values())
    staged = sum(1 for rule in rules.values() if rule.stages)
    restricted = sum(1 for rule in rules.values() if rule.restricted)
    strongest = Counter(each.kind for each in traced)
    return [
        "## In numbers",
        f"{len(rules)} rules. {staged} of them are expected only at some stages of a partnership’s "
        f"life, {restricted} rest on facts that are often not public.",
        table(("severity", "rules"), [(_WORDS[s], of[s]) for s in SEVERITIES]),
        f"{len(traced)} paragraphs. The last column counts each paragraph once, in the first line "
        "that fits it.",
        table(
            ("the paragraph has", "paragraphs with it", "counted once"),
            [
                (words, sum(1 for each in traced if each.has(kind)), strongest[kind])
                for kind, words in _KINDS.items()
            ],
        ),
    ]


def _parts(rules: dict[str, Rule]) -> Iterable[str]:
    for room in rooms.shapes():
        graph = Graph().parse(data=room.read(), format="turtle")
        mine = sorted(
            str(node).removeprefix(names.RULE)
            for node in graph.subjects(RDF.type, URIRef(names.NS + "Rule"))
        )
        if not mine:
            continue
        title = next(line[2:] for line in room.read().decode().splitlines() if line[:2] == "# ")
        yield f"## {room.path.stem.capitalize()}"
        yield f"{title} ([file](../{room.name}), {len(mine)} rules)"
        yield table(
            ("rule", "name", "severity", "paragraphs", "expected at", "not public"),
            [
                (
                    f"`{rule.id}`",
                    rule.name,
                    _WORDS[rule.severity],
                    ", ".join(rule.paragraphs),
                    ", ".join(s.partition(":")[2] for s in rule.stages),
                    "often" if rule.restricted else "",
                )
                for rule in (rules[id_] for id_ in mine)
            ],
        )


def _others(rules: dict[str, Rule], traced: list[Traced]) -> Iterable[str]:
    forces = {each.trace.paragraph: each.trace.force.partition(":")[2] for each in traced}
    first = {id_: id_.partition("-")[0] for id_ in rules}
    noted = [rule for rule in rules.values() if rule.severity != _SEVERITY[forces[first[rule.id]]]]
    yield "## Severities that are not those of the force"
    yield (
        "“Must” and definitions give a violation, “should” and “in principle” a warning, “may”, "
        f"examples and information an information. For {len(noted)} rules the words about just "
        "this check are weaker or stronger than the paragraph. The note says which words decide."
    )
    yield table(
        ("rule", "force", "severity", "note"),
        [
            (f"`{rule.id}`", forces[first[rule.id]], _WORDS[rule.severity], rule.note)
            for rule in noted
        ],
    )
    without = [each for each in traced if not each.has("rule")]
    yield "## Paragraphs without a rule"
    yield f"{len(without)} of {len(traced)} paragraphs, in the order of the document."
    yield (
        table(
            ("paragraph", "force", "why there is no rule", "what is kept", "in place of a rule"),
            [
                (
                    each.trace.paragraph,
                    each.trace.force.partition(":")[2],
                    each.why.rstrip("."),
                    each.kept.rstrip(".") or "-",
                    each.instead,
                )
                for each in without
            ],
        )
        + "\n"
    )


def _traced(store: Store) -> list[Traced]:
    """Return every paragraph in reading order."""
    told: dict[tuple[str, str], set[str]] = {}
    for row in store.select(
        f"""{names.prologue("pg")}
        SELECT ?p ?key ?text WHERE {{
          {{ ?p pg:checkSubject ?text BIND("subject" AS ?key) }}
          UNION {{ ?p pg:machineCheck ?text BIND("kept" AS ?key) }}
        }}"""
    ):
        paragraph = row["p"].value.removeprefix(names.PARAGRAPH)
        told.setdefault((paragraph, row["key"].value), set()).add(row["text"].value)
    return [
        Traced(
            trace=found,
            subjects=tuple(sorted(told.get((found.paragraph, "subject"), ()))),
            kept=" ".join(sorted(told.get((found.paragraph, "kept"), ()))),
        )
        for found in trace.overview(store)
    ]


if __name__ == "__main__":
    filled = Store.in_memory()
    load.fill(filled)
    Path("docs/rules.md").write_text(page(filled), encoding="utf-8")
