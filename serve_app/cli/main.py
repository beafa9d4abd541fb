"""The command `serve-app`: `serve-app check serve_config.yaml`, `serve-app plan --gpu-memory 24`."""

import argparse
import sys
from collections.abc import Sequence

from serve_app.cli.check import check_file
from serve_app.cli.settings import describe_settings
from serve_app.errors import ConfigError
from serve_app.planning.plan import GIB, make_plan
from serve_app.planning.report import describe


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if all is well, 1 if mistakes were found, 2 if nothing could be done."""
    parsed = _build_parser().parse_args(arguments)
    run = {"plan": _plan, "check": _check, "settings": _settings}[parsed.command]
    try:
        return run(parsed)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="serve-app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="find mistakes in Serve config files before they are deployed")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--gpu-memory", type=_positive, metavar="GIB", help="also tell what does not fit GPUs like this")
    plan = commands.add_parser("plan", help="print the settings for a GPU, and what they take of its memory")
    plan.add_argument("--gpu-memory", type=_positive, metavar="GIB", required=True, help="memory of one GPU")
    plan.add_argument("--model", default="opendatalab/MinerU2.5-Pro-2605-1.2B", help="as in chart.model")
    plan.add_argument("--ocr-replicas", type=int, choices=range(65), metavar="N", help="on each GPU; 0: on the CPU")
    commands.add_parser("settings", help="print the documentation of all settings, in Markdown")
    for command in (check, plan):
        command.add_argument("--gpus", type=int, choices=range(1, 4097), default=1, metavar="N", help="how many, alike")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number of GiB")
    return value


def _check(parsed: argparse.Namespace) -> int:
    status = 0
    for file in parsed.files:
        mistakes = check_file(file, int(parsed.gpu_memory * GIB) if parsed.gpu_memory else None, parsed.gpus)
        for mistake in mistakes:
            print(f"{file}: {mistake}")
        print(f"{file}: {len(mistakes) or 'no'} mistake{'' if len(mistakes) == 1 else 's'}")
        status = max(status, int(bool(mistakes)))
    return status


def _plan(parsed: argparse.Namespace) -> int:
    print(describe(make_plan(parsed.model, int(parsed.gpu_memory * GIB), parsed.gpus, parsed.ocr_replicas)))
    return 0


def _settings(_: argparse.Namespace) -> int:
    print(describe_settings(), end="")
    return 0
