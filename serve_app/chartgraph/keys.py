"""The keys of a legend, the names beside them, and which of them the marks are drawn like."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from serve_app.chartgraph.colours import Palette, tell_apart
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.words import PlacedWord

_REACH = 4.0
"""Text heights from a name to its key, at most."""

_LEVEL = 0.8
"""Text heights by which a key may be above or below the middle of its name."""

_ALIKE = 12.0
"""Distance in CIELAB by which a mark may be nearer to one key than to another and still belong to that other."""

_EXACT = 3.0
"""Distance in CIELAB within which a mark has the colour of a key."""

_SHARP = 0.4
"""Share of the distance between two keys by which a mark may be off, where it has the colour of a third exactly."""

_IN_LINE = 0.6
"""Text heights by which the names of a legend may be out of line."""

_DISTINCT = 6.0
"""Keys that are nearer to each other in CIELAB are not told apart by colour."""

_UNLIKE = 12.0
"""Names whose letters are nearer to each other in CIELAB are not told apart by them."""

_EXPLAINED = 0.85
"""Share of the points that are in the colour of a name, at least, where names tell the lines."""

_PRIOR = 0.3
"""What the model's own link counts for beside the colour of a name."""

_FLOOR = 0.03
"""What the model says, and what the colours say, are not taken for impossible below this probability."""


def find_keys(graph: Graph, names: Sequence[int]) -> dict[int, int]:
    """The key (a mark) of each name (a word), one to one, as far as there is one beside it."""
    return {name: key for key, name in _pair(graph, graph.find_marks(MarkKind.SWATCH, least=0.3), names).items()}


def find_names(graph: Graph, keys: Sequence[int]) -> dict[int, int]:
    """The word beside each key (a mark), one to one, whatever the model takes it for."""
    return _pair(graph, keys, range(len(graph.words)))


def _pair(graph: Graph, keys: Sequence[int], names: Sequence[int]) -> dict[int, int]:
    """Keys and the words beside them. All keys stand on one side of their names; which one, the nearer side tells."""
    if not keys or not names:
        return {}
    gaps = np.array([[_measure_gap(graph.points[key], graph.words[name]) for name in names] for key in keys])
    best: dict[int, int] = {}
    least = np.inf
    for side in (0, 1):
        cost = np.minimum(gaps[..., side], 10 * _REACH)
        rows, columns = linear_sum_assignment(cost)
        total = float(np.minimum(cost[rows, columns], 2 * _REACH).sum())
        if total < least:
            least = total
            best = {keys[i]: names[j] for i, j in zip(rows, columns, strict=True) if cost[i, j] <= _REACH}
    return best


def _measure_gap(key: Floats, word: PlacedWord) -> tuple[float, float]:
    """Text heights from a key to where a name begins, and from where it ends; infinite if it is elsewhere."""
    across = abs(float(key[1]) - word.y) / word.height
    if across > _LEVEL or abs(word.angle) > 20:
        return np.inf, np.inf
    left = (word.x - word.width / 2 - float(key[0])) / word.height
    right = (float(key[0]) - word.x - word.width / 2) / word.height
    return (left + across if left > -0.5 else np.inf), (right + across if right > -0.5 else np.inf)


def is_in_line(word: PlacedWord, others: Sequence[PlacedWord]) -> bool:
    """Whether a name begins under one of the others, or stands on its line."""
    return any(
        abs(word.y - other.y) < _IN_LINE * word.height
        or abs((word.x - word.width / 2) - (other.x - other.width / 2)) < _IN_LINE * word.height
        for other in others
    )


def locate_keys(graph: Graph, names: Sequence[int]) -> dict[int, Floats]:
    """Where the key of each name is; a key that was not found is as far from its name as the others from theirs."""
    keys = find_keys(graph, names)
    if not keys:
        return {}
    starts = {
        name: np.array([graph.words[name].x - graph.words[name].width / 2, graph.words[name].y]) for name in names
    }
    offset = np.median([graph.points[key] - starts[name] for name, key in keys.items()], axis=0)
    known = [graph.words[name] for name in keys]
    return {
        name: graph.points[keys[name]] if name in keys else starts[name] + offset
        for name in names
        if name in keys or is_in_line(graph.words[name], known)
    }


def weigh_by_colour(
    graph: Graph, links: Floats, marks: Sequence[int], names: Sequence[int], palette: Palette
) -> Floats:
    """Links (marks, 1 + words) of marks to names, changed to favour the names whose keys have the marks' colours."""
    places = locate_keys(graph, names)
    if len(places) < 2 or not marks:
        return links
    found = [
        palette.find_key(float(place[0]), float(place[1]), graph.words[name].height) for name, place in places.items()
    ]
    fills, inks = (np.array([pair[i] for pair in found]) for i in (0, 1))
    changed = links.copy()
    columns = [1 + name for name in places]
    for mark in marks:
        line = graph.kinds[mark] == MarkKind.POINT
        looks = inks if line else fills
        apart = float(tell_apart(looks, looks)[np.triu_indices(len(looks), 1)].min())
        if apart < _DISTINCT:
            continue
        like = (
            _compare_line(palette, graph.points[mark], looks)
            if line
            else _compare_fill(palette.find_mark(int(graph.kinds[mark]), *graph.points[mark]), looks, apart)
        )
        known = links[mark, columns]
        weight = (known + _FLOOR) * (like + _FLOOR)
        changed[mark, columns] = weight / weight.sum() * max(float(known.sum()), 1 - float(links[mark, 0]))
    return changed


def weigh_by_names(
    graph: Graph, links: Floats, marks: Sequence[int], names: Sequence[int], inks: Floats, palette: Palette
) -> Floats | None:
    """Links (marks, 1 + words) of the points of lines to names without keys, by the colours that those are written in.

    `inks` are these colours (names, 3).
    None if the names are not in different colours, or if most of the points are in none of them.
    """
    if tell_apart(inks, inks)[np.triu_indices(len(inks), 1)].min(initial=np.inf) < _UNLIKE:
        return None
    counts = np.array([_count_ink(palette, point, inks) for point in graph.points[list(marks)]])
    inked = counts.max(1, initial=0.0) > 0
    if not len(counts) or inked.mean() < _EXPLAINED or len(set(counts[inked].argmax(1).tolist())) < len(names) / 2:
        return None
    changed = links.copy()
    columns = [1 + name for name in names]
    for mark, count in zip(marks, counts, strict=True):
        like = count / count.max() if count.max() > 0 else np.ones(len(names))
        weight = (links[mark, columns] + _PRIOR) * (like + _FLOOR) ** 2
        changed[mark, columns] = weight / weight.sum()
    return changed


def _count_ink(palette: Palette, point: Floats, inks: Floats) -> Floats:
    """How much of each colour is at the point of a line, or just beside where its marker is hollow."""
    near = palette.count_like(float(point[0]), float(point[1]), inks)
    return near if near.any() else palette.count_like(float(point[0]), float(point[1]), inks, reach=2.0)


def _compare_fill(colour: Floats, looks: Floats, apart: float) -> Floats:
    """How much a filled mark looks like each key, 1 for the nearest; a colour that is met exactly leaves no doubt.

    Fills may be shaded or translucent where their keys are not, so that all are off by as much.
    """
    away = tell_apart(colour[None], looks)[0]
    scale = float(np.clip(_SHARP * apart, _EXACT, _ALIKE)) if away.min() < _EXACT else _ALIKE
    return np.asarray(np.exp(-(((away - away.min()) / scale) ** 2)))


def _compare_line(palette: Palette, point: Floats, looks: Floats) -> Floats:
    """How much of what is drawn at a line's point has each key's colour: 1 for the most; other ink does not count."""
    counts = palette.count_like(float(point[0]), float(point[1]), looks)
    return counts / counts.max() if counts.max() > 0 else np.ones(len(looks))
