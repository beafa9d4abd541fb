"""An HTTP server that speaks OpenAI's chat completions as vLLM does, with its refusals, and faults on demand."""

import asyncio
import base64
import binascii
import io
import math
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.service import free_port

MODEL = "opendatalab/MinerU2.5-Pro-2605-1.2B"

ANSWER = (
    "<|class_start|>chart<|class_end|><|sub_class_start|>bar chart<|sub_class_end|>"
    "<|caption_start|>Fruit sold<|caption_end|>"
    "<|content_start|>| Fruit | Tonnes |\n|---|---|\n| Apples | 42 |\n| Pears | 17 |<|content_end|>"
)


def completion(
    text: str | None = ANSWER, tokens: Sequence[tuple[str, float]] | None = None, finish_reason: str = "stop"
) -> JSONResponse:
    """An answer; `tokens` are the texts of its tokens, each with its probability."""
    logprobs = None
    if tokens is not None:
        content = [
            {"token": token, "logprob": math.log(probability), "bytes": list(token.encode()), "top_logprobs": []}
            for token, probability in tokens
        ]
        logprobs = {"content": content}
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": finish_reason}
    return JSONResponse({"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice], "usage": {}})


def refusal(status: int, message: str = "no", **headers: str) -> JSONResponse:
    """An error as vLLM writes it."""
    body = {"error": {"message": message, "type": "error", "code": status}}
    return JSONResponse(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


class Drop(Response):
    """Breaks the connection off in the middle of the answer."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"choices": [', "more_body": True})


@dataclass
class Hang:
    """Answers only after some seconds."""

    seconds: float
    then: Response = field(default_factory=completion)


class OpenAiServer:
    """Gives the answers of `script` one after another, and then `ANSWER` for ever."""

    def __init__(self, model: str = MODEL, api_key: str | None = None) -> None:
        self.model = model
        self.api_key = api_key
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.reset()

    def reset(self) -> None:
        """Forget what was asked, and what should be answered."""
        self.script: deque[Response | Hang] = deque()
        self.requests: list[dict[str, Any]] = []
        self.images: list[Image.Image] = []
        self.running = self.most_running = self.hung_up = 0

    @contextmanager
    def run(self) -> Iterator["OpenAiServer"]:
        """Listen on 127.0.0.1; the port stays the same when it is run again."""
        app = Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
            ]
        )
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="critical", lifespan="off", ws="none", loop="asyncio"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield self
        finally:
            server.should_exit = server.force_exit = True
            thread.join(60)

    async def _models(self, request: Request) -> Response:
        return self._refuse_key(request) or JSONResponse(
            {"object": "list", "data": [{"id": self.model, "object": "model"}]}
        )

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        refused = self._refuse_key(request) or self._refuse_body(body)
        if refused:
            return refused
        self.requests.append(body)
        answer = self.script.popleft() if self.script else completion()
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            return await self._wait(request, answer) if isinstance(answer, Hang) else answer
        finally:
            self.running -= 1

    async def _wait(self, request: Request, answer: Hang) -> Response:
        deadline = time.monotonic() + answer.seconds
        while time.monotonic() < deadline:
            if await request.is_disconnected():
                self.hung_up += 1
                return Response()
            await asyncio.sleep(0.01)
        return answer.then

    def _refuse_key(self, request: Request) -> Response | None:
        given = request.headers.get("authorization")
        if self.api_key is None or given == f"Bearer {self.api_key}":
            return None
        return refusal(401, f"Unauthorized: {given}")

    def _refuse_body(self, body: dict[str, Any]) -> Response | None:
        if body["model"] != self.model:
            return refusal(404, f"The model `{body['model']}` does not exist.")
        url = body["messages"][-1]["content"][0]["image_url"]["url"]
        try:
            data = base64.b64decode(url.removeprefix("data:image/png;base64,"), validate=True)
            self.images.append(Image.open(io.BytesIO(data), formats=["PNG"]))
        except (binascii.Error, OSError):
            return refusal(400, "Failed to load the image")
        return None
