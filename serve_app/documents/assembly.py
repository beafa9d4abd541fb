"""A page's lines, regions, tables and figures to its blocks in reading order."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.documents.blocks import Block, BlockKind
from serve_app.documents.caption_lines import starts_caption
from serve_app.documents.grouping import Group, covers, group_lines
from serve_app.documents.paragraphs import Printed, join_lines, list_entries
from serve_app.documents.reading_order import order_boxes
from serve_app.domain import Box, Region, RegionKind

HEADING = 1.25
"""Font size of a short lone line, in sizes of the body's, from which it is a heading."""

LEVELS = (1.6, 1.15)
"""Font sizes, in sizes of the body's, from which a heading is of level 1 and of level 2; smaller ones are level 3."""

MAX_HEADING_LINES = 3

MAX_CAPTION_LINES = 2
"""Lines of a caption that stands beside no table or figure, on a page whose captions have no numbers."""

BESIDE = 1.5
"""Heights of a line between a caption and its table or figure."""

_CAPTIONS = (RegionKind.FIGURE_CAPTION, RegionKind.TABLE_CAPTION)
_MAY_BE_CAPTIONS = (None, RegionKind.TEXT, RegionKind.REFERENCE, RegionKind.HEADER, *_CAPTIONS)
_KINDS = {
    RegionKind.TITLE: BlockKind.HEADING,
    RegionKind.FIGURE_CAPTION: BlockKind.CAPTION,
    RegionKind.TABLE_CAPTION: BlockKind.CAPTION,
    RegionKind.HEADER: BlockKind.HEADER,
    RegionKind.FOOTER: BlockKind.FOOTER,
    RegionKind.FORMULA: BlockKind.FORMULA,
}


def assemble_page(lines: Sequence[Printed], regions: Sequence[Region], objects: Sequence[Block]) -> list[Block]:
    """The blocks of a page in reading order.

    Args:
        lines: the page's text, in the file's order or as it is read.
        regions: the layout model's, the surest first.
        objects: tables, charts and figures that were read; the lines inside them become their text.
    """
    taken: list[list[Printed]] = [[] for _ in objects]
    free: list[Printed] = []
    for line in lines:
        owner = next((i for i, block in enumerate(objects) if covers(block.box, line.box)), None)
        (free if owner is None else taken[owner]).append(line)
    filled = [replace(block, text=join_lines(inside)) for block, inside in zip(objects, taken, strict=True)]
    body = find_body_size(free or lines)
    groups = group_lines(free, regions)
    numbered = any(starts_caption(group.lines[0].text) for group in groups)
    boxes = [block.box for block in objects]
    texts = [_make_block(group, body, may_be_caption=_may_be_caption(group, boxes, numbered)) for group in groups]
    blocks = [*texts, *filled]
    height = float(np.median([line.box.height for line in lines])) if lines else 1.0
    return [blocks[i] for i in order_boxes([block.box for block in blocks], height, [line.box for line in lines])]


def find_body_size(lines: Sequence[Printed]) -> float:
    """The font size in pixels of most of the text; 0 without any."""
    sizes = sorted((line.size, len(line.text)) for line in lines)
    half, count = sum(length for _, length in sizes) / 2, 0
    for size, length in sizes:
        count += length
        if count >= half:
            return size
    return 0.0


def _make_block(group: Group, body: float, *, may_be_caption: bool) -> Block:
    size = float(np.median([line.size for line in group.lines]))
    text, score = join_lines(group.lines), float(np.mean([line.score for line in group.lines]))
    kind = _tell_kind(group, text, size, body, may_be_caption=may_be_caption)
    if kind is BlockKind.HEADING:
        level = 1 + sum(size < bound * body for bound in LEVELS)
        return Block(kind, group.box, text, score, level=level)
    entries = list_entries(group.lines) if kind is BlockKind.PARAGRAPH else ()
    return Block(BlockKind.LIST if entries else kind, group.box, text, score, items=entries)


def _tell_kind(group: Group, text: str, size: float, body: float, *, may_be_caption: bool) -> BlockKind:
    if group.kind in _MAY_BE_CAPTIONS and starts_caption(text):
        return BlockKind.CAPTION
    if group.kind in _CAPTIONS and not may_be_caption:
        return BlockKind.PARAGRAPH
    short = len(group.lines) <= MAX_HEADING_LINES and any(map(str.isalpha, text))
    if group.kind is RegionKind.HEADER and short and body and size >= LEVELS[0] * body:
        return BlockKind.HEADING  # a title at the top of a page: running heads are not set so large
    if group.kind in _KINDS:
        return _KINDS[group.kind]
    return BlockKind.HEADING if short and body and size >= HEADING * body else BlockKind.PARAGRAPH


def _may_be_caption(group: Group, objects: Sequence[Box], numbered: bool) -> bool:
    """Whether what the model takes for a caption stands right over or under a table or figure, or else is short.

    A page whose other captions are `numbered` has no short ones without.
    """
    if len(group.lines) <= MAX_CAPTION_LINES and not numbered:
        return True
    box, reach = group.box, BESIDE * float(np.median([line.box.height for line in group.lines]))
    return any(
        min(box.right, other.right) > max(box.left, other.left)
        and max(other.top - box.bottom, box.top - other.bottom) <= reach
        for other in objects
    )
