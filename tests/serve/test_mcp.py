"""`/mcp` as Serve runs it, by the SDK's own client: with the models, and with several ingress replicas."""

import base64
import re

import pytest
from mcp import Client

from tests.nodes import wait_until
from tests.service import ROOT, drop_jobs, shipped_config, start_service

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


async def test_any_ingress_replica_answers(tmp_path, monkeypatch):
    monkeypatch.setenv("RAY_DEDUP_LOGS", "0")  # it would take the line of the second replica for a repetition
    config = shipped_config()
    [application] = config["applications"]
    args = application["args"]
    args["ocr"]["engine"] = args["layout"]["engine"] = args["chart"]["model"] = "fake"
    drop_jobs(config)
    application["deployments"][0]["num_replicas"] = 2
    with start_service(config, tmp_path) as service:
        url = f"http://127.0.0.1:{service.http.base_url.port}/mcp"
        for mode in ["legacy", "auto"] * 6:
            async with Client(url, mode=mode) as client:
                assert not (await client.call_tool("read_text", {"file": encode("page.png")})).is_error

        def answered():
            return {
                pid
                for pid, rest in re.findall(r"ServeReplica:reader:Ingress pid=(\d+)\)(.*)", service.log.read_text())
                if "route=/mcp" in rest and "status=200" in rest
            }

        wait_until(lambda: len(answered()) == 2, within_s=30)  # Ray brings replicas' lines a little later
