"""The command ``partnergraph``. Results go to stdout, everything else to stderr.

Heavy modules are imported inside the commands that need them, so that the rest stays quick.
"""

import os
import sys

import click

from partnergraph.cli.graph import commands
from partnergraph.cli.records import compare, explain, recheck, validate
from partnergraph.cli.shared import ReaderLeftError, complain
from partnergraph.errors import FaultError, PartnergraphError, UsageError

for command in (validate, explain, compare, recheck):
    commands.add_command(command)


def main() -> None:
    """Run the command line and end with its exit code."""
    debug = "--debug" in sys.argv
    try:
        code = commands.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except PartnergraphError as error:
        complain(error, debug)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        hint = ""
        if isinstance(error, click.UsageError) and error.ctx:
            hint = f"See {error.ctx.command_path} --help"
        complain(UsageError(error.format_message().rstrip("."), hint=hint))
        sys.exit(2)
    except ReaderLeftError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        fault = FaultError(f"{type(error).__name__}: {error}", hint="Run it again with --debug")
        complain(fault, debug)
        sys.exit(3)
