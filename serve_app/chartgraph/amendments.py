"""What the model's graph is mended by before it is read: facts that the places of words and marks tell."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from serve_app.chartgraph.axis import Tick, fit_axis
from serve_app.chartgraph.graph import Floats, Graph
from serve_app.chartgraph.keys import find_names
from serve_app.chartgraph.labels import is_name
from serve_app.chartgraph.legend_keys import find_legend_keys
from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.tables.numbers import expand

_SURE = 0.9
"""Probability that is given to a role or a link that is mended."""

_LEVEL = 0.6
"""Text heights by which a value and the name behind it, or the line that they belong to, may be out of line."""

_NAME_GAP = 1.5
"""Text heights between a value and the name behind it, at most."""

_END_GAP = 3.0
"""Text heights from a line's last point to the value behind it, at most."""

_BEYOND = 0.2
"""Share of the distance between labels by which a point beyond the last of them is beside its place."""

_AXIS = 3
"""Numbers of a value axis that the model took for categories, at least."""


def amend(graph: Graph) -> Graph:
    """The graph with the roles of the names beside the legend's keys and at the lines' ends, and with its axes right.

    Points that the model saw in the print behind the lines' ends are left out.
    """
    if not graph.words:
        return graph
    for rule in (find_legend_keys, _value_ends, _name_ranges, _name_keys, _name_ends, _drop_print, _turn_axes):
        graph = rule(graph)
    return graph


def _name_keys(graph: Graph) -> Graph:
    """The names beside the keys of a legend."""
    keys = graph.find_marks(MarkKind.SWATCH)
    if len(keys) < 2:
        return graph
    role = Role.CATEGORY if graph.find_marks(MarkKind.SLICE, MarkKind.RIM) else Role.SERIES
    wrong = (Role.OTHER, Role.CONTINUED, Role.VALUE_AXIS, Role.CATEGORY_AXIS, Role.VALUE)
    return _give_roles(
        graph, {word: role for word in find_names(graph, keys).values() if graph.best_roles[word] in wrong}
    )


def _name_ends(graph: Graph) -> Graph:
    """A number right behind a line's last point is its value, and the text behind that the name of its series."""
    points = graph.points[graph.find_marks(MarkKind.POINT)]
    roles: dict[int, Role] = {}
    for i, word in enumerate(graph.words):
        left, right = word.x - word.width / 2, word.x + word.width / 2
        if not len(points) or graph.read_number(i) is None or left < np.quantile(points[:, 0], 0.8):
            continue
        gaps = left - points[:, 0]
        level = np.abs(points[:, 1] - word.y) < _LEVEL * word.height
        if not (level & (gaps > -_LEVEL * word.height) & (gaps < _END_GAP * word.height)).any():
            continue
        for j, name in enumerate(graph.words):
            gap = name.x - name.width / 2 - right
            if (
                abs(name.y - word.y) < _LEVEL * word.height
                and -_LEVEL * word.height < gap < _NAME_GAP * word.height
                and any(map(str.isalpha, name.text))
                and graph.read_number(j) is None
            ):
                roles |= {i: Role.VALUE, j: Role.SERIES}
    return _give_roles(graph, roles)


def _value_ends(graph: Graph) -> Graph:
    """Numbers right behind the last points of lines that the model took for ticks are their values.

    The ticks of an axis at the right stand at the same places only by chance.
    """
    points = graph.points[graph.find_marks(MarkKind.POINT)]
    if not len(points):
        return graph
    last = float(points[:, 0].max())
    ends = points[points[:, 0] > last - _LEVEL * float(np.median([word.height for word in graph.words]))]
    behind = [i for i in graph.find_words(Role.TICK) if graph.words[i].x - graph.words[i].width / 2 > ends[:, 0].min()]
    level = [
        i
        for i in behind
        if graph.words[i].x - graph.words[i].width / 2 - last < _END_GAP * graph.words[i].height
        and (np.abs(ends[:, 1] - graph.words[i].y) < _LEVEL * graph.words[i].height).any()
    ]
    return _give_roles(graph, dict.fromkeys(behind, Role.VALUE)) if level and 2 * len(level) >= len(behind) else graph


def _name_ranges(graph: Graph) -> Graph:
    """Of lines, names without letters, as "30-49", beside others that are names, and names with letters.

    Bars are left alone: what stands at them may be the unit of a value, which OCR read apart.
    """
    others = graph.find_marks(MarkKind.COLUMN, MarkKind.BAR, MarkKind.AREA, MarkKind.SLICE)
    if others or not any(is_name(graph.words[i].text) for i in graph.find_words(Role.SERIES)):
        return graph
    wrong = [i for i in graph.find_words(Role.VALUE) if is_name(graph.words[i].text) and graph.read_number(i) is None]
    return _give_roles(graph, dict.fromkeys(wrong, Role.SERIES))


def _drop_print(graph: Graph) -> Graph:
    """The graph without points beyond the last category that lie in a printed value or name."""
    words = [graph.words[i] for i in (*graph.find_words(Role.VALUE), *graph.find_words(Role.SERIES))]
    labels = [graph.words[i] for i in graph.find_words(Role.CATEGORY)]
    if len(labels) < 2:
        return graph
    places = np.sort([label.x for label in labels])
    last = min(places[-1] + _BEYOND * float(np.diff(places).min()), max(label.x + label.width / 2 for label in labels))
    scores = graph.scores.copy()
    for mark in graph.find_marks(MarkKind.POINT, least=0.0):
        x, y = graph.points[mark]
        if x > last and any(abs(x - word.x) < word.width / 2 and abs(y - word.y) < word.height / 2 for word in words):
            scores[mark] = 0.0
    return replace(graph, scores=scores)


def _turn_axes(graph: Graph) -> Graph:
    """Bars that run across have their categories beside them, and the numbers in a row under them are the axis."""
    bars = graph.find_marks(MarkKind.BAR)
    below, beside = graph.find_words(Role.CATEGORY), graph.find_words(Role.TICK)
    if len(bars) < 2 or not (_is_row(graph, below) and len(beside) > 1 and _is_column(graph, beside)):
        return graph
    numbers = [(i, expand(number).value) for i in below if (number := graph.read_number(i))]
    axis = fit_axis([Tick(graph.words[i].x, value) for i, value in numbers], upwards=False)
    if axis is None or axis.logarithmic or len(axis.fitting) < max(_AXIS, 0.5 * len(below)):
        return graph
    links = graph.links.copy()
    pitch = float(np.median(np.diff(np.sort([graph.words[i].y for i in beside]))))
    for mark in bars:
        nearest = min(beside, key=lambda i: abs(graph.words[i].y - graph.points[mark, 1]))
        if abs(graph.words[nearest].y - graph.points[mark, 1]) < pitch / 2:
            links[0, mark] = 0.0
            links[0, mark, [0, 1 + nearest]] = (1 - _SURE, _SURE)
    turned = _give_roles(graph, dict.fromkeys(beside, Role.CATEGORY) | dict.fromkeys(below, Role.TICK))
    return replace(turned, links=links)


def _is_row(graph: Graph, words: Sequence[int]) -> bool:
    """Whether words stand in one line."""
    ys = [graph.words[i].y for i in words]
    return len(words) >= _AXIS and float(np.ptp(ys)) < graph.words[words[0]].height


def _is_column(graph: Graph, words: Sequence[int]) -> bool:
    """Whether words stand above one another."""
    return float(np.ptp([graph.words[i].x for i in words])) < min(
        3 * graph.words[words[0]].height, float(np.ptp([graph.words[i].y for i in words]))
    )


def _give_roles(graph: Graph, given: dict[int, Role]) -> Graph:
    """The graph with the roles of some words made sure."""
    roles = graph.roles.copy()
    for word, role in given.items():
        roles[word] = _make_sure(roles.shape[1], role)
    return replace(graph, roles=roles) if given else graph


def _make_sure(count: int, role: Role) -> Floats:
    row = np.full(count, (1 - _SURE) / (count - 1))
    row[role] = _SURE
    return row
