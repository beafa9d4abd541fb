"""`/mcp` as Serve runs it, with the models, by the SDK's own client."""

import base64

import pytest
from mcp import Client

from tests.service import ROOT

pytestmark = pytest.mark.serve

SAMPLES = ROOT / "tests/samples"


def encode(name):
    return base64.b64encode((SAMPLES / name).read_bytes()).decode()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_models_read_for_it(running, mode):
    async with Client(f"http://127.0.0.1:{running.http.base_url.port}/mcp", mode=mode) as client:
        text = await client.call_tool("read_text", {"file": encode("page.png")})
        chart = await client.call_tool("read_chart", {"file": encode("chart.png")})
        document = await client.call_tool("read_document", {"file": encode("page.png")})
    assert [answer.is_error for answer in (text, chart, document)] == [False] * 3
    over_http = running.http.post("/v1/ocr", content=(SAMPLES / "page.png").read_bytes()).json()
    assert text.content[0].text == over_http["text"] != ""
    assert len(chart.structured_content["rows"]) > 1
    assert document.structured_content["pagesRead"] == 1
    assert len(document.content[0].text) > 50
