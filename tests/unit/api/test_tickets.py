import pytest

from tests.drawings import draw_page, encode

PNG = encode(draw_page(("one line",), width=300))


class Body:
    """An upload of 8 MiB that counts the chunks that are taken from it."""

    def __init__(self):
        self.taken = 0

    async def __aiter__(self):
        for _ in range(128):
            self.taken += 1
            yield b"\x89PNG" * 16384


def fill(service, model="ocr"):
    while service.loads[model].report().admits:
        service.loads[model].reserve(1)


@pytest.mark.parametrize("path", ["/v1/ocr", "/v1/chart", "/v1/analyze", "/ocr"])
async def test_a_busy_service_refuses_before_it_takes_the_body_in(service, path):
    fill(service)
    body = Body()
    answer = await service.http.post(path, content=body)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert (body.taken, service.calls) == (0, 0)


async def test_an_upload_that_says_it_is_too_large_is_not_taken_in_either(service):
    body = Body()
    answer = await service.http.post("/v1/ocr", content=body, headers={"content-length": str(8 << 20)})
    assert (answer.status_code, body.taken) == (413, 0)


async def test_an_upload_that_does_not_say_is_taken_in_up_to_the_limit(service, config):
    body = Body()
    answer = await service.http.post("/v1/ocr", content=body)
    assert answer.status_code == 413
    assert body.taken <= config.limits.max_bytes // 65536 + 1


async def test_a_charts_words_need_the_ocr(service):
    fill(service)
    assert (await service.http.post("/v1/chart", content=PNG)).status_code == 429
    for _ in range(service.loads["ocr"].in_flight):
        service.loads["ocr"].reserve(-1)
    assert (await service.http.post("/v1/chart", content=PNG)).status_code == 200


async def test_a_deadline_that_cannot_be_kept_is_refused_at_once(service):
    load = service.loads["ocr"]
    await service.http.post("/v1/ocr", content=PNG)
    while (load.expected_wait_s or 0) < 0.05:
        load.reserve(1)
    refused = await service.http.post("/v1/ocr", content=PNG, headers={"x-deadline-s": "0.04"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "busy")
    assert "0.04 s" in refused.json()["error"]["message"]


@pytest.mark.parametrize("body", [PNG, b"", b"hello", PNG[: len(PNG) // 2]])
async def test_every_answer_frees_its_place(service, body):
    for path in ("/v1/ocr", "/v1/analyze", "/ocr", "/v1/ocr?unknown=1"):
        await service.http.post(path, content=body)
    assert [load.in_flight for load in service.loads.values()] == [0, 0, 0]


async def test_refusals_are_documented(service):
    responses = (await service.http.get("/openapi.json")).json()["paths"]["/v1/ocr"]["post"]["responses"]
    assert responses["429"]["headers"]["Retry-After"]["schema"] == {"type": "integer"}
