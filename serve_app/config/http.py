"""Settings of the ingress: what it lets in, and how it answers."""

from typing import Annotated

from pydantic import Field, model_validator

from serve_app.config.section import MIB, Section


class Limits(Section):
    """How much is admitted at a time, and how large an upload may be. Checked before anything is decoded."""

    max_wait_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """Seconds. A request whose expected wait for a model is longer is refused at once, with 429."""
    max_in_flight: Annotated[int, Field(ge=1)] = 128
    """Number of requests for one model that one ingress replica holds in memory."""
    calls_per_request: Annotated[int, Field(ge=1)] = 2
    """Number of calls that one request may have in flight at a model, so that large requests leave room for others."""
    arriving_mb: Annotated[int, Field(ge=1)] = 256
    """Megabytes of all uploads that are still arriving at one ingress replica, and so are in no queue yet."""
    max_bytes: Annotated[int, Field(ge=1024)] = 5 * MIB
    """Size of an uploaded image, in bytes."""
    max_pixels: Annotated[int, Field(ge=64 * 64)] = 40_000_000
    """Width times height of an uploaded image."""
    max_side: Annotated[int, Field(ge=64)] = 20_000
    """Longer side of an uploaded image, in pixels."""
    max_decode_mb: Annotated[int, Field(ge=1)] = 300
    """Megabytes of memory that decoding one image may take: 7 bytes a pixel for most, 8.5 with transparency, in CMYK or
    with 32 bits, 18 for WEBP and 14 for AVIF."""
    decode_mb: Annotated[int, Field(ge=1)] = 600
    """Megabytes that all images together may take that one ingress replica decodes at the same time; others wait."""


class HttpConfig(Section):
    """The ingress."""

    deadline_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """Seconds after which a request is answered with 504, or with 408 if its upload has not arrived by then. A request
    may ask for less with the header `X-Deadline-S`."""
    quarantine_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    """Seconds for which an image that crashed two replicas is refused with 422."""
    share_identical: bool = False
    """Read an image once that is sent several times at once with the same options: who comes while it is read gets the
    same answer. For clients that send the same page from many places, or again before the first answer has come."""
    cache_mib: Annotated[int, Field(ge=0)] = 0
    """Memory of one ingress replica, in MiB, for the models' answers to images that are sent again with the same
    options and the same API key; 0 keeps nothing. `X-Cache: hit` tells an answer for which no model was asked. Answers
    of a chart model on a server are not kept, nor those for jobs."""
    cache_s: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    """Seconds for which such an answer is kept at most."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.1
    """CPUs that Ray reserves for one ingress replica. It bounds placement, not use."""
    allow_url: bool = False
    """Fetch files from URLs that clients send to `POST /ocr`, `/layout-parsing` or `/mcp`, from public addresses only.
    Off by default: clients choose the address."""
    mcp: bool = True
    """Offer the reading tools to language models at `/mcp`, by the Model Context Protocol."""
    keys_file: str | None = None
    """File of API keys, as `serve-app keys add` writes it, on every node where an ingress replica runs. With keys, each
    request must bring one; without, whoever reaches the port is served."""
    keys_env: str | None = None
    """Environment variable of the ingress that holds what would stand in that file."""
    open: bool = False
    """Serve without keys on an address that other machines reach. Otherwise the application does not start there."""
    cors_origins: tuple[Annotated[str, Field(pattern=r"^(\*|https?://[^\s/?#@]+)$")], ...] = ()
    """Origins, such as https://app.example.org, whose pages browsers let call the service. None by default."""

    @property
    def keyed(self) -> bool:
        """Whether requests must bring a key."""
        return self.keys_file is not None or self.keys_env is not None

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> "HttpConfig":
        if self.keys_file is not None and self.keys_env is not None:
            raise ValueError("http: name keys_file or keys_env, not both")
        if self.open and self.keyed:
            raise ValueError("http: open: true is for a service without keys; leave it out, or the keys")
        return self
