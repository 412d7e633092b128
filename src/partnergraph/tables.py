"""Answers and reports as text for a terminal."""

from collections.abc import Mapping, Sequence

from partnergraph import names

_WIDEST = 60


def cell(binding: Mapping[str, str] | None) -> str:
    """Return one value of SPARQL's JSON as people read it: short names, plain text."""
    if binding is None:
        return ""
    value = binding["value"]
    return names.shorten(value) if binding["type"] == "uri" else value


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Mapping[str, str]]]) -> str:
    """Return rows under their headings, in columns as wide as they need, up to 60 characters."""
    lines = [list(columns), *([_clean(cell(row.get(c))) for c in columns] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    lines.insert(1, ["─" * width for width in widths])
    text = "\n".join(
        "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    count = "none recorded" if not rows else f"{len(rows)} row{'s' if len(rows) > 1 else ''}"
    return f"{text}\n({count})\n"


def _clean(text: str) -> str:
    # Control characters could drive the terminal.
    flat = "".join(c if c.isprintable() else " " for c in text)
    return flat if len(flat) <= _WIDEST else flat[: _WIDEST - 1] + "…"
