"""What all commands share: options, access to the store, output, errors."""

import contextlib
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from partnergraph.errors import PartnergraphError, UnreadableInputError, UsageError, Where


class ReaderLeftError(Exception):
    """Whoever reads our output, such as head, had enough.

    Not the system's own error, which click would turn into exit code 1: findings.
    """


def complain(error: PartnergraphError, debug: bool = False) -> None:
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


def say(message: str) -> None:
    """Write a message to stderr."""
    click.echo(message, err=True)


def store_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--store``."""
    return click.option(
        "--store",
        metavar="PATH-or-URL",
        help="The store: a folder, :memory:, or the URL of a SPARQL service.",
    )(function)


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--output`` and ``--debug``."""
    function = click.option(
        "--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."
    )(function)
    return click.option(
        "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the result here."
    )(function)


def lang_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option ``--lang``."""
    return click.option(
        "--lang",
        type=click.Choice(("en", "fr", "es")),
        default="en",
        show_default=True,
        help="The language of texts, English where one is missing.",
    )(function)


def write(content: bytes, output: Path | None) -> None:
    """Write a result to a file, whole or not at all, or to stdout."""
    with writing(output) as put:
        put(content)


@contextlib.contextmanager
def writing(output: Path | None) -> Iterator[Callable[[bytes], None]]:
    """Give a way to write a result piece by piece; a file is there when the last is written."""
    if output is None:
        yield _to_stdout
        return
    draft = output.with_name(output.name + ".part")

    def refused(error: OSError) -> UsageError:
        return UsageError(f"{output} cannot be written: {error.strerror}")

    try:
        file = draft.open("wb")
    except OSError as error:
        raise refused(error) from error

    def put(content: bytes) -> None:
        try:
            file.write(content)
        except OSError as error:
            raise refused(error) from error

    try:
        with file:
            yield put
        draft.replace(output)
    except OSError as error:
        raise refused(error) from error
    finally:
        draft.unlink(missing_ok=True)


def _to_stdout(content: bytes) -> None:
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise ReaderLeftError from None


def is_large(path: Path) -> bool:
    """Say whether a file is larger than a request may be, so that it is judged in parts."""
    from partnergraph.settings import MIB, settings

    return path.is_file() and path.stat().st_size > settings().request_mib * MIB


def check_size(path: Path) -> None:
    """Refuse a file that is not there, or larger than a file may be that is judged in parts."""
    from partnergraph.settings import MIB, settings

    try:
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as error:
        raise UnreadableInputError(
            f"the file cannot be read: {error.strerror}", where=Where(str(path))
        ) from error
    _refuse_larger(path, size, settings().bulk_mib * MIB)


def _refuse_larger(path: Path, size: int, most: int) -> None:
    from partnergraph.errors import TooLargeError

    if size > most:
        raise TooLargeError(
            f"the file has {size:,} bytes and may have {most:,}", where=Where(str(path))
        )


def read_file(path: Path) -> bytes:
    """Return the bytes of a file, refused where it is larger than a request may be."""
    from partnergraph.settings import MIB, settings

    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableInputError(
            f"the file cannot be read: {error.strerror}", where=Where(str(path))
        ) from error
    _refuse_larger(path, len(content), settings().request_mib * MIB)
    return content


def path_of(store: str | None, command: str) -> Path:
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
def access_to(store: str | None, command: str) -> Iterator[Any]:
    """Give access to the store, made first where the default one is missing."""
    import tempfile

    from partnergraph.access import opened
    from partnergraph.directory import StoreDirectory
    from partnergraph.settings import settings

    path = path_of(store, command)
    with contextlib.ExitStack() as stack:
        one_off = str(path) == ":memory:"
        if one_off:
            # Children cannot see this process's memory, so a one-off store is a folder that goes.
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="partnergraph-")))
        directory = StoreDirectory(path)
        if one_off or (store is None and not directory.exists()):
            from partnergraph import load

            with directory.writing(f"partnergraph {command}"):
                load.ensure(directory, say)
        yield stack.enter_context(opened(path, settings()))
