"""The commands that look after the graph and ask it."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from partnergraph import __version__
from partnergraph.cli.shared import (
    access_to,
    common,
    lang_option,
    path_of,
    read_file,
    say,
    store_option,
    write,
)
from partnergraph.errors import UnreadableInputError, UsageError, Where

if TYPE_CHECKING:
    from partnergraph.catalogue import Question

_RESULTS = ("table", "csv", "tsv", "json", "xml", "turtle", "ntriples", "jsonld", "rdfxml")
_GRAPHS = ("turtle", "ntriples", "jsonld", "rdfxml")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="partnergraph %(version)s")
def commands() -> None:
    """The draft CITES Partnership Strategy as a graph: load it, ask it, check records by it."""


@commands.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--read-only", is_flag=True, help="Serve the store as it is, beside a writer or not.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def serve(store: str | None, host: str, port: int, read_only: bool) -> None:
    """Load what is missing, check it, and serve API and pages."""
    from partnergraph import load, scratch, server
    from partnergraph.directory import StoreDirectory
    from partnergraph.settings import settings

    begun = time.monotonic()
    listener = server.listen(host, port)
    url = server.address(listener)
    directory = StoreDirectory(path_of(store, "serve"))

    def ready() -> None:
        seconds = time.monotonic() - begun
        say(f"serving {url} (ready after {seconds:.1f} s; stop with Ctrl-C)")

    if read_only:
        directory.current()  # an error where there is none
        server.serve(directory, settings(), listener, ready)
        return
    with directory.writing("partnergraph serve", f"{url}/sparql"):
        if settings().scratch:
            scratch.ensure(directory)
            say(f"store {directory.path}: scratch, without our graphs")
        else:
            changed = load.ensure(directory, say)
            say(f"store {directory.path}: {'loaded' if changed else 'up to date'}")
        server.serve(directory, settings(), listener, ready)


@commands.command()
@click.argument("label")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def token(label: str) -> None:
    """Make a token for somebody who may write over HTTP; LABEL says whose it is."""
    from partnergraph.tokens import new_token

    made, digest = new_token()
    write(f"{made}\n".encode(), None)
    say("Give the line above to whoever may write; it is shown this once. For partnergraph.toml:")
    say(f"[write_tokens]\n{json.dumps(label)} = {json.dumps(digest)}")


@commands.command("load")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@store_option
@click.option("--graph", metavar="IRI", help="The graph to fill; one for each file otherwise.")
@click.option("--replace", is_flag=True, help="Replace a graph that is there already.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def load_(files: tuple[Path, ...], store: str | None, graph: str | None, replace: bool) -> None:
    """Load our own files (no FILES), or RDF files into named graphs, all or nothing."""
    from partnergraph import load, names
    from partnergraph.directory import StoreDirectory

    directory = StoreDirectory(path_of(store, "load"))
    if str(directory.path) == ":memory:":
        raise UsageError("a store in memory would be gone at once", hint="Name a folder")
    with directory.writing("partnergraph load"):
        changed = load.ensure(directory, say)
        if not files:
            say(f"{directory.path} {'was loaded' if changed else 'is up to date'}")
            return
        for file in files:
            read_file(file)
        pairs = [(f, names.expand(graph) if graph else load.graph_for(f)) for f in files]
        with directory.commit() as target:
            counts = load.load_files(target, pairs, replace=replace)
    lines = [f"{name}\t{count} statements\n" for name, count in counts.items()]
    write("".join(lines).encode(), None)


@commands.command()
@click.argument("name", required=False)
@lang_option
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
    write(("\n".join(lines) + "\n").encode(), None)


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
@store_option
@common
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
        with access_to(store, "query") as access:
            forms = {"graph_format": wire} if makes_graph else {"result_format": wire}
            content = b"".join(access.query(text, raw=raw, **forms))
    if chosen == "table":
        content = _as_table(json.loads(content)).encode()
    write(content, output)


def _as_table(answer: dict[str, Any]) -> str:
    from partnergraph import tables

    if "boolean" in answer:
        return "yes\n" if answer["boolean"] else "no\n"
    return tables.table(answer["head"]["vars"], answer["results"]["bindings"])


def _query_text(name: str, values: tuple[str, ...]) -> str:
    from partnergraph import catalogue

    if name == "-" or name.endswith(".rq"):
        content = sys.stdin.buffer.read() if name == "-" else read_file(Path(name))
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
@click.argument("paragraph")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@store_option
@common
def trace(paragraph: str, format_: str, store: str | None, output: Path | None) -> None:
    """Show everything that comes from a paragraph, such as S22.a or C8.b."""
    from partnergraph import trace as tracing

    with access_to(store, "trace") as access:
        found = tracing.trace(access.store, paragraph)
    if format_ == "json":
        content = json.dumps(found.as_dict(), indent=2, ensure_ascii=False) + "\n"
    else:
        lines = [f"{found.label} ({found.paragraph})", found.summary, ""]
        for title in ("force", "terms", "rules", "questions", "checklist", "data", "reason"):
            value = getattr(found, title)
            shown = value if isinstance(value, str) else ", ".join(value)
            lines.append(f"{title:10} {shown or '-'}")
        content = "\n".join(lines) + "\n"
    write(content.encode(), output)


@commands.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(("nquads", "trig", "turtle", "jsonld", "rdfxml", "ntriples")),
    default="nquads",
    show_default=True,
)
@click.option("--graph", metavar="IRI", help="Only this graph.")
@store_option
@common
def export(format_: str, graph: str | None, store: str | None, output: Path | None) -> None:
    """Write all graphs, or one, in a stable order."""
    from partnergraph import export as exporting
    from partnergraph import names

    with access_to(store, "export") as access:
        chosen = names.expand(graph) if graph else None
        write(exporting.export(access.store, format_, chosen), output)


@commands.group("store")
def store_() -> None:
    """Look after the store."""


@store_.command()
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text")
@store_option
@common
def stats(format_: str, store: str | None, output: Path | None) -> None:
    """Count graphs, statements, things of each class, rules and questions."""
    from partnergraph import stats as counting

    with access_to(store, "store stats") as access:
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
    write(content.encode(), output)
