"""Chart models of the real architectures with random weights, small enough to build in a test.

Each directory is laid out as the model's own on the hub; only the byte-level tokenizer and the sizes are made up.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GotOcr2ForConditionalGeneration,
    PaddleOCRVLConfig,
    PaddleOCRVLForConditionalGeneration,
    PaddleOCRVLImageProcessorPil,
    PPChart2TableConfig,
    PPChart2TableImageProcessorPil,
    PPChart2TableProcessor,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessorPil,
)

QWEN_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
QWEN_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>")

# PaddleX 3.7, doc_vlm/processors/GOT_ocr_2_0.py: the prompt of PPChart2TableProcessor.
CHART2TABLE_PROMPT = (
    "<|im_start|>system\nYou should follow the instructions carefully and explain your answers in detail.<|im_end|>"
    f"<|im_start|>user\n<img>{256 * '<imgpad>'}</img>\nChart to table<|im_end|><|im_start|>assistant\n"
)
CHART2TABLE_TEMPLATE = f"{{{{ {CHART2TABLE_PROMPT!r} }}}}"
CHART2TABLE_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<imgpad>")

PADDLEOCR_VL_TOKENS = (
    "<unk>",
    "<|begin_of_sentence|>",
    "</s>",
    "<|IMAGE_START|>",
    "<|IMAGE_END|>",
    "<|IMAGE_PLACEHOLDER|>",
)

_PADDLEX = Path(str(find_spec("paddlex").origin)).parent  # not imported: that takes seconds

MINERU_TEXT = {
    "vocab_size": 151_936,
    "hidden_size": 896,
    "intermediate_size": 4864,
    "num_hidden_layers": 24,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "rope_scaling": {"type": "mrope", "mrope_section": [8, 12, 12]},
}
"""The language model of MinerU2.5-2509-1.2B: Qwen2-0.5B, 494 million parameters."""


def save_qwen2_vl(folder: Path, *, layers: int = 2, mineru: bool = False, dtype: torch.dtype = torch.float32) -> Path:
    """MinerU2.5; with `mineru` in its full shape (its 1.2 billion parameters are 2.3 GB in bfloat16)."""
    ids = _save_tokenizer(folder, QWEN_TOKENS, QWEN_TEMPLATE, end="<|im_end|>", pad="<|endoftext|>")
    Qwen2VLImageProcessorPil(patch_size=14, merge_size=2).save_pretrained(folder)
    text = _text(ids, layers) | {"rope_scaling": {"type": "mrope", "mrope_section": [4, 6, 6]}}
    vision = {"depth": 2, "embed_dim": 32, "num_heads": 2, "hidden_size": 64, "mlp_ratio": 2}
    config = Qwen2VLConfig(
        text_config=text | MINERU_TEXT if mineru else text,
        vision_config={"hidden_size": 896} if mineru else vision,
        image_token_id=ids["<|image_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )
    return _save_model(folder, Qwen2VLForConditionalGeneration, config, ids, "<|im_end|>", "<|endoftext|>", dtype)


def save_qwen2_5_vl(folder: Path) -> Path:
    """Qwen2.5-VL, which attends in windows in all vision layers but one."""
    ids = _save_tokenizer(folder, QWEN_TOKENS, QWEN_TEMPLATE, end="<|im_end|>", pad="<|endoftext|>")
    Qwen2VLImageProcessorPil(patch_size=14, merge_size=2).save_pretrained(folder)
    config = Qwen2_5_VLConfig(
        text_config={**_text(ids), "rope_scaling": {"type": "mrope", "mrope_section": [4, 6, 6]}},
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "fullatt_block_indexes": [1],
        },
        image_token_id=ids["<|image_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )
    return _save_model(folder, Qwen2_5_VLForConditionalGeneration, config, ids, "<|im_end|>", "<|endoftext|>")


def save_pp_chart2table(folder: Path) -> Path:
    """PP-Chart2Table, whose prompt is in its template and whose images are all 1024 x 1024."""
    ids = _save_tokenizer(folder, CHART2TABLE_TOKENS, CHART2TABLE_TEMPLATE, end="<|im_end|>", pad="<|endoftext|>")
    PPChart2TableProcessor(
        PPChart2TableImageProcessorPil(), PreTrainedTokenizerFast.from_pretrained(folder), CHART2TABLE_TEMPLATE
    ).save_pretrained(folder)
    config = PPChart2TableConfig(
        text_config={**_text(ids), "model_type": "qwen2"},
        vision_config={
            "hidden_size": 32,
            "output_channels": 16,
            "num_hidden_layers": 2,
            "num_attention_heads": 1,
            "global_attn_indexes": [1],
            "mlp_dim": 64,
            "initializer_range": 0.02,
        },
        image_token_index=ids["<imgpad>"],
        image_seq_length=256,
        tie_word_embeddings=True,
    )
    return _save_model(folder, GotOcr2ForConditionalGeneration, config, ids, "<|im_end|>", "<|endoftext|>")


def save_paddleocr_vl(folder: Path) -> Path:
    """PaddleOCR-VL, with the template that PaddleX gives its servers."""
    template = _PADDLEX.joinpath("inference", "genai", "chat_templates", "PaddleOCR-VL-1.6-0.9B.jinja").read_text()
    image = {"image_token": "<|IMAGE_PLACEHOLDER|>"}
    ids = _save_tokenizer(folder, PADDLEOCR_VL_TOKENS, template, end="</s>", pad="<unk>", extra_special_tokens=image)
    PaddleOCRVLImageProcessorPil().save_pretrained(folder)
    config = PaddleOCRVLConfig(
        text_config={
            **_text(ids),
            "head_dim": 32,
            "rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0, "mrope_section": [4, 6, 6]},
        },
        vision_config={"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2},
        image_token_id=ids["<|IMAGE_PLACEHOLDER|>"],
        vision_start_token_id=ids["<|IMAGE_START|>"],
        vision_end_token_id=ids["<|IMAGE_END|>"],
        tie_word_embeddings=True,
    )
    return _save_model(folder, PaddleOCRVLForConditionalGeneration, config, ids, "</s>", "<unk>")


def _save_tokenizer(
    folder: Path, special: tuple[str, ...], template: str, *, end: str, pad: str, **extra: Any
) -> dict[str, int]:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=end, pad_token=pad, **extra)
    fast.add_special_tokens({"additional_special_tokens": list(special)})
    fast.chat_template = template
    fast.save_pretrained(folder)
    return {token: fast.convert_tokens_to_ids(token) for token in special}


def _text(ids: dict[str, int], layers: int = 2) -> dict[str, Any]:
    return {
        "vocab_size": 256 + len(ids),
        "bos_token_id": None,
        "eos_token_id": None,
        "hidden_size": 64,  # one block of NF4
        "intermediate_size": 128,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "initializer_range": 0.5,  # with the default of 0.02 the answer is the prompt's last token, whatever the image
        "tie_word_embeddings": True,
    }


def _save_model(
    folder: Path,
    cls: type[PreTrainedModel],
    config: Any,
    ids: dict[str, int],
    end: str,
    pad: str,
    dtype: torch.dtype = torch.float32,
) -> Path:
    torch.manual_seed(0)
    model = cls._from_config(config, dtype=dtype)
    model.generation_config.eos_token_id = ids[end]
    model.generation_config.pad_token_id = ids[pad]
    model.save_pretrained(folder)
    return folder
