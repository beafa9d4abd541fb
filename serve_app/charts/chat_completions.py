"""A server that runs the chart model: vLLM, SGLang, or another that speaks OpenAI's chat completions."""

import asyncio
import logging
import os
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from math import ceil
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from serve_app.config import RemoteConfig
from serve_app.errors import AppError, Busy, ConfigError, ModelFailed, ModelUnavailable

logger = logging.getLogger(__name__)

CONNECT_S = 5.0
CHECK_S = 3.0
"""Seconds for a connection, and for an answer to `GET /v1/models`: neither waits for the model."""

BACKOFF_S, MAX_BACKOFF_S = 0.5, 8.0
"""The pause before retry n is drawn from 0 to BACKOFF_S * 2^n, at most MAX_BACKOFF_S: "full jitter" of the AWS
Architecture Blog, "Exponential Backoff And Jitter". What the server asks for by `Retry-After` is added."""

MAX_RETRY_AFTER_S = 600.0
"""Upper bound on the server's `Retry-After`, in seconds."""

MAX_MESSAGE = 300
"""Characters of a server's error that are passed on."""


class TokenLogprob(BaseModel):
    """A token of an answer: its text, and the natural logarithm of its probability."""

    token: str
    logprob: float
    bytes: list[Annotated[int, Field(ge=0, le=255)]] | None = None


class Logprobs(BaseModel):
    """The tokens of an answer."""

    content: list[TokenLogprob] | None = None


class Message(BaseModel):
    """The model's text."""

    content: str | None = None


class Choice(BaseModel):
    """One answer; `finish_reason` is `length` when it stopped at the token limit."""

    message: Message
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


class Completion(BaseModel):
    """What `POST /v1/chat/completions` answers, as far as it is used here."""

    choices: Annotated[list[Choice], Field(min_length=1)]


class ServedModel(BaseModel):
    """One of the server's models."""

    id: str


class ServedModels(BaseModel):
    """What `GET /v1/models` answers."""

    data: list[ServedModel]


class _Transient(Exception):
    """A failure that a retry may heal; `error` is what the caller is told if none does."""

    def __init__(self, error: AppError, retry_after_s: float = 0.0) -> None:
        self.error = error
        self.retry_after_s = retry_after_s


class ChatCompletionsClient:
    """Asks the server over HTTP. Any number of calls may run at once; a cancelled one closes its connection."""

    def __init__(self, config: RemoteConfig, model: str) -> None:
        """Connects to nothing yet.

        Raises:
            ConfigError: the environment variable with the API key is not set.
        """
        self._config = config
        self._model = model
        # Read here, in the replica: an argument of the deployment would be stored in Ray's control plane.
        self._key = os.environ.get(config.api_key_env, "") if config.api_key_env else ""
        if config.api_key_env and not self._key:
            raise ConfigError(f"chart.remote.api_key_env: the environment variable {config.api_key_env} is not set")
        self._http = httpx.AsyncClient(
            base_url=config.url.rstrip("/").removesuffix("/v1"),
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            timeout=httpx.Timeout(None, connect=CONNECT_S),  # `timeout_s` bounds the whole
            limits=httpx.Limits(),  # Serve bounds the calls of a replica
        )

    async def complete(self, body: Mapping[str, Any]) -> Completion:
        """Ask for an answer to the messages in `body`; retried within `retries` and `timeout_s` of the config.

        Raises:
            Busy: the server refused with 429, also the retries.
            ModelUnavailable: the server is away, or gave no answer in time.
            ModelFailed: it refused the request, or answered with something else.
        """
        deadline = asyncio.get_running_loop().time() + self._config.timeout_s
        try:
            async with asyncio.timeout_at(deadline):
                return await self._complete({"model": self._model, **body}, deadline)
        except TimeoutError:
            message = f"The model server gave no answer within {self._config.timeout_s:g} seconds. Try again later"
            raise ModelUnavailable(message) from None

    async def check(self) -> None:
        """Ask whether the server is there and serves the model.

        Raises:
            ModelUnavailable: it is not, or does not; the message says which.
        """
        try:
            async with asyncio.timeout(CHECK_S):
                response = await self._http.get("/v1/models")
        except TimeoutError:
            raise ModelUnavailable(f"The model server gave no answer within {CHECK_S:g} seconds") from None
        except httpx.RequestError as error:
            raise ModelUnavailable(f"The model server cannot be reached ({type(error).__name__})") from None
        if not response.is_success:
            raise ModelUnavailable(self._describe(response))
        try:
            served = [model.id for model in ServedModels.model_validate_json(response.content).data]
        except ValidationError:
            raise ModelUnavailable("The model server's list of models cannot be read") from None
        if self._model not in served:
            raise ModelUnavailable(f"The model server serves {', '.join(served) or 'nothing'}, not {self._model}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _complete(self, body: Mapping[str, Any], deadline: float) -> Completion:
        for attempt in count(1):
            try:
                return await self._post(body)
            except _Transient as failure:
                jitter = random.uniform(0, min(MAX_BACKOFF_S, BACKOFF_S * 2**attempt))
                pause = failure.retry_after_s + jitter
                late = asyncio.get_running_loop().time() + pause >= deadline
                logger.warning("%s: %s (attempt %d)", self._http.base_url, failure.error.message, attempt)
                if attempt > self._config.retries or late:
                    raise failure.error from None
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def _post(self, body: Mapping[str, Any]) -> Completion:
        try:
            response = await self._http.post("/v1/chat/completions", json=body)
        except httpx.RequestError as error:
            message = f"The model server cannot be reached ({type(error).__name__}). Try again later"
            raise _Transient(ModelUnavailable(message)) from None
        status, message = response.status_code, self._describe(response)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            retry_after_s = _read_retry_after(response)
            raise _Transient(Busy("The model server is busy", max(1, ceil(retry_after_s))), retry_after_s)
        if status == httpx.codes.INTERNAL_SERVER_ERROR:
            raise _Transient(ModelFailed(message))
        if response.is_server_error:
            raise _Transient(ModelUnavailable(message), _read_retry_after(response))
        if not response.is_success:
            raise ModelFailed(message)
        try:
            return Completion.model_validate_json(response.content)
        except ValidationError:
            raise ModelFailed("The model server's answer is not a chat completion") from None

    def _describe(self, response: httpx.Response) -> str:
        text = " ".join(_read_message(response).split())
        if self._key:
            text = text.replace(self._key, "***")
        return f"The model server answered {response.status_code}: {text[:MAX_MESSAGE]}"


def _read_message(response: httpx.Response) -> str:
    """What an error says: `error.message` (OpenAI, SGLang, vLLM), `message` (vLLM before 0.10), or the text."""
    try:
        body = response.json()
    except ValueError:
        return response.text
    error = body.get("error", body) if isinstance(body, dict) else body
    return str(error.get("message", error) if isinstance(error, dict) else error)


def _read_retry_after(response: httpx.Response) -> float:
    """Seconds that the server asks to wait, by a number or a date (RFC 9110, 10.2.3); 0 if it does not say."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    wait_s = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)
