"""Chart models that run on a server of their own, and are asked over HTTP."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from math import exp
from typing import Any

from serve_app.charts.chat_completions import ChatCompletionsClient, TokenLogprob
from serve_app.charts.profiles import ChartProfile, find_profile
from serve_app.charts.verdict import conclude
from serve_app.config import ChartConfig, RemoteConfig
from serve_app.domain import ChartReading, Size
from serve_app.errors import ConfigError, ModelFailed
from serve_app.imaging.decode import decode_prepared
from serve_app.imaging.encode import encode
from serve_app.imaging.proportions import bound_proportions
from serve_app.imaging.resize import bound_pixels
from serve_app.imaging.signature import find_format

_BROKEN = "\N{REPLACEMENT CHARACTER}"


class OpenAiChart:
    """Asks with the profile's prompt, greedily, and parses the answer with the profile's parser.

    Unlike the engines that run a model, it may be called any number of times at once: the server makes the batches.
    """

    device = "remote"

    def __init__(self, config: ChartConfig, remote: RemoteConfig) -> None:
        """Connects to nothing yet, so that it can be built while the server still loads its model.

        Raises:
            ConfigError: no server can run this model, or the API key is missing.
        """
        profile = find_profile(config.model, config.profile)
        if profile.parser is None:
            raise ConfigError(f"chart.remote: a server cannot run {profile.name}; name another chart.model")
        self.name = config.model.rpartition("/")[2]
        self._profile = profile
        self._parse = profile.parser
        self._max_tokens = config.max_new_tokens or profile.max_new_tokens
        self._client = ChatCompletionsClient(remote, config.model)

    async def read(self, image: bytes) -> ChartReading:
        """Read an encoded chart. Cancelled, it closes its connection, at which a server stops the generation.

        Raises:
            Busy: the server is.
            ModelUnavailable: the server is away, or too slow.
            ModelFailed: the server refused the chart, or broke off.
        """
        png, size = await asyncio.to_thread(_to_png, image, self._profile)
        completion = await self._client.complete(self._build_body(png))
        choice = completion.choices[0]
        if choice.finish_reason not in ("stop", "length"):
            raise ModelFailed(f"The model server broke off: finish_reason {choice.finish_reason}")
        text = choice.message.content or ""
        tokens = choice.logprobs.content if choice.logprobs else None
        confidence = None if tokens is None else align_confidence(text, tokens)
        table = self._parse(text, confidence)
        truncated = choice.finish_reason == "length" or table.cut
        return conclude(ChartReading(table, self.name, size, truncated, text))

    async def check(self) -> None:
        """Ask whether the server is there and serves the model.

        Raises:
            ModelUnavailable: it is not, or does not.
        """
        await self._client.check()

    async def close(self) -> None:
        """Close the connections to the server."""
        await self._client.close()

    def _build_body(self, png: bytes) -> dict[str, Any]:
        profile = self._profile
        url = f"data:image/png;base64,{b64encode(png).decode()}"
        content: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": url}}]
        if profile.prompt is not None:
            content.append({"type": "text", "text": profile.prompt})
        messages: list[dict[str, Any]] = [{"role": "user", "content": content}]
        if profile.system_prompt is not None:
            messages.insert(0, {"role": "system", "content": profile.system_prompt})
        body: dict[str, Any] = {
            "messages": messages,
            "temperature": 0,
            "max_tokens": self._max_tokens,
            "presence_penalty": profile.presence_penalty,
            "frequency_penalty": profile.frequency_penalty,
            "logprobs": True,
            "skip_special_tokens": profile.skip_special_tokens,  # of vLLM and SGLang, as is:
        }
        if profile.no_repeat_ngram_size:
            # For vLLM with MinerU's logits processor; servers without it pass over the name.
            body["vllm_xargs"] = {"no_repeat_ngram_size": profile.no_repeat_ngram_size}
        return body


def align_confidence(text: str, tokens: Sequence[TokenLogprob]) -> list[float]:
    """For each character of `text`, the probability of the token that wrote it.

    Not all tokens stand in the text: special ones may be left out of it, and one that is a part of a character is
    sent as U+FFFD by servers that decode it alone. What lies between two tokens that are found has the lowest
    probability of those between them.
    """
    confidence: list[float] = []
    pending: list[float] = []
    reach = 0  # how many characters the pending tokens may have written
    broken = False
    for token in tokens:
        piece = token.token if token.bytes is None else bytes(token.bytes).decode(errors="replace")
        probability = min(1.0, exp(min(token.logprob, 0.0)))
        start = len(confidence)
        # Parts of a character wrote at least one.
        found = text.find(piece, start + broken, start + reach + len(piece)) if piece and _BROKEN not in piece else -1
        if found < 0:
            pending.append(probability)
            reach += max(1, len(piece))
            broken = broken or _BROKEN in piece
            continue
        confidence += [min(pending, default=probability)] * (found - start) + [probability] * len(piece)
        pending, reach, broken = [], 0, False
    return confidence + [min(pending, default=0.0)] * (len(text) - len(confidence))


def _to_png(image: bytes, profile: ChartProfile) -> tuple[bytes, Size]:
    """The image as PNG in the profile's bounds; a PNG that is within them stays as it is."""
    decoded = decode_prepared(image)
    shaped = bound_proportions(decoded, min_edge=profile.min_edge, max_aspect=profile.max_aspect)
    bounded = bound_pixels(shaped, profile.max_pixels)
    size = Size(*bounded.size)
    if find_format(image) == "PNG" and bounded.size == decoded.size:
        return image, size
    return encode(bounded, "lossless"), size
