"""The forms that a report takes: text, JSON, SHACL in RDF, HTML, CSV, JUnit; in three languages."""

import json
from collections.abc import Sequence

from partnergraph import names
from partnergraph.forms.localized import localized
from partnergraph.report import Report, as_quads
from partnergraph.store import serialize

MEDIA = {
    "text": "text/plain; charset=utf-8",
    "json": "application/json",
    "turtle": "text/turtle",
    "jsonld": "application/ld+json",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "junit": "application/xml",
}
"""The forms and their media types."""
SCHEMA = names.BASE + "schema/report.json"


def write(
    reports: Sequence[Report],
    form: str,
    language: str = "en",
    *,
    failing: Sequence[str] = ("Violation",),
    styled: bool = False,
) -> bytes:
    """Return reports in one form.

    Args:
        reports: one for each file.
        form: a key of :data:`MEDIA`.
        language: ``en``, ``fr`` or ``es``.
        failing: the severities that count as failures, for JUnit.
        styled: whether a terminal with colours will show the text.
    """
    if form in {"turtle", "jsonld"}:
        quads = [quad for report in reports for quad in as_quads(report)]
        return serialize(quads, form, names.PREFIXES if form == "turtle" else None)
    told = [localized(report, language) for report in reports]
    if form == "json":
        document = {"$schema": SCHEMA, "reports": [report.as_dict() for report in told]}
        return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
    from partnergraph.forms import junit, page, rows, text

    if form == "html":
        return page.page(told, language).encode()
    if form == "csv":
        return rows.rows(told)
    if form == "junit":
        return junit.suites(told, failing)
    return "\n".join(text.text(report, styled=styled) for report in told).encode()


def schema() -> dict[str, object]:
    """Return the JSON Schema of the form ``json``."""
    from pydantic import TypeAdapter

    from partnergraph.report import OUTCOMES, SEVERITIES, STATES

    report = TypeAdapter(Report).json_schema(ref_template="#/$defs/{model}")
    shared = report.pop("$defs")
    for name, field, values in (
        ("Finding", "severity", SEVERITIES),
        ("Criterion", "severity", SEVERITIES),
        ("Criterion", "state", STATES),
        ("Verdict", "outcome", OUTCOMES),
    ):
        shared[name]["properties"][field]["enum"] = list(values)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Reports on partnership records",
        "type": "object",
        "required": ["reports"],
        "properties": {
            "$schema": {"type": "string"},
            "reports": {"type": "array", "items": {"$ref": "#/$defs/Report"}},
        },
        "additionalProperties": False,
        "$defs": {**shared, "Report": report},
    }
