"""What HAProxy sends to another replica when one dies: a new route has to be put on one side or the other."""

from serve_app.cli.haproxy import REPEATABLE

TAKES_IN = {"/v1/jobs", "/tasks", "/v1/convert/file/async", "/v1/convert/source/async", "/api/v2/ocr/jobs"}
"""Posting to these twice takes work in twice; the first of them knows a header against it."""


async def test_each_route_that_is_posted_to_is_known_to_be_repeatable_or_not(service):
    schema = (await service.http.get("/openapi.json")).json()
    posted = {path for path, methods in schema["paths"].items() if "post" in methods} | {"/mcp"}
    assert posted == set(REPEATABLE) | TAKES_IN


def test_none_that_takes_work_in_looks_like_one_that_reads():
    assert not [path for path in TAKES_IN if path.endswith(REPEATABLE)]
