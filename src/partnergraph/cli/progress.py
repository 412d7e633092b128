"""How far a long work is, on stderr, and its end at a signal."""

import contextlib
import signal
import sys
import time
from collections.abc import Iterator

import click

_SECONDS = 10.0
"""Between two lines where no terminal shows them in place."""


class Progress:
    """Tells how much is done, and about how long the rest takes."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._stage = ""
        self._begun = self._said = time.monotonic()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell it, unless it was told just now.

        Args:
            stage: what is being done.
            done: how much of it is done.
            total: how much there is.
        """
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._begun, self._said = stage, now, now - _SECONDS
        finished = done >= total
        wait = 0.2 if self._on_terminal else _SECONDS
        if now - self._said < wait and not finished:
            return
        self._said = now
        spent = now - self._begun
        words = f"{stage}: {done / total:.0%}" if total else stage
        if spent and done and not finished:
            words += f", about {_told(spent * (total - done) / done)} left"
        end = "\n" if finished or not self._on_terminal else ""
        click.echo(f"\r\x1b[K{words}{end}" if self._on_terminal else words, err=True, nl=False)
        if not self._on_terminal:
            click.echo(err=True)


def _told(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Have the request to end, as a service manager sends it, clean up like Ctrl-C."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
