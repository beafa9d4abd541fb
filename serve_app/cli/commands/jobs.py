"""`jobs`: long work, by its id."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from serve_app.cli.commands.connection import DEFAULT_URL, ApiKey, Url, connect

if TYPE_CHECKING:
    from serve_app.client import Client

app = typer.Typer(help="Jobs: submit, watch, cancel, list.", no_args_is_help=True)

JobId = Annotated[str, typer.Argument(metavar="JOB")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, for machines")]


@app.command()
def submit(
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    url: Url = DEFAULT_URL,
    key: ApiKey = None,
    pages: Annotated[str | None, typer.Option(help="As 1-5,8,-1")] = None,
    password: Annotated[str | None, typer.Option(envvar="SERVE_APP_PASSWORD", help="Of an encrypted PDF")] = None,
    language: Annotated[str | None, typer.Option(help="Of the text that OCR reads, if configured: ru")] = None,
    images: Annotated[bool, typer.Option("--images", help="Keep the images of figures, for the result")] = False,
    idempotency_key: Annotated[str | None, typer.Option(help="The same key gives the same job")] = None,
    follow: Annotated[bool, typer.Option("--watch", help="Then watch it, as `jobs watch` does")] = False,
) -> int:
    """Hand in a document, and print the id of its job."""
    with connect(url, key) as client:
        job = client.submit(
            path,
            idempotency_key=idempotency_key,
            pages=pages,
            password=password,
            language=language,
            figures="zip" if images else None,
        )
        print(job["id"], flush=True)
        return _follow(client, job["id"]) if follow else 0


@app.command()
def watch(
    job_id: JobId,
    url: Url = DEFAULT_URL,
    key: ApiKey = None,
    out: Annotated[Path | None, typer.Option(help="File for the result, once the job has ended")] = None,
    format: Annotated[
        str, typer.Option(help="Of the result: json, markdown, html, text, csv, xlsx or zip")
    ] = "markdown",
) -> int:
    """Show a job's progress until it has ended. The exit status is 0 if it is done, 1 if a page or all of it failed."""
    with connect(url, key) as client:
        status = _follow(client, job_id)
        if out is not None:
            out.write_bytes(client.get_result(job_id, format))
        return status


@app.command()
def cancel(job_id: JobId, url: Url = DEFAULT_URL, key: ApiKey = None) -> int:
    """Cancel a job; one that has ended is deleted."""
    with connect(url, key) as client:
        print(_describe(client.cancel_job(job_id)))
    return 0


@app.command("list")
def list_all(url: Url = DEFAULT_URL, key: ApiKey = None, as_json: AsJson = False) -> int:
    """List your jobs, newest first."""
    with connect(url, key) as client:
        jobs = client.list_jobs()
    if as_json:
        print(json.dumps(jobs))
    else:
        for job in jobs:
            print(_describe(job))
    return 0


def _follow(client: "Client", job_id: str) -> int:
    from serve_app.cli.progress import show_pages

    job = client.get_job(job_id)
    with show_pages(job_id, job["pages"]["total"] or 1) as bar:
        planned = job["pages"]["total"] is not None
        for event in client.watch(job_id, content=False):
            if event.kind == "planned" and not planned:
                bar.plan(event.data["pages"] - 1)
            elif event.kind == "page":
                bar.advance(1)
    job = client.get_job(job_id)
    typer.echo(_describe(job), err=True)
    return int(job["state"] != "done")


def _describe(job: dict[str, Any]) -> str:
    pages = job["pages"]
    made = datetime.fromtimestamp(job["created_at"]).astimezone().isoformat(" ", "seconds")
    parts = [job["id"], made, job["state"], f"{pages['done']} of {pages['total'] or '?'} pages"]
    if pages["failed"]:
        parts.append(f"{pages['failed']} failed")
    if job["failure"]:
        parts.append(job["failure"]["message"])
    return "\t".join(parts)
