"""`read`: files to text, tables and chart data."""

import json
import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from serve_app.cli.commands.connection import DEFAULT_URL, ApiKey, Url, connect

if TYPE_CHECKING:
    from serve_app.cli.reading.reader import Task
    from serve_app.cli.reading.sources import Source
    from serve_app.client import Client


class Format(StrEnum):
    """What is written; csv and xlsx hold tables only, zip everything."""

    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    ZIP = "zip"


class OcrUse(StrEnum):
    """Whether a page's text layer is read, or its image."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(read)


def read(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, folders and patterns such as '*.pdf'")],
    format: Annotated[
        Format, typer.Option(help="csv and xlsx: tables and charts only; zip: all, with images")
    ] = Format.MARKDOWN,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; without it, one file goes to stdout")
    ] = None,
    url: Url = DEFAULT_URL,
    key: ApiKey = None,
    local: Annotated[
        bool, typer.Option("--local", help="Start a service for this call, and stop it at the end")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="With --local: its Serve config")] = None,
    pages: Annotated[str | None, typer.Option(help="Pages of each document, as 1-5,8,-1")] = None,
    password: Annotated[str | None, typer.Option(envvar="SERVE_APP_PASSWORD", help="Of encrypted PDFs")] = None,
    ocr: Annotated[OcrUse, typer.Option(help="Of pages with a text layer: auto, always or never")] = OcrUse.AUTO,
    language: Annotated[str | None, typer.Option(help="Of the text that OCR reads, if configured: ru")] = None,
    charts: Annotated[bool, typer.Option(help="Read the data of charts")] = True,
    tables: Annotated[bool, typer.Option(help="Read the cells of tables")] = True,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Files in flight at once")] = 4,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON a file, and a last one that counts")
    ] = False,
) -> int:
    """Read documents and images by a running service, or with --local by one that is started for the call.

    What --out holds already from the same bytes and options is not read again. The exit status is 0 if all files were
    read, 1 if some were not, 2 if nothing could be done.
    """
    from serve_app.cli.reading.reader import Task
    from serve_app.cli.reading.sources import find_sources

    options: dict[str, Any] = {
        "pages": pages,
        "password": password,
        "ocr": ocr.value,
        "language": language,
        "charts": charts,
        "tables": tables,
        "figures": "zip" if format is Format.ZIP else None,
    }
    task = Task(format.value, {name: value for name, value in options.items() if value is not None})
    sources = find_sources(paths)
    if out is None and (len(sources) > 1 or as_json or format in (Format.XLSX, Format.ZIP)):
        raise typer.BadParameter("--out: name a folder; only the text of a single file is written to standard output")
    with ExitStack() as stack:
        if local:
            from serve_app.cli.local_service import find_config, run_locally

            typer.echo("Starting a service …", err=True)
            url = stack.enter_context(run_locally(find_config(config)))
        _check_service(url, key, task)
        client = stack.enter_context(connect(url, key))
        if out is None:
            return _print_one(client, sources[0], task)
        out.mkdir(parents=True, exist_ok=True)
        return _read_all(client, sources, task, out, parallel, as_json)


def _check_service(url: str, key: str | None, task: "Task") -> None:
    """End early, in words, where no file could be read."""
    from serve_app.cli.reading.formats import check_format

    with connect(url, key, retries=1) as client:
        check_format(client, task.format)
        client.get("/v1/capacity")  # knows the key


def _print_one(client: "Client", source: "Source", task: "Task") -> int:
    from threading import Event

    from serve_app.cli.progress import show_pages
    from serve_app.cli.reading.reader import Watcher
    from serve_app.cli.reading.reader import read as read_bytes

    with show_pages(source.name, 1) as bar:
        found = read_bytes(client, source.path.read_bytes(), task, Watcher(bar.plan, bar.advance, Event()))
    sys.stdout.buffer.write(found.content)
    if found.missing:
        typer.echo(f"{source.path}: {found.missing}", err=True)
    return int(bool(found.missing))


def _read_all(client: "Client", sources: list["Source"], task: "Task", out: Path, parallel: int, as_json: bool) -> int:
    from serve_app.cli.progress import show_pages
    from serve_app.cli.reading.batch import Batch
    from serve_app.cli.reading.outcome import Summary

    outcomes = []
    with show_pages("Reading", len(sources), quiet=as_json) as bar:
        for outcome in Batch(client, task, out, parallel).run(sources, bar.plan, bar.advance):
            outcomes.append(outcome)
            bar.describe(f"{len(outcomes)} of {len(sources)} files")
            if as_json:
                print(json.dumps(outcome.as_json(), ensure_ascii=False), flush=True)
    summary = Summary.of(outcomes)
    print(json.dumps({"summary": summary.as_json()}) if as_json else summary)
    return summary.exit_status
