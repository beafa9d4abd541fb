"""What each property of a style may be, where no preset narrows it down.

A choice's frequency is how often it is repeated.
"""

from collections.abc import Mapping, Sequence
from typing import Any

# fmt: off
OPTIONS: Mapping[str, Sequence[Any]] = {
    "theme": [
        "white", "excel", "office", "plotly_white", "whitegrid", "highcharts", "google", "cream", "blue_tint",
        "grey_tint", "grey_panel", "night", "mpl_dark", "slate", "navy", "white", "excel", "office",
    ],
    "palette": [
        "random", "random", "random", "shades", "tab10", "tableau", "excel", "echarts", "set2", "viridis",
        "economist", "blues", "greys",
    ],
    "family": ["any"],
    "text": [10.0, 11.0, 12.0, 13.0, 14.0, 16.0],
    "title_size": [1.0, 1.2, 1.4, 1.6],
    "title_bold": [True, False],
    "title_align": ["centre", "centre", "left", "plot", "plot_left", "right"],
    "margin": ["tight", "tight", "loose"],
    "border": [False] * 9 + [True],
    "title_below": [False] * 30 + [True],
    "frame": ["box", "lb", "lb", "b", "l", "", "near"],
    "axis_width": [0.06, 0.08, 0.12],
    "tick_length": [0.0, 0.0, 0.3, 0.4, -0.3],
    "offset": [False] * 30 + [True],
    "tick_size": [1.0, 1.0, 1.0, 0.9, 0.85],
    "minor_ticks": [False, False, False, False, False, True],
    "category_ticks": [True, False],
    "grid": ["", "", "value", "value", "value", "both"],
    "grid_dash": ["", "", "", "dash", "dot"],
    "grid_halves": [False] * 15 + [True],
    "bands": [False] * 30 + [True],
    "tick_count": [2, 3, 4, 5, 5, 6, 6, 7, 8, 10, 12],
    "limits": ["ticks", "data"],
    "axis_side": ["near"] * 12 + ["far", "both", "none", "none"],
    "value_title": ["beside", "beside", "beside", "above"],
    "rotation": ["auto"] * 8 + ["45", "45", "90", "-45", "wrap", "30", "centre45"],
    "side_labels": ["beside"] * 8 + ["left", "above", "above"],
    "at_zero": [False, False, False, True],
    "legend": ["top", "top_left", "bottom", "right", "right_middle", "left", "inside", "bottom", "right"],
    "legend_frame": [False, False, True],
    "legend_keys": ["square", "square", "rectangle", "circle"],
    "bar_fill": [0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    "bar_gap": [0.0, 0.0, 0.0, 0.05, 0.12],
    "bar_edge": ["", "", "", "", "", "dark", "light", "own"],
    "bar_shape": ["plain"] * 16 + ["rounded", "hatched"],
    "vary": ["no"] * 8 + ["each", "one"],
    "labels": ["none", "none", "none", "none", "none", "outside", "outside", "outside", "inside", "centre", "upright"],
    "label_size": [0.85, 0.9, 0.9, 1.0, 1.1],
    "label_bold": [False] * 7 + [True],
    "totals": [False] * 9 + [True],
    "line_width": [0.09, 0.13, 0.17, 0.22, 0.3],
    "line_shape": ["straight", "straight", "straight", "straight", "smooth"],
    "line_dash": [False, False, False, True],
    "marker": ["", "", "", "circle", "circle", "circle", "square", "diamond", "triangle", "ring", "mixed", "cross"],
    "marker_size": [0.2, 0.26, 0.32, 0.4],
    "edge_to_edge": [True, False],
    "direct_names": [False, False, False, True],
    "area_alpha": [1.0, 1.0, 0.75, 0.5],
    "start_angle": [0.0, 90.0, 90.0, 90.0, 120.0, 45.0, 140.0, 180.0, 270.0],
    "clockwise": [True, True, False],
    "hole": [0.0, 0.0, 0.0, 0.4, 0.5, 0.6, 0.7],
    "slice_edge": ["", "light", "light", "dark"],
    "pie_names": ["legend", "legend", "beside", "beside", "leader", "inside"],
    "pie_values": ["inside", "inside", "inside", "joined", "joined", "below", "outside", "none"],
    "reverse": [False, False, True],
}
# fmt: on
