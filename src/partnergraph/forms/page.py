"""Reports as one HTML page that needs nothing else: no script, no style sheet, no picture."""

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from partnergraph import names, rooms
from partnergraph.report import ANSWER, Report
from partnergraph.words import word


def page(reports: Sequence[Report], language: str) -> str:
    """Return a whole page."""
    return _render("page.html", reports, language, style=_style())


def part(reports: Sequence[Report], language: str) -> Markup:
    """Return what stands between the header and the footer of a page."""
    # The template has escaped everything that comes from a record.
    return Markup(_render("report.html", reports, language))  # noqa: S704


def _render(template: str, reports: Sequence[Report], language: str, **more: str) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            reports=reports,
            lang=language,
            answer=ANSWER,
            w=lambda key, **parts: word(key, language, **parts),
            **more,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("partnergraph.forms"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = names.shorten
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    environment.filters["value"] = lambda v: names.shorten(v[1:-1]) if v.startswith("<") else v
    return environment


@cache
def _style() -> str:
    return rooms.style().read_text(encoding="utf-8")
