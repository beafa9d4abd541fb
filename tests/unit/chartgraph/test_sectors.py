import math
from itertools import pairwise

import numpy as np
import pytest

from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.sectors import find_slices

HUB = (200.0, 150.0)


def pie(borders, radius=100.0, depth=None, extra=()):
    """Marks of a pie whose borders lie at these angles in degrees, clockwise from the right."""
    rows = [(*HUB, 0.9, MarkKind.HUB)]
    for angle in borders:
        turn = math.radians(angle)
        rows.append((HUB[0] + radius * math.cos(turn), HUB[1] + radius * math.sin(turn), 0.8, MarkKind.RIM))
        if depth:
            reach = depth * radius
            rows.append((HUB[0] + reach * math.cos(turn), HUB[1] + reach * math.sin(turn), 0.5, MarkKind.SLICE))
    table = np.array([*rows, *extra], float)
    return table[:, :3], table[:, 3].astype(np.int64)


@pytest.mark.parametrize("borders", [(0, 90, 180, 270), (10, 20, 200), (0, 180)])
def test_one_slice_between_each_two_borders(borders):
    slices = find_slices(*pie(borders))
    assert len(slices) == len(borders)
    found = sorted(math.degrees(math.atan2(y - HUB[1], x - HUB[0])) % 360 for x, y, _ in slices)
    edges = [*borders, borders[0] + 360]
    assert found == pytest.approx(sorted((a + b) / 2 % 360 for a, b in pairwise(edges)))
    assert np.hypot(slices[:, 0] - HUB[0], slices[:, 1] - HUB[1]) == pytest.approx(60)


def test_a_donut_is_pointed_at_in_its_ring():
    slices = find_slices(*pie((0, 120, 240), depth=0.8))
    assert np.hypot(slices[:, 0] - HUB[0], slices[:, 1] - HUB[1]) == pytest.approx(80)


def test_what_does_not_lie_on_the_circle_is_no_border():
    stray = (HUB[0] + 10, HUB[1], 0.9, MarkKind.RIM)
    assert len(find_slices(*pie((0, 120, 240), extra=[stray]))) == 3


@pytest.mark.parametrize("borders", [(), (30,)])
def test_without_two_borders_there_is_no_pie(borders):
    assert find_slices(*pie(borders)) is None


def test_unsure_marks_do_not_count():
    points, kinds = pie((0, 120, 240))
    points[:, 2] = 0.1
    assert find_slices(points, kinds) is None


def test_a_donut_whose_centre_is_not_seen_is_found_by_its_circle():
    points, kinds = pie((0, 100, 200))
    assert len(find_slices(points[1:], kinds[1:])) == 3
    points, kinds = pie((0, 100))
    assert find_slices(points[1:], kinds[1:]) is None
