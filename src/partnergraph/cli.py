"""The command ``partnergraph``. Results go to stdout, everything else to stderr.

Heavy modules are imported inside the commands that need them, so that the rest stays quick.
"""

import contextlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from partnergraph import __version__
from partnergraph.errors import (
    FaultError,
    PartnergraphError,
    UnreadableInputError,
    UsageError,
    Where,
)

if TYPE_CHECKING:
    from partnergraph.catalogue import Question

_RESULTS = ("table", "csv", "tsv", "json", "xml", "turtle", "ntriples", "jsonld", "rdfxml")
_GRAPHS = ("turtle", "ntriples", "jsonld", "rdfxml")


def main() -> None:
    """Run the command line and end with its exit code."""
    debug = "--debug" in sys.argv
    try:
        code = commands.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except PartnergraphError as error:
        _complain(error, debug)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        hint = ""
        if isinstance(error, click.UsageError) and error.ctx:
            hint = f"See {error.ctx.command_path} --help"
        _complain(UsageError(error.format_message().rstrip("."), hint=hint))
        sys.exit(2)
    except _ReaderLeftError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        fault = FaultError(f"{type(error).__name__}: {error}", hint="Run it again with --debug")
        _complain(fault, debug)
        sys.exit(3)


class _ReaderLeftError(Exception):
    """Whoever reads our output, such as head, had enough.

    Not the system's own error, which click would turn into exit code 1: findings.
    """


def _complain(error: PartnergraphError, debug: bool = False) -> None:
    """Write an error with the same fields as over HTTP."""
    if debug:
        traceback.print_exc()
    fields = error.as_dict()
    where = str(error.where)
    click.echo(f"error: {fields['title']}: {error.detail}", err=True)
    if where:
        click.echo(f"where: {where}", err=True)
    if error.hint:
        click.echo(f"mend:  {error.hint}", err=True)


def _say(message: str) -> None:
    click.echo(message, err=True)


def _store_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--store",
        metavar="PATH-or-URL",
        help="The store: a folder, :memory:, or the URL of a SPARQL service.",
    )(function)


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    function = click.option(
        "--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."
    )(function)
    return click.option(
        "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the result here."
    )(function)


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        try:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise _ReaderLeftError from None
        return
    draft = output.with_name(output.name + ".part")
    try:
        draft.write_bytes(content)
        draft.replace(output)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error


def _read_file(path: Path) -> bytes:
    from partnergraph.settings import MIB, settings

    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableInputError(
            f"the file cannot be read: {error.strerror}", where=Where(str(path))
        ) from error
    most = settings().request_mib * MIB
    if len(content) > most:
        from partnergraph.errors import TooLargeError

        raise TooLargeError(
            f"the file has {len(content):,} bytes and may have {most:,}", where=Where(str(path))
        )
    return content


def _path(store: str | None, command: str) -> Path:
    """Return the folder of the store, or refuse what the command cannot work with."""
    from partnergraph import remote
    from partnergraph.settings import settings

    chosen = store or settings().store
    if remote.is_url(chosen):
        raise UsageError(
            f"“{command}” works on a store of this machine, not on {chosen}",
            hint="“query” can ask a service",
        )
    return Path(chosen)


@contextlib.contextmanager
def _access(store: str | None, command: str) -> Iterator[Any]:
    """Give access to the store, made first where the default one is missing."""
    import tempfile

    from partnergraph.access import opened
    from partnergraph.directory import StoreDirectory
    from partnergraph.settings import settings

    path = _path(store, command)
    with contextlib.ExitStack() as stack:
        one_off = str(path) == ":memory:"
        if one_off:
            # Children cannot see this process's memory, so a one-off store is a folder that goes.
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="partnergraph-")))
        directory = StoreDirectory(path)
        if one_off or (store is None and not directory.exists()):
            from partnergraph import load

            with directory.writing(f"partnergraph {command}"):
                load.ensure(directory, _say)
        yield stack.enter_context(opened(path, settings()))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="partnergraph %(version)s")
def commands() -> None:
    """The draft CITES Partnership Strategy as a graph: load it, ask it, check records by it."""


@commands.command()
@_store_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--read-only", is_flag=True, help="Serve the store as it is, beside a writer or not.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def serve(store: str | None, host: str, port: int, read_only: bool) -> None:
    """Load what is missing, check it, and serve API and pages."""
    from partnergraph import load, server
    from partnergraph.directory import StoreDirectory
    from partnergraph.settings import settings

    begun = time.monotonic()
    listener = server.listen(host, port)
    url = server.address(listener)
    directory = StoreDirectory(_path(store, "serve"))

    def ready() -> None:
        seconds = time.monotonic() - begun
        _say(f"serving {url} (ready after {seconds:.1f} s; stop with Ctrl-C)")

    if read_only:
        directory.current()  # an error where there is none
        server.serve(directory, settings(), listener, ready)
        return
    with directory.writing("partnergraph serve", f"{url}/sparql"):
        changed = load.ensure(directory, _say)
        _say(f"store {directory.path}: {'loaded' if changed else 'up to date'}")
        server.serve(directory, settings(), listener, ready)


@commands.command("load")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_store_option
@click.option("--graph", metavar="IRI", help="The graph to fill; one for each file otherwise.")
@click.option("--replace", is_flag=True, help="Replace a graph that is there already.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def load_(files: tuple[Path, ...], store: str | None, graph: str | None, replace: bool) -> None:
    """Load our own files (no FILES), or RDF files into named graphs, all or nothing."""
    from partnergraph import load, names
    from partnergraph.directory import StoreDirectory

    directory = StoreDirectory(_path(store, "load"))
    if str(directory.path) == ":memory:":
        raise UsageError("a store in memory would be gone at once", hint="Name a folder")
    with directory.writing("partnergraph load"):
        changed = load.ensure(directory, _say)
        if not files:
            _say(f"{directory.path} {'was loaded' if changed else 'is up to date'}")
            return
        for file in files:
            _read_file(file)
        pairs = [(f, names.expand(graph) if graph else load.graph_for(f)) for f in files]
        with directory.commit() as target:
            counts = load.load_files(target, pairs, replace=replace)
    lines = [f"{name}\t{count} statements\n" for name, count in counts.items()]
    _write("".join(lines).encode(), None)


def _lang_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--lang",
        type=click.Choice(("en", "fr", "es")),
        default="en",
        show_default=True,
        help="The language of texts, English where one is missing.",
    )(function)


@commands.command()
@click.argument("name", required=False)
@_lang_option
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def queries(name: str | None, lang: str) -> None:
    """List the questions, or show one."""
    from partnergraph import catalogue, texts

    if name is None:
        lines = [
            f"{found.id:24} {found.competency:5} {texts.title(found.id, lang, found.title).value}"
            for found in catalogue.questions().values()
        ]
    else:
        lines = _shown(catalogue.question(name), lang)
    _write(("\n".join(lines) + "\n").encode(), None)


def _shown(found: "Question", lang: str) -> list[str]:
    """Return the lines that show a question."""
    from partnergraph import texts

    title = texts.title(found.id, lang, found.title).value
    lines = [title, "", texts.description(found.id, lang, found.description).value, ""]
    lines.append(f"id          {found.id} ({found.competency})")
    lines.append(f"paragraphs  {', '.join(found.paragraphs)}")
    lines += [
        f"parameter   {parameter.name}: {parameter.type}. {parameter.description}. "
        f"For example -p {parameter.name}={parameter.example}"
        for parameter in found.parameters.values()
    ]
    lines += [f"column      {column}: {meaning}" for column, meaning in found.columns.items()]
    return [*lines, "", found.query.rstrip()]


@commands.command()
@click.argument("name", metavar="NAME|FILE.rq|-")
@click.option("-p", "--parameter", "values", multiple=True, metavar="name=value")
@click.option("--format", "format_", type=click.Choice(_RESULTS), help="Default: table or turtle.")
@click.option("--raw", is_flag=True, help="Leave cells that look like formulas as they are.")
@_store_option
@_common
def query(
    name: str,
    values: tuple[str, ...],
    format_: str | None,
    raw: bool,
    store: str | None,
    output: Path | None,
) -> None:
    """Ask a question of the catalogue by its name, or any SPARQL query."""
    from partnergraph import remote, sparql
    from partnergraph.settings import settings

    text = _query_text(name, values)
    makes_graph = sparql.form(text) in {"CONSTRUCT", "DESCRIBE"}
    chosen = format_ or ("turtle" if makes_graph else "table")
    if (chosen in _GRAPHS) != makes_graph:
        raise UsageError(
            f"{'a graph' if makes_graph else 'a table'} has no form “{chosen}”",
            hint="Formats: " + ", ".join(_GRAPHS if makes_graph else _RESULTS[:5]),
        )
    wire = "json" if chosen == "table" else chosen
    place = store or settings().store
    if remote.is_url(place):
        content = remote.query(place, text, wire, settings().query_seconds)
    else:
        with _access(store, "query") as access:
            forms = {"graph_format": wire} if makes_graph else {"result_format": wire}
            content = b"".join(access.query(text, raw=raw, **forms))
    if chosen == "table":
        content = _as_table(json.loads(content)).encode()
    _write(content, output)


def _as_table(answer: dict[str, Any]) -> str:
    from partnergraph import tables

    if "boolean" in answer:
        return "yes\n" if answer["boolean"] else "no\n"
    return tables.table(answer["head"]["vars"], answer["results"]["bindings"])


def _query_text(name: str, values: tuple[str, ...]) -> str:
    from partnergraph import catalogue

    if name == "-" or name.endswith(".rq"):
        content = sys.stdin.buffer.read() if name == "-" else _read_file(Path(name))
        if values:
            raise UsageError("only a question of the catalogue has parameters", hint="Leave -p out")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise UnreadableInputError("the query is not UTF-8", where=Where(name)) from error
    pairs = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals:
            raise UsageError(
                f"“{value}” is not name=value", hint="For example: -p partnership=iccwc"
            )
        pairs[key] = text
    return catalogue.question(name).ask(pairs)


@commands.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "turtle", "jsonld")),
    default="text",
    show_default=True,
)
@click.option(
    "--fail-on",
    type=click.Choice(("violation", "warning", "info")),
    default="violation",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--rules", metavar="ID,…", default="", help="Only these rules.")
@_lang_option
@_store_option
@_common
def validate(
    files: tuple[Path, ...],
    format_: str,
    fail_on: str,
    rules: str,
    lang: str,
    store: str | None,
    output: Path | None,
) -> int:
    """Check partnership records (Turtle, N-Triples, N-Quads, TriG, RDF/XML, JSON-LD)."""
    from partnergraph import names, records, report, tables
    from partnergraph.store import serialize

    contents = [(file, _read_file(file), records.format_of(file.name)) for file in files]
    with _access(store, "validate") as access:
        chosen = tuple(rule for rule in rules.split(",") if rule)
        reports = [
            access.validate(content, form, str(file), chosen) for file, content, form in contents
        ]
    if format_ == "text":
        content = "\n".join(tables.report(found, lang) for found in reports).encode()
    elif format_ == "json":
        shown = [found.as_dict() for found in reports]
        content = json.dumps({"reports": shown}, indent=2, ensure_ascii=False).encode() + b"\n"
    else:
        quads = [quad for found in reports for quad in report.as_quads(found)]
        content = serialize(quads, format_, names.PREFIXES if format_ == "turtle" else None)
    _write(content, output)
    order = [severity.lower() for severity in report.SEVERITIES]
    failing = order[: order.index(fail_on) + 1]
    return int(any(found.worst().lower() in failing for found in reports))


@commands.command()
@click.argument("paragraph")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@_store_option
@_common
def trace(paragraph: str, format_: str, store: str | None, output: Path | None) -> None:
    """Show everything that comes from a paragraph, such as S22.a or C8.b."""
    from partnergraph import trace as tracing

    with _access(store, "trace") as access:
        found = tracing.trace(access.store, paragraph)
    if format_ == "json":
        content = json.dumps(found.as_dict(), indent=2, ensure_ascii=False) + "\n"
    else:
        lines = [f"{found.label} ({found.paragraph})", found.summary, ""]
        for title in ("force", "terms", "rules", "questions", "data", "reason"):
            value = getattr(found, title)
            shown = value if isinstance(value, str) else ", ".join(value)
            lines.append(f"{title:10} {shown or '-'}")
        content = "\n".join(lines) + "\n"
    _write(content.encode(), output)


@commands.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(("nquads", "trig", "turtle", "jsonld", "rdfxml", "ntriples")),
    default="nquads",
    show_default=True,
)
@click.option("--graph", metavar="IRI", help="Only this graph.")
@_store_option
@_common
def export(format_: str, graph: str | None, store: str | None, output: Path | None) -> None:
    """Write all graphs, or one, in a stable order."""
    from partnergraph import export as exporting
    from partnergraph import names

    with _access(store, "export") as access:
        chosen = names.expand(graph) if graph else None
        _write(exporting.export(access.store, format_, chosen), output)


@commands.group("store")
def store_() -> None:
    """Look after the store."""


@store_.command()
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@_store_option
@_common
def stats(format_: str, store: str | None, output: Path | None) -> None:
    """Count graphs, statements, things of each class, rules and questions."""
    from partnergraph import stats as counting

    with _access(store, "store stats") as access:
        found = counting.stats(access.store)
    if format_ == "json":
        content = json.dumps(found, indent=2) + "\n"
    else:
        lines = []
        for title, value in found.items():
            if isinstance(value, dict):
                lines.append(f"\n{title}")
                lines += [f"  {name:40} {count:>8,}" for name, count in value.items()]
            else:
                shown = value if isinstance(value, str) else f"{value:,}"
                lines.append(f"{title:42} {shown:>8}")
        content = "\n".join(lines) + "\n"
    _write(content.encode(), output)
