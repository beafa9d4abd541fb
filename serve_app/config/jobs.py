"""Settings of jobs."""

from typing import Annotated, Literal

from pydantic import Field

from serve_app.config.section import Section


class JobsConfig(Section):
    """Jobs: `POST /v1/jobs`, long work that survives restarts and is read page by page."""

    enabled: bool = True
    """Whether there are jobs; without them no process for them is started."""
    store: Literal["sqlite", "redis"] = "sqlite"
    """`sqlite` keeps the queue in one file, for a service on one machine; `redis` is for several."""
    folder: str | None = None
    """Folder of the SQLite file and of the documents and results. By default `serve-app/jobs` below
    `$XDG_STATE_HOME` or `~/.local/state`."""
    files: str | None = None
    """Where documents and results are kept instead of `folder`: an address for fsspec such as s3://bucket/jobs."""
    url: str | None = None
    """Address of Redis, for example redis://10.0.0.5:6379/0."""
    url_env: str | None = None
    """Environment variable that holds the address of Redis, with its password."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of the OCR replicas' calls that jobs may hold at once, so that requests keep the rest."""
    retain_s: Annotated[float, Field(ge=0)] = 86_400.0
    """Seconds for which an ended job is kept; 0 deletes it once its result has been read."""
    max_waiting: Annotated[int, Field(ge=1)] = 100_000
    """Pages that may wait; further jobs are refused with 429 until there are fewer."""
    deaths: Annotated[int, Field(ge=1)] = 2
    """Workers that may die with a page in hand before it is given up. After the first death it is read alone."""
    webhook_networks: list[str] = []
    """Networks in CIDR notation, for example 10.1.0.0/16, to which webhooks may be posted besides public addresses."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.1
    """CPUs that Ray reserves for one Jobs replica. It bounds placement, not use."""
