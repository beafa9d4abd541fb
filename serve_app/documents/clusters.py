"""Drawn things that stand together: the candidates for figures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serve_app.documents.objects import BACKGROUND, Drawn, Kind
from serve_app.documents.page import Drawing, DrawingRole
from serve_app.domain import Box, Size

GAP = 8.0
"""Points within which things belong together."""

MIN_SHARE = 0.012
"""Of the page's area: what is smaller is no figure."""

FRAME_TEXT = 0.22
"""Share of text above which straight lines and boxes frame it: a table, a callout."""

MAX_CLUSTERS = 2000
"""A page with more is cut there; the largest are kept."""


@dataclass(slots=True)
class _Cluster:
    left: float
    top: float
    right: float
    bottom: float
    kinds: Counter[Kind]

    def near(self, other: "_Cluster", gap: float) -> bool:
        return (
            self.left <= other.right + gap
            and other.left <= self.right + gap
            and self.top <= other.bottom + gap
            and other.top <= self.bottom + gap
        )

    def absorb(self, other: "_Cluster") -> None:
        self.left, self.top = min(self.left, other.left), min(self.top, other.top)
        self.right, self.bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        self.kinds.update(other.kinds)


def find_drawings(drawn: Iterable[Drawn], texts: Sequence[Box], size: Size, scale: float) -> tuple[Drawing, ...]:
    """Join what is drawn within GAP, and say what each cluster can be. Backgrounds are left out.

    Args:
        drawn: the things on the page, in pixels.
        texts: boxes of the lines of text.
        size: of the page, in pixels.
        scale: pixels for a point.

    Returns:
        From top to bottom.
    """
    page = size.width * size.height
    kept = [thing for thing in drawn if not (thing.kind is not Kind.CURVE and thing.box.area >= BACKGROUND * page)]
    single = [_Cluster(*_sides(thing.box), Counter((thing.kind,))) for thing in kept]
    clusters = _join_until_stable(single, GAP * scale)
    if len(clusters) > MAX_CLUSTERS:
        clusters = sorted(clusters, key=lambda c: (c.left - c.right) * (c.bottom - c.top))[:MAX_CLUSTERS]
    drawings = [_describe(cluster, texts, page) for cluster in clusters]
    return tuple(sorted(drawings, key=lambda drawing: (drawing.box.top, drawing.box.left)))


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def _join_until_stable(clusters: list[_Cluster], gap: float) -> list[_Cluster]:
    """Joined clusters have larger boxes, which may reach what was passed before: repeat until nothing changes."""
    count = -1
    while count != len(clusters):
        count = len(clusters)
        clusters = _sweep(clusters, gap)
    return clusters


def _sweep(clusters: list[_Cluster], gap: float) -> list[_Cluster]:
    """Join from top to bottom: what ends more than the gap above the next one is done."""
    done: list[_Cluster] = []
    active: list[_Cluster] = []
    for current in sorted(clusters, key=lambda cluster: cluster.top):
        rest = []
        for cluster in active:
            if cluster.bottom + gap < current.top:
                done.append(cluster)
            elif cluster.near(current, gap):
                current.absorb(cluster)
            else:
                rest.append(cluster)
        active = [*rest, current]
    return done + active


def _describe(cluster: _Cluster, texts: Sequence[Box], page: float) -> Drawing:
    box = Box(cluster.left, cluster.top, cluster.right, cluster.bottom)
    text_share = min(1.0, sum(box.intersect(text).area for text in texts) / box.area) if box.area else 0.0
    kinds = cluster.kinds
    straight = not (kinds[Kind.IMAGE] or kinds[Kind.SHADING] or kinds[Kind.CURVE])
    if box.area < MIN_SHARE * page:
        role = DrawingRole.SPECK
    elif straight and text_share > FRAME_TEXT:
        role = DrawingRole.FRAME
    elif straight and kinds[Kind.BOX] == 1 and not kinds[Kind.LINE]:
        role = DrawingRole.BOX
    else:
        role = DrawingRole.FIGURE
    return Drawing(
        box=box,
        role=role,
        images=kinds[Kind.IMAGE],
        shadings=kinds[Kind.SHADING],
        curves=kinds[Kind.CURVE],
        lines=kinds[Kind.LINE],
        boxes=kinds[Kind.BOX],
        text_share=text_share,
    )
