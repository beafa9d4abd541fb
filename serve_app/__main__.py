"""The command line: `python -m serve_app check serve_config.yaml`."""

import argparse
import sys
from collections.abc import Sequence

from serve_app.check import check_file
from serve_app.errors import ConfigError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if all is well, 1 if mistakes were found, 2 if nothing could be checked."""
    parser = argparse.ArgumentParser(prog="python -m serve_app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="find mistakes in Serve config files before they are deployed")
    check.add_argument("files", nargs="+", metavar="FILE")
    parsed = parser.parse_args(arguments)
    status = 0
    for file in parsed.files:
        try:
            mistakes = check_file(file)
        except ConfigError as error:
            print(error, file=sys.stderr)
            return 2
        for mistake in mistakes:
            print(f"{file}: {mistake}")
        print(f"{file}: {len(mistakes) or 'no'} mistake{'' if len(mistakes) == 1 else 's'}")
        status = max(status, int(bool(mistakes)))
    return status


if __name__ == "__main__":
    sys.exit(main())
