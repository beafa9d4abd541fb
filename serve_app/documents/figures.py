"""Where the figures of a page are: what the PDF draws and what a layout model sees, each checking the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from serve_app.documents.figure_labels import take_in_labels
from serve_app.domain import Box, Region, RegionKind

MIN_SHARE = 0.012
"""Of the page's area: what is smaller is an icon."""

PARTED_SHARE = 0.45
"""Share of a model's box that its clusters cover together, above which each of them is a figure of its own."""

MAX_TEXT = 0.35
"""Share of a box that text covers, above which it is a table or a callout and no figure."""

INSIDE = 0.7
"""Share of a cluster within a box, from which it belongs to the box."""

GROW = 14.0
"""Points round a cluster within which short lines of text are its tick labels, titles and legends."""

SHORT = 0.6
"""Share of a cluster's width up to which a line is short."""

MIN_PROSE = 4
"""Lines as wide as a figure's box, outside what is drawn in it, that show a paragraph; or lines of a column."""

COLUMN_HEIGHTS, COLUMN_SHARE = 12.0, 0.25
"""Heights of a line, and share of a figure's box, that a line of a column is wide at least: an entry of a legend is
shorter."""

CUT = 0.2
"""Share of a line within a figure, from which it belongs to the figure whole."""

_PROSE = (
    RegionKind.TEXT,
    RegionKind.TITLE,
    RegionKind.FIGURE_CAPTION,
    RegionKind.TABLE_CAPTION,
    RegionKind.REFERENCE,
    RegionKind.HEADER,
    RegionKind.FOOTER,
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Things that the page draws close together; `curved` where one of them is a picture, a shading or a curve."""

    box: Box
    curved: bool = True


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a page; `score` is the layout model's, or 0 where only the drawing shows the figure."""

    box: Box
    score: float


def find_figures(
    regions: Sequence[Region],
    clusters: Sequence[Cluster],
    lines: Sequence[Box],
    *,
    rows: Sequence[Box] = (),
    page: Box,
    pixels_per_point: float,
) -> list[Figure]:
    """Merge the layout model's figures with what the PDF draws, from top to bottom.

    Args:
        regions: what the model found.
        clusters: everything that the page draws, joined where it is close; also what is small, or frames text.
        lines: the boxes of the lines of text.
        rows: those of them that are rows of labels.
        page: the page's box.
        pixels_per_point: the scale of all boxes.
    """
    reach = GROW * pixels_per_point
    large = [cluster for cluster in clusters if cluster.box.area >= MIN_SHARE * page.area]
    figures: list[Figure] = []
    claimed: set[int] = set()
    for region in regions:
        # The model also takes contents pages, lists and algorithms for figures: a PDF draws nothing there.
        if region.kind is not RegionKind.FIGURE or not any(_share(each.box, region.box) > 0 for each in clusters):
            continue
        inside = [i for i, each in enumerate(large) if _share(each.box, region.box) >= INSIDE]
        claimed |= set(inside)
        covered = sum(large[i].box.intersect(region.box).area for i in inside)
        parted = len(inside) > 1 and covered > PARTED_SHARE * region.box.area
        if parted or (inside and _holds_prose(region.box, [large[i].box for i in inside], lines)):
            figures += [Figure(_grow(large[i].box, large, lines, regions, reach), region.score) for i in inside]
        else:
            box = Box.around([region.box, *(large[i].box for i in inside)])
            figures.append(Figure(_take_in_cut(box, lines, regions), region.score))
    for i, cluster in enumerate(large):
        if i not in claimed and _may_be_figure(cluster, regions, figures):
            box = _grow(cluster.box, large, lines, regions, reach)
            figures = [each for each in figures if _share(each.box, box) < INSIDE] + [Figure(box, 0.0)]
    figures = [
        replace(
            figure,
            box=take_in_labels(figure.box, rows, lines, regions, reach=reach, pixels_per_point=pixels_per_point),
        )
        for figure in figures
    ]
    kept = [figure for figure in figures if measure_text(figure.box, lines) <= MAX_TEXT]
    return sorted(kept, key=lambda figure: (figure.box.top, figure.box.left))


def measure_text(box: Box, lines: Sequence[Box]) -> float:
    """The share of a box that lines of text cover, in [0, 1]."""
    return min(1.0, sum(box.intersect(line).area for line in lines) / box.area) if box.area else 0.0


def _may_be_figure(cluster: Cluster, regions: Sequence[Region], figures: Sequence[Figure]) -> bool:
    """Whether the model missed a figure here: no figure covers it, and it is no rules of a table."""
    if any(_share(cluster.box, figure.box) > 1 - INSIDE for figure in figures if figure.score > 0):
        return False
    tables = (region.box for region in regions if region.kind is RegionKind.TABLE)
    return cluster.curved or not any(_share(cluster.box, table) > 1 - INSIDE for table in tables)


def _holds_prose(box: Box, drawn: Sequence[Box], lines: Sequence[Box]) -> bool:
    """Whether the model took the text over or under a figure, or two figures side by side, for a part of it."""
    apart = [line for line in lines if _share(line, box) >= INSIDE and all(_distance(line, each) > 0 for each in drawn)]
    if sum(line.width > SHORT * box.width for line in apart) >= MIN_PROSE:
        return True
    wide = [
        line
        for line in apart
        if len(drawn) > 1 and line.width >= max(COLUMN_HEIGHTS * line.height, COLUMN_SHARE * box.width)
    ]
    wide.sort(key=lambda line: line.top)
    return any(_count_below(line, wide) >= MIN_PROSE for line in wide)


def _count_below(line: Box, ordered: Sequence[Box]) -> int:
    """How many lines stand close below each other from this one on, with one left edge."""
    count = 1
    for other in ordered:
        if 0 < other.top - line.top <= 2 * line.height and abs(other.left - line.left) <= 0.5 * line.height:
            line, count = other, count + 1
    return count


def _grow(box: Box, clusters: Sequence[Cluster], lines: Sequence[Box], regions: Sequence[Region], reach: float) -> Box:
    """Take in the short lines within reach, once: until nothing changes would run into the next panel."""
    prose = [region.box for region in regions if region.kind in _PROSE]
    taken = [box]
    for line in lines:
        if line.width > SHORT * box.width or _distance(line, box) > reach:
            continue
        if any(_share(line, each) >= INSIDE for each in prose):
            continue
        if any(_distance(line, other.box) < _distance(line, box) for other in clusters):
            continue
        taken.append(line)
    return Box.around(taken)


def _take_in_cut(box: Box, lines: Sequence[Box], regions: Sequence[Region]) -> Box:
    """The box with the short lines whole that its edge cuts: tick labels reach a little beyond their axis."""
    prose = [region.box for region in regions if region.kind in _PROSE]
    cut = [
        line
        for line in lines
        if CUT <= _share(line, box) < 1
        and line.width <= SHORT * box.width
        and not any(_share(line, each) >= INSIDE for each in prose)
    ]
    return Box.around([box, *cut])


def _share(part: Box, whole: Box) -> float:
    """Share of a box that lies in another one."""
    return part.intersect(whole).area / part.area if part.area else 0.0


def _distance(a: Box, b: Box) -> float:
    """Pixels between two boxes along the axis on which they are farther apart; 0 where they meet."""
    return max(0.0, a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom)
