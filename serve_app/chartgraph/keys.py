"""The keys of a legend, and which of them the marks are drawn like."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from serve_app.chartgraph.colours import Palette, tell_apart
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.words import PlacedWord

_REACH = 4.0
"""Text heights from a name to its key, at most."""

_ALIKE = 12.0
"""Distance in CIELAB by which a mark may be nearer to one key than to another and still belong to that other."""

_DISTINCT = 8.0
"""Keys that are nearer to each other in CIELAB are not told apart by colour."""

_FLOOR = 0.03
"""What the model says, and what the colours say, are not taken for impossible below this probability."""


def find_keys(graph: Graph, names: Sequence[int]) -> dict[int, int]:
    """The key (a mark) of each name (a word), one to one, as far as there is one beside it."""
    keys = graph.find_marks(MarkKind.SWATCH, least=0.3)
    if not keys or not names:
        return {}
    gaps = np.array([[_measure_gap(graph.points[key], graph.words[name]) for key in keys] for name in names])
    # All keys stand on the same side of their names; which one, the nearer side tells.
    best: dict[int, int] = {}
    least = np.inf
    for side in (gaps[..., 0], gaps[..., 1]):
        cost = np.minimum(side, 10 * _REACH)
        rows, columns = linear_sum_assignment(cost)
        total = float(cost[rows, columns].sum())
        if total < least:
            least = total
            best = {names[i]: keys[j] for i, j in zip(rows, columns, strict=True) if cost[i, j] <= _REACH}
    return best


def _measure_gap(key: Floats, word: PlacedWord) -> tuple[float, float]:
    """Text heights from a key to where a name begins, and from where it ends; infinite if it is elsewhere."""
    across = abs(float(key[1]) - word.y) / word.height
    if across > 0.8:
        return np.inf, np.inf
    left = (word.x - word.width / 2 - float(key[0])) / word.height
    right = (float(key[0]) - word.x - word.width / 2) / word.height
    return tuple(gap + across if gap > -0.5 else np.inf for gap in (left, right))  # type: ignore[return-value]


def weigh_by_colour(
    graph: Graph, links: Floats, marks: Sequence[int], names: Sequence[int], palette: Palette
) -> Floats:
    """Links (marks, 1 + words) of marks to names, changed to favour the names whose keys have the marks' colours."""
    keys = find_keys(graph, names)
    keyed = [name for name in names if name in keys]
    if len(keyed) < 2 or len(keyed) < len(names) or not marks:
        return links
    heights = [graph.words[name].height for name in keyed]
    found = [palette.find_key(*graph.points[keys[name]], height) for name, height in zip(keyed, heights, strict=True)]
    colours = np.array([palette.find_mark(graph.kinds[mark], *graph.points[mark]) for mark in marks])
    fills, inks = (np.array([pair[i] for pair in found]) for i in (0, 1))
    changed = links.copy()
    for i, mark in enumerate(marks):
        looks = inks if graph.kinds[mark] == MarkKind.POINT else fills
        between = tell_apart(looks, looks)[np.triu_indices(len(looks), 1)]
        if between.min() < _DISTINCT:
            continue
        away = tell_apart(colours[i : i + 1], looks)[0]
        like = np.exp(-(((away - away.min()) / _ALIKE) ** 2))
        columns = [1 + name for name in keyed]
        known = links[mark, columns]
        weight = (known + _FLOOR) * (like + _FLOOR)
        total = max(float(known.sum()), 1 - float(links[mark, 0]))
        changed[mark, columns] = weight / weight.sum() * total
    return changed
