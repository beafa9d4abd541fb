"""Which lines of a page belong together: by the layout model's regions, and else by their distance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serve_app.documents.caption_lines import starts_caption
from serve_app.documents.paragraphs import Printed, starts_entry
from serve_app.domain import Box, Region, RegionKind

INSIDE = 0.5
"""Share of a line within a region from which it belongs to it."""

MAX_GAP = 0.9
"""Heights of a line between two lines of one paragraph."""

CAPTION_GAP = 0.6
"""The same below a caption, which is set closer than the paragraph that follows it."""

SAME_SIZE = 1.15
"""Ratio of two lines' font sizes up to which they may belong to one paragraph."""

_NO_TEXT = (RegionKind.FIGURE, RegionKind.TABLE)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, as they are read, and the kind that the layout model gives them, if any."""

    lines: tuple[Printed, ...]
    kind: RegionKind | None

    @property
    def box(self) -> Box:
        """Round all lines."""
        return Box.around([line.box for line in self.lines])


def covers(box: Box, line: Box, share: float = INSIDE) -> bool:
    """Whether a box holds that share of a line."""
    return line.area > 0 and box.intersect(line).area >= share * line.area


def group_lines(lines: Sequence[Printed], regions: Sequence[Region]) -> list[Group]:
    """Part a page's lines, which stand in reading order, into groups.

    A line belongs to the surest text region that holds most of it. Lines without a region are grouped with the line
    before where they stand close below it in one size.
    """
    texts = [region for region in regions if region.kind not in _NO_TEXT]
    by_region: dict[int, list[Printed]] = {}
    loose: list[list[Printed]] = []
    for line in lines:
        owner = next((i for i, region in enumerate(texts) if covers(region.box, line.box)), None)
        if owner is not None:
            by_region.setdefault(owner, []).append(line)
        elif loose and _continues(loose[-1], line):
            loose[-1].append(line)
        else:
            loose.append([line])
    groups = [Group(tuple(part), texts[i].kind) for i, members in by_region.items() for part in _split(members)]
    return groups + [Group(tuple(members), None) for members in loose]


def _split(lines: list[Printed]) -> list[list[Printed]]:
    """Part a region where its print changes its size, or leaves a gap, as between two paragraphs."""
    parts = [[lines[0]]]
    for line in lines[1:]:
        if _same_row(parts[-1][-1], line) or _continues(parts[-1], line):
            parts[-1].append(line)
        else:
            parts.append([line])
    return parts


def _continues(group: Sequence[Printed], line: Printed) -> bool:
    last = group[-1]
    height = float(np.median([each.box.height for each in group]))
    if not 1 / SAME_SIZE <= line.size / max(last.size, 1e-6) <= SAME_SIZE or line.bold != last.bold:
        return False
    gap = line.box.top - last.box.bottom
    overlap = min(line.box.right, last.box.right) - max(line.box.left, last.box.left)
    most = CAPTION_GAP if starts_caption(group[0].text) else MAX_GAP
    return -0.5 * height <= gap <= most * height and (overlap > 0 or starts_entry(last.text))


def _same_row(before: Printed, line: Printed) -> bool:
    middle = (line.box.top + line.box.bottom) / 2
    return before.box.top <= middle <= before.box.bottom
