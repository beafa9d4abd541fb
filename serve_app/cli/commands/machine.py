"""`up` and `doctor`: this machine."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

GRACE_S = 120.0
"""As long as a request may take by default: `http.deadline_s`."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(doctor)


def up(
    config: Annotated[Path, typer.Argument(metavar="CONFIG")] = Path("serve_config.yaml"),
    haproxy: Annotated[bool, typer.Option(help="The proxy: HAProxy, which comes with Ray, or Serve's own")] = True,
    grace: Annotated[float, typer.Option(min=0, help="Seconds for requests in flight when it is stopped")] = GRACE_S,
) -> int:
    """Check a Serve config, then run it until SIGTERM or Ctrl-C; requests in flight are answered before it stops."""
    import yaml

    from serve_app.cli.check import check_file
    from serve_app.cli.environment import complete
    from serve_app.cli.local_service import find_program
    from serve_app.cli.proxy import SWITCH, choose_proxy
    from serve_app.cli.supervisor import run_until_stopped

    mistakes = check_file(str(config))
    for mistake in mistakes:
        typer.echo(f"{config}: {mistake}", err=True)
    if mistakes:
        return 1
    environment = complete({**os.environ, "RAY_USAGE_STATS_ENABLED": "0"})
    if environment["HOME"] != os.environ.get("HOME"):
        typer.echo(f"HOME is {environment['HOME']}, since this user has none that can be written", err=True)
    if not haproxy:
        environment[SWITCH] = "0"
    options = yaml.safe_load(config.read_text(encoding="utf-8")).get("http_options") or {}
    choice = choose_proxy(environment, options.get("port", 8000))
    for note in [*choice.notes, *([choice.hindrance] if choice.hindrance else [])]:
        typer.echo(note, err=True)
    if choice.hindrance:
        return 1
    return run_until_stopped([find_program("serve"), "run", str(config)], choice.environment, grace)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="JSON, for machines")] = False,
) -> int:
    """Look for what would keep the service from running here, and say what to do. The exit status is 1 if it would."""
    from serve_app.cli.doctor import examine

    findings = list(examine())
    if as_json:
        print(json.dumps([finding.as_json() for finding in findings]))
    else:
        for finding in findings:
            print(finding)
    return int(not all(finding.fine for finding in findings))
