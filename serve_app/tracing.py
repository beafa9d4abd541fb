"""Spans of OpenTelemetry inside those that Serve opens, and the exporter that Serve is told to use.

Serve makes the spans of its proxy, router and replicas, and carries the trace from process to process. The spans here
say what a replica did meanwhile. Where nothing is traced, they cost one look at the context.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context, get_current

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

_tracer = trace.get_tracer("serve_app")


def is_traced() -> bool:
    """Whether the request at hand is one of those that are recorded."""
    return trace.get_current_span().is_recording()


@contextmanager
def span(name: str) -> Iterator[None]:
    """A step of a request that is traced; of others, nothing: a span without a parent would be a trace of its own."""
    if not is_traced():
        yield
        return
    with _tracer.start_as_current_span(name):
        yield


def _find_trace() -> Context | None:
    return get_current() if is_traced() else None


@dataclass(frozen=True, slots=True)
class Turn:
    """An input that waits for a model: since when, and in which trace."""

    since: float
    """By `time.monotonic`, in seconds."""
    context: Context | None = field(default_factory=_find_trace)
    """None where it is not traced."""


def record_call(name: str, turns: Sequence[Turn], started: float) -> None:
    """Record the spans `queue` and `model` of each input of a call that has just ended.

    Args:
        name: of the model.
        turns: the inputs of the call; with more than one of them it was a batch.
        started: when the call began, by `time.monotonic`.
    """
    now, now_ns = time.monotonic(), time.time_ns()

    def at(moment: float) -> int:
        """Nanoseconds since the epoch."""
        return now_ns - round((now - moment) * 1e9)

    for turn in turns:
        if turn.context is None:
            continue
        _tracer.start_span("queue", turn.context, start_time=at(turn.since)).end(at(started))
        attributes: dict[str, str | int] = {"model": name, "batch_size": len(turns)}
        _tracer.start_span("model", turn.context, attributes=attributes, start_time=at(started)).end(now_ns)


def export_otlp() -> list["SpanProcessor"]:
    """Send spans to a collector by OTLP over HTTP, in batches and from a thread of its own.

    Named in `RAY_SERVE_TRACING_EXPORTER_IMPORT_PATH`; `OTEL_EXPORTER_OTLP_ENDPOINT` and the other variables of
    OpenTelemetry's SDK say where to. Needs the extra `tracing`.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return [BatchSpanProcessor(OTLPSpanExporter())]
