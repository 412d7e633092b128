"""The commands about partnership records: check, explain, compare versions, check again."""

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from partnergraph.cli.progress import Progress, stoppable
from partnergraph.cli.shared import (
    access_to,
    check_size,
    common,
    is_large,
    lang_option,
    read_file,
    store_option,
    write,
    writing,
)
from partnergraph.errors import UnreadableInputError, UsageError, Where

if TYPE_CHECKING:
    from partnergraph.access import Access, Source
    from partnergraph.bulk import Asked
    from partnergraph.report import Engine

_FORMS = ("text", "json", "turtle", "jsonld", "html", "csv", "junit")
_SEVERITIES = ("violation", "warning", "info")


def _norm_options(function: Callable[..., Any]) -> Callable[..., Any]:
    function = click.option(
        "--on",
        type=click.DateTime(("%Y-%m-%d",)),
        help="The day that rules about time take as today.",
    )(function)
    return click.option(
        "--norm",
        "norm_file",
        type=click.Path(path_type=Path),
        help="A version of the strategy that revises ours, in Turtle.",
    )(function)


def _source(file: Path | None) -> "Source | None":
    return (str(file), read_file(file)) if file else None


def _day(on: datetime.datetime | None) -> datetime.date | None:
    return on.date() if on else None


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    default="text",
    show_default=True,
)
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="violation",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--rules", metavar="ID,…", default="", help="Only these rules.")
@click.option(
    "--engine",
    type=click.Choice(("compiled", "pyshacl")),
    default="compiled",
    show_default=True,
    help="What judges: our rules compiled to SPARQL, or pySHACL, which is slower.",
)
@click.option(
    "--bulk",
    is_flag=True,
    help="Judge the files in parts, as large ones always are: findings and verdicts only.",
)
@click.option(
    "--public", is_flag=True, help="Leave out what rests on facts that are not for everybody."
)
@_norm_options
@lang_option
@store_option
@common
def validate(
    files: tuple[Path, ...],
    form: str,
    fail_on: str,
    rules: str,
    engine: "Engine",
    bulk: bool,
    public: bool,
    norm_file: Path | None,
    on: datetime.datetime | None,
    lang: str,
    store: str | None,
    output: Path | None,
) -> int:
    """Check partnership records (Turtle, N-Triples, N-Quads, TriG, RDF/XML, JSON-LD)."""
    from partnergraph import forms, records

    if bulk or any(map(is_large, files)):
        from partnergraph.bulk import Asked

        asked = Asked(
            rules=_listed(rules),
            norm=_source(norm_file),
            on=_day(on),
            engine=engine,
            public=public,
            form=form,
            language=lang,
            failing=_failing(fail_on),
        )
        return _in_parts(files, asked, store, output)
    contents = [(file, read_file(file), records.format_of(file.name)) for file in files]
    chosen = _listed(rules)
    norm = _source(norm_file)
    with access_to(store, "validate") as access:
        reports = [
            access.validate(
                content, format_, str(file), chosen, norm=norm, on=_day(on), engine=engine
            )
            for file, content, format_ in contents
        ]
    if public:
        reports = [found.public() for found in reports]
    failing = _failing(fail_on)
    styled = output is None and sys.stdout.isatty()
    write(forms.write(reports, form, lang, failing=failing, styled=styled), output)
    return int(any(found.fails(failing) for found in reports))


def _listed(rules: str) -> tuple[str, ...]:
    return tuple(rule.strip() for rule in rules.split(",") if rule.strip())


def _failing(fail_on: str) -> tuple[str, ...]:
    from partnergraph.report import SEVERITIES

    return SEVERITIES[: _SEVERITIES.index(fail_on) + 1]


def _in_parts(
    files: tuple[Path, ...], asked: "Asked", store: str | None, output: Path | None
) -> int:
    from partnergraph import records
    from partnergraph.bulk import judge
    from partnergraph.forms.stream import Stream

    Stream(asked.form, asked.language)  # refuses other forms before anything is read
    for file in files:
        check_size(file)
    formats = [(file, records.format_of(file.name)) for file in files]
    with stoppable(), access_to(store, "validate") as access, writing(output) as put:
        return int(judge(access, formats, asked, put, Progress()))


@click.command()
@click.argument("subject", metavar="RULE|RECORD")
@click.argument("detail", metavar="[CRITERION|TARGET]", default="")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
@_norm_options
@lang_option
@store_option
@common
def explain(
    subject: str,
    detail: str,
    form: str,
    norm_file: Path | None,
    on: datetime.datetime | None,
    lang: str,
    store: str | None,
    output: Path | None,
) -> None:
    """Explain a rule; the verdict on a record; one criterion of it; a contribution to an aim.

    RULE is an id such as S22.a-goal. RECORD is a partnership of the graph, such as iccwc, or a
    file. CRITERION is a rule's id, TARGET a goal or target such as sdg:15.7.
    """
    from partnergraph import records
    from partnergraph.forms import explained

    file = Path(subject)
    content, format_ = None, ""
    if file.suffix.lower() in records.SUFFIXES:
        content, format_ = read_file(file), records.format_of(file.name)
    with access_to(store, "explain") as access:
        found = access.explain(
            subject,
            detail,
            lang,
            content=content,
            format_=format_,
            norm=_source(norm_file),
            on=_day(on),
        )
    styled = output is None and sys.stdout.isatty()
    write(explained.write(found, form, styled=styled), output)


@click.command()
@click.argument("norm_file", metavar="NORM.ttl", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
@click.option(
    "--on",
    type=click.DateTime(("%Y-%m-%d",)),
    help="The day that rules about time take as today.",
)
@lang_option
@store_option
@common
def compare(
    norm_file: Path,
    files: tuple[Path, ...],
    form: str,
    on: datetime.datetime | None,
    lang: str,
    store: str | None,
    output: Path | None,
) -> None:
    """Judge records under our version of the strategy and under another one; list what flips.

    Without FILES the partnerships of our own graph are judged.
    """
    from dataclasses import asdict

    from partnergraph import catalogue, comparison, norms, records
    from partnergraph.forms.compared import text

    source = (str(norm_file), read_file(norm_file))
    new = norms.revised(norms.current(), source[1], source[0])
    contents: list[tuple[bytes | None, str, str]] = [
        (read_file(f), records.format_of(f.name), str(f)) for f in files
    ]
    with access_to(store, "compare") as access:
        pairs = [
            (
                access.validate(*of, on=_day(on)),
                access.validate(*of, on=_day(on), norm=source),
            )
            for of in contents or [(None, "", "")]
        ]
    asked = {found.id: tuple(found.paragraphs) for found in catalogue.questions().values()}
    made = comparison.compare(norms.current(), new, pairs, asked)
    if form == "json":
        content = json.dumps(asdict(made), indent=2, ensure_ascii=False) + "\n"
    else:
        content = text(made, lang)
    write(content.encode(), output)


@click.command()
@click.argument("file", metavar="REPORT.json", type=click.Path(path_type=Path))
@click.option(
    "--norm",
    "norm_file",
    type=click.Path(path_type=Path),
    help="The version of the strategy that the report was made under, if not ours.",
)
@store_option
@common
def recheck(file: Path, norm_file: Path | None, store: str | None, output: Path | None) -> int:
    """Make a report of “validate --format json” again and tell what differs, if anything."""
    from partnergraph.comparison import differences

    reports = _reports(file)
    norm = _source(norm_file)
    lines, differs = [], False
    with access_to(store, "recheck") as access:
        for before in reports:
            if not before.evidence:
                raise UsageError(
                    f"the report on {before.file} does not hold the statements it judged",
                    hint="A report made with --public cannot be made again",
                )
            after = _again(access, before, norm)
            found = differences(before, after)
            differs = differs or bool(found)
            lines += [f"{before.file}: {'differs' if found else 'the same'}"]
            lines += [f"  {line}" for line in found]
    write(("\n".join(lines) + "\n").encode(), output)
    return int(differs)


def _reports(file: Path) -> list[Any]:
    from partnergraph.report import Report

    try:
        fields = json.loads(read_file(file))
        found = [Report.from_dict(one) for one in fields["reports"]]
        days = [datetime.date.fromisoformat(one.basis.judged_on) for one in found]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableInputError(
            "the file is not a report of “validate --format json”", where=Where(str(file))
        ) from error
    if not days:
        raise UnreadableInputError("the file holds no report", where=Where(str(file)))
    return found


def _again(access: "Access", before: Any, norm: "Source | None") -> Any:
    return access.validate(
        before.evidence.encode(),
        "nquads",
        before.file,
        before.basis.chosen,
        norm=norm,
        on=datetime.date.fromisoformat(before.basis.judged_on),
        engine=before.basis.engine,
    )
