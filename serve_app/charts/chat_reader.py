"""Chart models that are asked by a prompt and write their answer token by token."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoProcessor,
    LogitsProcessor,
    LogitsProcessorList,
    PreTrainedModel,
    Qwen2_5_VLProcessor,
    Qwen2VLProcessor,
    StoppingCriteria,
    StoppingCriteriaList,
)

from serve_app.charts.oom_ladder import OomLadder
from serve_app.charts.profiles import ChartProfile
from serve_app.charts.verdict import conclude
from serve_app.domain import ChartReading, Size
from serve_app.hosting.protocols import ChartInput, Stop
from serve_app.imaging.proportions import bound_proportions
from serve_app.imaging.resize import bound_pixels


class _ImageQwen2VLProcessor(Qwen2VLProcessor):
    """Qwen2-VL's processor without its video half, which cannot be built where torchvision is not installed."""

    def __init__(
        self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(image_processor, tokenizer, None, chat_template=chat_template, **kwargs)


class _ImageQwen2p5VLProcessor(Qwen2_5_VLProcessor):
    """The same for Qwen2.5-VL."""

    def __init__(
        self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(image_processor, tokenizer, None, chat_template=chat_template, **kwargs)


_IMAGE_PROCESSORS = {"qwen2_vl": _ImageQwen2VLProcessor, "qwen2_5_vl": _ImageQwen2p5VLProcessor}


def load_chat_processor(source: str, *, local_files_only: bool) -> Any:
    """The model's processor, on Pillow alone, padding on the left so that a batch reads like single images."""
    model_type = AutoConfig.from_pretrained(source, local_files_only=local_files_only).model_type
    cls = _IMAGE_PROCESSORS.get(model_type, AutoProcessor)
    processor = cls.from_pretrained(source, backend="pil", local_files_only=local_files_only)
    processor.tokenizer.padding_side = "left"
    return processor


class ChatReader:
    """Asks with the profile's prompt, greedily, and parses the answer with the profile's parser."""

    batches = True  # a step reads all weights, for one token or for several

    def __init__(
        self,
        name: str,
        processor: Any,
        model: PreTrainedModel,
        device: str,
        profile: ChartProfile,
        max_new_tokens: int,
    ) -> None:
        self._name = name
        self._processor = processor
        self._model = model
        self._device = device  # that of an offloaded model may be none: its first weights are not there yet
        self._profile = profile
        self._max_new_tokens = max_new_tokens
        self._ladder = OomLadder(self._read)

    @property
    def oom_steps(self) -> int:
        """Smaller tries after the GPU's memory had run out, since the process started."""
        return self._ladder.steps

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a batch of charts, smaller ones where the GPU's memory does not suffice.

        Raises:
            OutOfMemory: a chart does not fit at the smallest resolution.
            ModelBroken: that happened repeatedly.
        """
        return self._ladder.read(charts, self._profile.max_pixels)

    def _read(self, charts: Sequence[ChartInput], pixels: int) -> list[ChartReading]:
        images = [bound_pixels(self._shape(chart.image), pixels) for chart in charts]
        inputs = self._processor.apply_chat_template(
            [self._messages(image) for image in images],
            tokenize=True,
            add_generation_prompt=True,
            return_dict=True,
            processor_kwargs={"return_tensors": "pt", "padding": True},
        ).to(self._device, self._model.dtype)
        certainty = _Certainty()
        arguments: dict[str, Any] = {"max_new_tokens": self._max_new_tokens, "do_sample": False}
        if self._profile.no_repeat_ngram_size:
            arguments["no_repeat_ngram_size"] = self._profile.no_repeat_ngram_size
        with torch.inference_mode():
            tokens = self._model.generate(
                **inputs,
                **arguments,
                logits_processor=LogitsProcessorList([certainty]),
                stopping_criteria=StoppingCriteriaList([_CallersGone([chart.stop for chart in charts])]),
            )
        answers = tokens[:, inputs["input_ids"].shape[1] :].tolist()
        certainties = torch.stack(certainty.steps, dim=1).tolist()
        return [
            self._to_reading(answer, row, image.size)
            for answer, row, image in zip(answers, certainties, images, strict=True)
        ]

    def _shape(self, image: Image.Image) -> Image.Image:
        return bound_proportions(image, min_edge=self._profile.min_edge, max_aspect=self._profile.max_aspect)

    def _messages(self, image: Any) -> list[dict[str, Any]]:
        content: list[dict[str, Any]] = [{"type": "image", "image": image}]
        if self._profile.prompt is not None:
            content.append({"type": "text", "text": self._profile.prompt})
        messages: list[dict[str, Any]] = [{"role": "user", "content": content}]
        if self._profile.system_prompt is not None:
            system = [{"type": "text", "text": self._profile.system_prompt}]
            messages.insert(0, {"role": "system", "content": system})
        return messages

    def _to_reading(self, answer: list[int], certainty: list[float], size: tuple[int, int]) -> ChartReading:
        ends = _token_ids(self._model.generation_config.eos_token_id)
        length = next((index for index, token in enumerate(answer) if token in ends), None)
        truncated = length is None  # a row that ended has an end token; padding follows only after one
        text, confidence = self._decode(answer[:length], certainty[:length])
        parse = self._profile.parser
        assert parse is not None  # only models that want words have no parser, and they have their own reader
        table = parse(text, confidence)
        return conclude(ChartReading(table, self._name, Size(*size), truncated or table.cut, text))

    def _decode(self, tokens: list[int], certainty: list[float]) -> tuple[str, list[float]]:
        """The text and, for each character, the probability of the token that wrote it."""
        decoder = self._processor.tokenizer
        options = {"skip_special_tokens": self._profile.skip_special_tokens, "clean_up_tokenization_spaces": False}
        whole: str = decoder.decode(tokens, **options)
        text, confidence, pending, lowest = "", [], [], 1.0
        for token, probability in zip(tokens, certainty, strict=True):
            pending.append(token)
            lowest = min(lowest, probability)
            piece = decoder.decode(pending, **options)
            if piece.endswith("\N{REPLACEMENT CHARACTER}"):
                continue  # a character that takes several tokens is not complete yet
            text += piece
            confidence += [lowest] * len(piece)
            pending, lowest = [], 1.0
        if text != whole:
            # Some tokenizers write a token differently after another one; then only the whole is known.
            confidence = [min(certainty, default=1.0)] * len(whole)
        return whole, confidence


class _Certainty(LogitsProcessor):
    """Keeps the probability of each greedy choice; asking `generate` for all scores would take gigabytes."""

    def __init__(self) -> None:
        self.steps: list[Tensor] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        self.steps.append(scores.float().softmax(-1).amax(-1).cpu())
        return scores


class _CallersGone(StoppingCriteria):
    """Ends a row at the next token when nobody waits for it any more."""

    def __init__(self, stops: Sequence[Stop]) -> None:
        self._stops = stops

    def __call__(self, input_ids: Tensor, scores: Tensor, **_: Any) -> Tensor:
        return torch.tensor([stop.is_set() for stop in self._stops], device=input_ids.device)


def _token_ids(setting: int | Iterable[int] | None) -> set[int]:
    if setting is None:
        return set()
    return {setting} if isinstance(setting, int) else set(setting)
