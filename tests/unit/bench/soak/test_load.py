import asyncio
import random
import time
from collections import Counter

import httpx
import pytest

from tests.bench.soak.load import DOCUMENTED, Answers, is_fault, make_upload, send_until

OURS = {"error": {"code": "stopping", "message": "Stopping", "retryable": True}}


@pytest.mark.parametrize("status", sorted(DOCUMENTED))
def test_documented_5xx_are_faults_only_in_another_form(status):
    assert not is_fault(httpx.Response(status, json=OURS))
    assert is_fault(httpx.Response(status, text="no healthy upstream"))


@pytest.mark.parametrize("status", [500, 502])
def test_other_5xx_are_faults(status):
    assert is_fault(httpx.Response(status, json=OURS))


@pytest.mark.parametrize("status", [200, 400, 429])
def test_no_other_status_is_a_fault(status):
    assert not is_fault(httpx.Response(status, text=""))


def test_pages_have_ever_new_sizes_and_all_kinds_are_sent():
    rng = random.Random(0)
    uploads = [make_upload(rng) for _ in range(80)]
    kinds = Counter(upload.kind for upload in uploads)
    assert kinds.keys() >= {"page", "chart", "document", "hostile image", "mutated"}
    pages = [upload.request.content for upload in uploads if upload.kind == "page"]
    assert len(set(pages)) == len(pages)


def send_one(respond):
    """Send until the first answer has come."""
    answers, end = Answers(), time.monotonic() + 1e9

    async def run():
        sent = asyncio.Event()

        def handle(request):
            sent.set()
            return respond(request)

        async with httpx.AsyncClient(transport=httpx.MockTransport(handle), base_url="http://service") as http:
            sending = asyncio.create_task(send_until(http, answers, random.Random(2), end))
            await sent.wait()
            while not answers.statuses:
                await asyncio.sleep(0)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    asyncio.run(run())
    return answers


def test_answers_are_counted_by_kind_and_status():
    answers = send_one(lambda request: httpx.Response(429, headers={"retry-after": "1000"}))
    assert [dict(statuses) for statuses in answers.statuses.values()] == [{"429": 1}]
    assert answers.unexpected == 0


def test_a_fault_and_a_broken_connection_are_noted():
    def refuse(request):
        raise httpx.ConnectError("refused", request=request)

    assert send_one(lambda request: httpx.Response(500, text="Internal Server Error")).unexpected >= 1
    broken = send_one(refuse)
    assert broken.unexpected == 1
    assert [list(statuses) for statuses in broken.statuses.values()] == [["ConnectError"]]
