"""Spans of the pipeline and of a model's thread, in memory."""

import asyncio
import threading
import time

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from serve_app import tracing
from serve_app.config import AppConfig, RecycleConfig
from serve_app.domain import OcrOptions
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.hosting.model_thread import ModelThread
from serve_app.pipeline.analysis import admit_analysis, analyze
from serve_app.pipeline.text import admit_text, read_text
from serve_app.pipeline.upload import Upload
from serve_app.tracing import Turn, export_otlp, record_call, span
from tests.clients import LocalChart, LocalOcr, build_service
from tests.drawings import draw_page, encode


@pytest.fixture
def spans(monkeypatch):
    """What has been recorded."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


@pytest.fixture
def request_span(spans):
    """A request that is traced, as Serve has it."""
    with trace.get_tracer("serve").start_as_current_span("request") as span:
        yield span


def names(spans):
    return [span.name for span in spans.get_finished_spans()]


@pytest.fixture
def service():
    return build_service(AppConfig(), LocalOcr(FakeOcr()), LocalChart(FakeChart()))


@pytest.mark.usefixtures("request_span")
async def test_the_steps_of_a_request_for_text(spans, service):
    with admit_text(service, 5) as ticket:
        await read_text(service, ticket, await Upload.open(service, encode(draw_page())), OcrOptions())
    assert names(spans) == ["decode", "call ocr", "merge"]


@pytest.mark.usefixtures("request_span")
async def test_the_steps_of_an_analysis(spans, service):
    with admit_analysis(service, 5) as ticket:
        await analyze(service, ticket, await Upload.open(service, encode(draw_page())))
    assert names(spans) == ["decode", "call ocr", "decode", "call chart", "merge"]


async def test_what_is_not_traced_makes_no_trace_of_its_own(spans, service):
    with admit_text(service, 5) as ticket, span("alone"):
        await read_text(service, ticket, await Upload.open(service, encode(draw_page())), OcrOptions())
    assert names(spans) == []


async def test_a_call_waits_and_runs_in_the_trace_of_its_request(spans, request_span):
    model = ModelThread(FakeOcr, call_limit_s=60, recycle=RecycleConfig())
    hold, held = threading.Event(), threading.Event()

    def wait(*_):
        held.set()
        hold.wait(60)

    first = asyncio.create_task(model.call(wait))
    await asyncio.to_thread(held.wait, 10)
    second = asyncio.create_task(model.call(lambda *_: None))
    await asyncio.sleep(0)
    hold.set()
    await asyncio.gather(first, second)
    found = spans.get_finished_spans()
    assert [span.name for span in found] == ["queue", "model"] * 2
    assert {span.parent.span_id for span in found} == {request_span.context.span_id}
    queue, ran = found[2:]
    assert found[0].start_time <= queue.start_time <= found[1].end_time  # the second came while the first one ran
    assert queue.end_time == ran.start_time >= found[1].start_time
    assert dict(ran.attributes) == {"model": FakeOcr().name, "batch_size": 1}


def test_each_input_of_a_batch_is_in_its_own_trace(spans):
    tracer = trace.get_tracer("serve")
    turns = []
    for name in ("one", "two"):
        with tracer.start_as_current_span(name):
            turns.append(Turn(time.monotonic()))
    turns.append(Turn(time.monotonic()))  # of a request that is not traced
    record_call("model", turns, turns[-1].since)
    ran = [span for span in spans.get_finished_spans() if span.name == "model"]
    assert len({span.context.trace_id for span in ran}) == 2
    assert [span.attributes["batch_size"] for span in ran] == [3, 3]


def test_the_exporter_is_a_list_of_processors_as_serve_wants_it():
    [processor] = export_otlp()
    processor.shutdown()
