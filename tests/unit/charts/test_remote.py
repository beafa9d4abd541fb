import asyncio
import logging
import math
import pickle
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.responses import Response

from serve_app.charts import chat_completions
from serve_app.charts.chat_completions import TokenLogprob
from serve_app.charts.remote import OpenAiChart, align_confidence
from serve_app.config import ChartConfig, RemoteConfig
from serve_app.domain import ChartKind
from serve_app.errors import Busy, ConfigError, ModelFailed, ModelUnavailable
from tests.drawings import draw_chart, encode
from tests.openai_server import ANSWER, MODEL, Drop, Hang, OpenAiServer, completion, refusal

CHART = encode(draw_chart())
KEY = "sk-very-secret"


@pytest.fixture(scope="module")
def running():
    with OpenAiServer().run() as server:
        yield server


@pytest.fixture
def server(running):
    running.reset()
    return running


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(chat_completions, "BACKOFF_S", 0.01)


def build(url, model=MODEL, *, profile="auto", max_new_tokens=None, **remote):
    remote = RemoteConfig(url=url, **remote)
    return OpenAiChart(ChartConfig(model=model, profile=profile, max_new_tokens=max_new_tokens, remote=remote), remote)


async def read(url, image=CHART, **settings):
    engine = build(url, **settings)
    try:
        return await engine.read(image)
    finally:
        await engine.close()


async def test_the_table_of_a_chart(server):
    reading = await read(server.url)
    assert reading.model == "MinerU2.5-Pro-2605-1.2B"
    assert (reading.raw, reading.truncated) == (ANSWER, False)
    assert reading.table.kind is ChartKind.BAR
    assert reading.table.title.text == "Fruit sold"
    assert [[cell.text for cell in row] for row in reading.table.rows] == [["Apples", "42"], ["Pears", "17"]]
    assert (reading.resolution.width, reading.resolution.height) == draw_chart().size


async def test_the_server_is_asked_as_the_profile_says(server):
    await read(server.url, max_new_tokens=99)
    [body] = server.requests
    system, user = body.pop("messages")
    assert system == {"role": "system", "content": "You are a helpful assistant."}
    assert [part["type"] for part in user["content"]] == ["image_url", "text"]
    assert user["content"][1]["text"] == "\nImage Analysis:"
    assert body == {
        "model": MODEL,
        "temperature": 0,
        "max_tokens": 99,
        "presence_penalty": 1.0,
        "frequency_penalty": 0.05,
        "logprobs": True,
        "skip_special_tokens": False,
        "vllm_xargs": {"no_repeat_ngram_size": 100},
    }


async def test_a_generic_model_is_asked_for_markdown():
    server = OpenAiServer("Qwen/Qwen3-VL-4B-Instruct")
    server.script.append(completion("| | A |\n|---|---|\n| x | 1 |"))
    with server.run():
        reading = await read(server.url, model=server.model)
    assert reading.table.rows[0][1].text == "1"
    [body] = server.requests
    assert "vllm_xargs" not in body
    assert "Markdown" in body["messages"][0]["content"][1]["text"]


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "BMP"])
async def test_every_format_is_sent_as_png(server, image_format):
    await read(server.url, encode(draw_chart(), image_format))
    assert server.images[0].size == draw_chart().size
    if image_format == "PNG":
        assert server.images[0].tobytes() == draw_chart().tobytes()


async def test_the_image_is_bounded_by_the_profile(server):
    reading = await read(server.url, encode(Image.new("RGB", (3000, 2000), "white")))
    assert server.images[0].size == (reading.resolution.width, reading.resolution.height)
    assert reading.resolution.width * reading.resolution.height <= 1280 * 28 * 28


async def test_an_answer_that_stopped_at_the_limit_is_truncated(server):
    server.script.append(completion(ANSWER[:-20], finish_reason="length"))
    reading = await read(server.url)
    assert reading.truncated
    assert reading.table.rows[0][1].text == "42"


@pytest.mark.parametrize("text", [None, ""])
async def test_an_empty_answer_is_an_empty_table(server, text):
    server.script.append(completion(text))
    assert (await read(server.url)).table.rows == ()


async def test_confidences_are_the_probabilities_of_the_tokens(server):
    head, tail = ANSWER.split("42")
    server.script.append(completion(ANSWER, [(head, 0.9), ("4", 0.8), ("2", 0.5), (tail, 0.95), ("<|im_end|>", 0.1)]))
    reading = await read(server.url)
    apples, pears = reading.table.rows
    assert [cell.confidence for cell in (*apples, *pears)] == pytest.approx([0.9, 0.5, 0.95, 0.95])


async def test_without_logprobs_the_confidence_is_that_of_the_parser(server):
    reading = await read(server.url)
    assert reading.table.rows[0][1].confidence == 1


@pytest.mark.parametrize("fault", [refusal(429), refusal(500), refusal(503), Drop()], ids=["429", "500", "503", "drop"])
async def test_a_retry_heals_what_passes(server, fault):
    server.script += [fault, fault]
    reading = await read(server.url)
    assert reading.raw == ANSWER
    assert len(server.requests) == 3


async def test_retries_are_bounded(server):
    server.script += [refusal(503)] * 9
    with pytest.raises(ModelUnavailable, match="503"):
        await read(server.url, retries=2)
    assert len(server.requests) == 3


@pytest.fixture
def pauses(monkeypatch):
    """The pauses between tries; none is made. Only the module under test is given this clock."""
    made = []

    async def sleep(seconds):
        made.append(seconds)

    names = ("timeout", "timeout_at", "get_running_loop")
    clock = SimpleNamespace(sleep=sleep, **{name: getattr(asyncio, name) for name in names})
    monkeypatch.setattr(chat_completions, "asyncio", clock)
    return made


@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_waited_for(server, pauses, as_date):
    wait = format_datetime(datetime.now(UTC) + timedelta(seconds=21), usegmt=True) if as_date else "20"
    server.script.append(refusal(429, retry_after=wait))
    await read(server.url)
    assert pauses == [pytest.approx(20, abs=1.1)]
    assert len(server.requests) == 2


async def test_pauses_grow_and_each_is_drawn_anew(server, pauses, monkeypatch):
    bounds = []

    def draw(low, high):
        bounds.append((low, high))
        return high

    monkeypatch.setattr(chat_completions.random, "uniform", draw)
    monkeypatch.setattr(chat_completions, "BACKOFF_S", 0.5)
    server.script += [refusal(503)] * 6
    await read(server.url, retries=6)
    assert bounds == [(0, 1.0), (0, 2.0), (0, 4.0), (0, 8.0), (0, 8.0), (0, 8.0)]
    assert pauses == [high for _, high in bounds]


@pytest.mark.parametrize("wait", ["soon", "-1", "1e9", "nan", "9" * 400, ""])
async def test_an_odd_retry_after_does_no_harm(server, wait):
    server.script.append(refusal(429, retry_after=wait))
    with_time = {"timeout_s": 5.0}
    if wait.startswith("9"):
        with pytest.raises(Busy):
            await read(server.url, **with_time)
    else:
        await read(server.url, **with_time)


async def test_a_retry_that_would_come_too_late_is_not_waited_for(server, pauses):
    server.script.append(refusal(429, retry_after="30"))
    with pytest.raises(Busy) as caught:
        await read(server.url, timeout_s=29)
    assert pauses == []
    assert caught.value.retry_after == 30
    assert pickle.loads(pickle.dumps(caught.value)).retry_after == 30  # it travels from the replica to the ingress


async def test_a_server_that_stays_busy(server):
    server.script += [refusal(429)] * 9
    with pytest.raises(Busy) as caught:
        await read(server.url)
    assert caught.value.retry_after == 1
    assert len(server.requests) == 4


async def test_a_server_that_is_away(pauses):
    with pytest.raises(ModelUnavailable, match="ConnectError"):
        await read(OpenAiServer().url, retries=2)
    assert len(pauses) == 2


async def test_a_server_that_hangs_is_given_up(server):
    server.script.append(Hang(600))
    with pytest.raises(ModelUnavailable, match=r"within 0\.5 seconds"):
        await read(server.url, timeout_s=0.5)
    assert len(server.requests) == 1
    await wait_until(lambda: server.hung_up == 1)


async def test_a_cancelled_call_closes_its_connection(server):
    server.script.append(Hang(30))
    engine = build(server.url)
    call = asyncio.create_task(engine.read(CHART))
    await wait_until(lambda: server.running == 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await wait_until(lambda: server.hung_up == 1)
    assert (await engine.read(CHART)).raw == ANSWER
    await engine.close()


async def test_calls_run_at_once(server):
    server.script += [Hang(0.5)] * 8
    engine = build(server.url)
    readings = await asyncio.gather(*(engine.read(CHART) for _ in range(8)))
    assert [reading.raw for reading in readings] == [ANSWER] * 8
    assert server.most_running == 8
    await engine.close()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (refusal(400, "The prompt is too long"), "400: The prompt is too long"),
        (Response("<html>Not here</html>", 404), "404: <html>Not here</html>"),
        (Response("moved", 301, {"location": "/"}), "301"),
        (Response("x" * 5000, 422), r"422: x{300}$"),
        (Response("{", media_type="application/json"), "not a chat completion"),
        (Response('{"choices": []}', media_type="application/json"), "not a chat completion"),
        (completion(finish_reason="abort"), "abort"),
    ],
)
async def test_what_no_retry_heals_is_not_repeated(server, answer, message):
    server.script.append(answer)
    with pytest.raises(ModelFailed, match=message):
        await read(server.url)
    assert len(server.requests) == 1


async def test_an_error_that_every_retry_meets_is_the_models(server):
    server.script += [refusal(500, "cannot be read")] * 9
    with pytest.raises(ModelFailed, match="500: cannot be read"):
        await read(server.url)


async def test_another_model_is_refused(server):
    with pytest.raises(ModelFailed, match="does not exist"):
        await read(server.url, model="MinerU2.5-2509-1.2B")


async def test_the_key_is_sent_and_never_shown(monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    with OpenAiServer(api_key=KEY).run() as server:
        monkeypatch.setenv("CHART_KEY", KEY)
        assert (await read(server.url, api_key_env="CHART_KEY")).raw == ANSWER
        monkeypatch.setenv("CHART_KEY", wrong := KEY + "-wrong")
        with pytest.raises(ModelFailed, match=r"401: Unauthorized: Bearer \*\*\*") as caught:
            await read(server.url, api_key_env="CHART_KEY")
        engine = build(server.url, api_key_env="CHART_KEY")
        with pytest.raises(ModelUnavailable, match="401"):
            await engine.check()
        await engine.close()
    assert wrong not in str(caught.value) + caplog.text
    assert KEY not in str(caught.value) + caplog.text


async def test_the_check_finds_the_model(server):
    engine = build(server.url + "/v1")  # as OpenAI's own clients are given it
    await engine.check()
    await engine.close()


async def test_the_check_tells_what_is_wrong(server, monkeypatch):
    engine = build(server.url, model="MinerU2.5-2509-1.2B")
    with pytest.raises(ModelUnavailable, match=f"serves {MODEL}, not MinerU2.5-2509"):
        await engine.check()
    await engine.close()
    engine = build(OpenAiServer().url)
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        await engine.check()
    await engine.close()


async def test_the_check_does_not_wait_for_a_server_that_hangs(monkeypatch):
    monkeypatch.setattr(chat_completions, "CHECK_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, and says nothing
        engine = build(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ModelUnavailable, match=r"within 0\.3 seconds"):
            await engine.check()
        await engine.close()


def test_mistakes_of_the_config(monkeypatch):
    monkeypatch.delenv("CHART_KEY", raising=False)
    with pytest.raises(ConfigError, match="CHART_KEY is not set"):
        build("http://127.0.0.1:1", api_key_env="CHART_KEY")
    with pytest.raises(ConfigError, match="cannot run chart-graph"):
        build("http://127.0.0.1:1", profile="chart-graph")
    for url in ("127.0.0.1:8000", "ftp://host", "http://user:password@host", "http://"):
        with pytest.raises(ValueError, match="url"):
            RemoteConfig(url=url)
    with pytest.raises(ValueError, match="name the model"):
        ChartConfig(remote=RemoteConfig(url="http://host"))


def token(text, probability, exact=True):
    return TokenLogprob(token=text, logprob=math.log(probability), bytes=list(text.encode()) if exact else None)


characters = st.characters(codec="utf-8", exclude_characters="\ufffd")
pieces = st.lists(st.tuples(st.text(characters, min_size=1, max_size=4), st.floats(0.01, 1)), max_size=20)


@given(pieces, st.booleans())
def test_tokens_that_make_up_the_text_give_each_character_its_probability(tokens, exact):
    text = "".join(piece for piece, _ in tokens)
    found = align_confidence(text, [token(piece, probability, exact) for piece, probability in tokens])
    assert found == pytest.approx([probability for piece, probability in tokens for _ in piece])


@given(st.text(max_size=30), pieces)
def test_any_tokens_give_each_character_a_probability(text, tokens):
    found = align_confidence(text, [token(piece, probability) for piece, probability in tokens])
    assert len(found) == len(text)
    assert all(0 <= value <= 1 for value in found)


def test_parts_of_a_character_and_special_tokens():
    parts = "é".encode()
    tokens = [
        token("<|begin|>", 0.2),
        token("Caf", 0.9),
        TokenLogprob(token="\ufffd", logprob=-0.1, bytes=[parts[0]]),
        TokenLogprob(token="\ufffd", logprob=-1.0, bytes=[parts[1]]),
        token("!", 0.8),
        token("<|im_end|>", 0.1),
    ]
    assert align_confidence("Café!", tokens) == pytest.approx([0.9, 0.9, 0.9, 0.3679, 0.8], abs=1e-4)
    tokens[4] = token("é", 0.8)  # the same character again, in one token
    assert align_confidence("Caféé", tokens) == pytest.approx([0.9, 0.9, 0.9, 0.3679, 0.8], abs=1e-4)


async def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert condition()
