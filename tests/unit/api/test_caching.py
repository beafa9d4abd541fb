"""The header that tells whether a model was asked."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from serve_app.api.caching import TellCache
from serve_app.pipeline.result_cache import USE


async def serve(found, missed, state):
    """The headers of an answer for which so many calls were found and missed, and whose request it was."""
    owners = []

    async def application(scope, receive, send):
        use = USE.get()
        owners.append(use.owner)
        use.found, use.missed = found, missed
        await PlainTextResponse("read")(scope, receive, send)

    async def authenticated(scope, receive, send):
        await TellCache(application)({**scope, "state": state}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(authenticated), base_url="http://service") as http:
        return (await http.get("/")).headers, owners


@pytest.mark.parametrize(("found", "missed", "told"), [(2, 0, "hit"), (0, 1, "miss"), (3, 1, "miss"), (0, 0, None)])
async def test_an_answer_tells_whether_a_model_was_asked(found, missed, told):
    headers, owners = await serve(found, missed, {"owner": "ann"})
    assert headers.get("x-cache") == told
    assert owners == ["ann"]


async def test_without_keys_there_is_one_owner_and_nothing_stays_in_the_context():
    _, owners = await serve(0, 0, {})
    assert owners == [None]
    assert USE.get() is None
