"""The command `serve-app`; `serve_app.cli.commands` has a file for each group of commands."""

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.exceptions import TyperException

from serve_app.cli.commands import configs, jobs, keys, machine, read
from serve_app.errors import ConfigError

app = typer.Typer(
    name="serve-app",
    help="Read documents and charts with a running service; start, check and plan one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would print the values of local variables, keys among them
    rich_markup_mode=None,
)
for group in (read, machine, configs):
    group.add_to(app)
app.add_typer(jobs.app, name="jobs")
app.add_typer(keys.app, name="keys")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if all is well, 1 if something went wrong, 2 if nothing could be done.

    Typer makes it 130 for a command that Ctrl-C has ended: 128 and the number of the signal, as shells have it.
    """
    command: Any = typer.main.get_command(app)
    try:
        return int(command.main(args=arguments, prog_name="serve-app", standalone_mode=False) or 0)
    except TyperException as error:
        shown: Any = error
        shown.show()  # typer does not declare it on the class that it exports
    except ConfigError as error:
        print(error, file=sys.stderr)
    except Exception as error:
        if not _is_told(error):
            raise
        print(error, file=sys.stderr)
    return 2


def _is_told(error: Exception) -> bool:
    """Whether an error's message says enough; the client is imported only where there is one."""
    from serve_app.client import ServiceError, ServiceUnreachable

    return isinstance(error, ServiceError | ServiceUnreachable)


def run() -> None:
    """The entry point of the installed command."""
    sys.exit(main())
