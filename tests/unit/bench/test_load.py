import asyncio
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from tests.bench.throughput.load import Load, Message, Outcome, generate
from tests.service import free_port

SERVICE_S = 0.1


@contextmanager
def start_single_server():
    """Answers one request at a time, each after SERVICE_S; what the body begins with x is refused."""
    lock = asyncio.Lock()

    async def app(scope, receive, send):
        body = (await receive())["body"]
        async with lock:
            await asyncio.sleep(SERVICE_S)
        status = 503 if body.startswith(b"x") else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b'["%s"]' % body})

    server = uvicorn.Server(uvicorn.Config(app, port=(port := free_port()), lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def run(url, bodies=(b"a", b"b"), **load):
    messages = tuple(Message(body, "text/plain") for body in bodies)
    return generate(Load(url, messages, list, seconds=1.0, **load))


def test_clients_post_again_once_they_are_answered():
    with start_single_server() as url:
        outcome = run(url, clients=2)
    assert outcome.per_second < 1.3 / SERVICE_S
    assert outcome.per_second * outcome.find_latency(0.5) == pytest.approx(2, rel=0.4)  # Little's law, at any speed
    assert outcome.texts == {0: ["a"], 1: ["b"]}
    assert not outcome.failures


def test_arrivals_at_a_rate_wait_for_no_answer_and_the_wait_counts():
    with start_single_server() as url:
        outcome = run(url, rate=3 / SERVICE_S)
    assert len(outcome.ends) > 2 / SERVICE_S
    assert outcome.find_latency(0.99) > 1.0  # a client that waits for its answers would see SERVICE_S


def test_refusals_are_failures_and_no_answers():
    with start_single_server() as url:
        outcome = run(url, bodies=(b"x",))
    assert not outcome.ends
    assert outcome.failures["status 503"] > 0


def test_an_image_that_is_read_in_two_ways_is_a_failure():
    outcome = Outcome()
    for text in ("Total", "Total", "Tota1"):
        outcome.record(0, [text], time.monotonic())
    assert outcome.failures == {"read differently": 1}
