"""Headers and footers: what stands at the top or bottom of several pages, but for its numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from serve_app.documents.blocks import Block, BlockKind, PageReading

MIN_PAGES = 3
"""Pages on which a text must stand at the same height to be a header or footer."""

EDGE = 0.12
"""Share of the page's height, at the top and at the bottom, where headers and footers stand."""

_STEPS = 50
"""Heights of a page that are told apart."""

_TEXTS = (BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.HEADER, BlockKind.FOOTER, BlockKind.LIST)
_DIGITS = re.compile(r"[\d\s.,|/–-]+|\b[ivxlc]+\b", re.IGNORECASE)  # noqa: RUF001


def mark_running_heads(pages: Sequence[PageReading]) -> list[PageReading]:
    """Tell repeated blocks as headers and footers, and those that repeat nowhere as headings or paragraphs.

    In documents of fewer than MIN_PAGES pages the layout model's word is taken.
    """
    if len(pages) < MIN_PAGES:
        return list(pages)
    counts = Counter(key for page in pages for key in {_key(page, block) for block in page.blocks})
    return [replace(page, blocks=tuple(_mark(page, block, counts) for block in page.blocks)) for page in pages]


def _mark(page: PageReading, block: Block, counts: Counter[tuple[str, int] | None]) -> Block:
    key = _key(page, block)
    if key is not None and counts[key] >= MIN_PAGES:
        top = block.box.top < page.size.height / 2
        return replace(block, kind=BlockKind.HEADER if top else BlockKind.FOOTER, level=0, items=())
    if block.kind in (BlockKind.HEADER, BlockKind.FOOTER) and any(map(str.isalpha, block.text)):
        return replace(block, kind=BlockKind.PARAGRAPH)
    return block


def _key(page: PageReading, block: Block) -> tuple[str, int] | None:
    """The text without its numbers, and where it stands; None for what stands elsewhere."""
    middle = (block.box.top + block.box.bottom) / 2 / max(page.size.height, 1)
    if block.kind not in _TEXTS or EDGE < middle < 1 - EDGE:
        return None
    return _DIGITS.sub("#", block.text.strip().lower()), round(middle * _STEPS)
