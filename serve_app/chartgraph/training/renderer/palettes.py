"""Colours of marks, and themes: the colours of everything else."""

import colorsys
import random
from dataclasses import dataclass

from serve_app.chartgraph.training.renderer.canvas import Colour, blend


def parse_colours(text: str) -> tuple[Colour, ...]:
    """Read colours written as six hexadecimal digits with spaces between them."""
    return tuple((int(c[:2], 16), int(c[2:4], 16), int(c[4:], 16)) for c in text.split())


PALETTES = {
    name: parse_colours(text)
    for name, text in {
        "tab10": "1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf",
        "deep": "4c72b0 dd8452 55a868 c44e52 8172b3 937860 da8bc3 8c8c8c ccb974 64b5cd",
        "plotly": "636efa ef553b 00cc96 ab63fa ffa15a 19d3f3 ff6692 b6e880 ff97ff fecb52",
        "excel": "4472c4 ed7d31 a5a5a5 ffc000 5b9bd5 70ad47 264478 9e480e 636363 997300",
        "excel2007": "4f81bd c0504d 9bbb59 8064a2 4bacc6 f79646 2c4d75 772c2a 5f7530",
        "ggplot": "f8766d 00ba38 619cff c77cff 7cae00 00bfc4 e68613 ff61cc 8494ff",
        "highcharts": "7cb5ec 434348 90ed7d f7a35c 8085e9 f15c80 e4d354 2b908f f45b5b 91e8e1",
        "google": "3366cc dc3912 ff9900 109618 990099 0099c6 dd4477 66aa00 b82e2e 316395",
        "category20": "1f77b4 aec7e8 ff7f0e ffbb78 2ca02c 98df8a d62728 ff9896 9467bd c5b0d5",
        "set2": "66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f e5c494 b3b3b3",
        "echarts": "5470c6 91cc75 fac858 ee6666 73c0de 3ba272 fc8452 9a60b4 ea7ccc",
        "viridis": "440154 31688e 35b779 fde725 443983 21918c 90d743 3b528b",
        "economist": "006ba2 3ebcd2 379a8b ebb434 b4ba39 9a607f d1b07c db444b",
        "blues": "08306b 2171b5 6baed6 c6dbef 08519c 4292c6 9ecae1",
        "greys": "252525 737373 bdbdbd 525252 969696 d0d0d0 3a3a3a",
        "r_greys": "4d4d4d aeaeae e6e6e6 7f7f7f c8c8c8 303030 989898",
        "r_pastel": "add8e6 ffe4c4 e0c8ff cdebc5 fff0a5 c8d4ff",
        "primaries": "00008b ff0000 228b22 ffd700 4682b4 a020f0",
        "echarts4": "5070dd b6d634 505372 ff994d 0ca8df ffd10a fb628b",
        "muted_pair": "436983 bf9b3f 733e2f 949d48 746a7e a55a26 d1a730 ea9e2c 756a7e",
        "tableau": "4e79a7 f28e2b e15759 76b7b2 59a14f edc948 b07aa1 ff9da7 9c755f bab0ac",
    }.items()
}


DISTINCT = 55
"""Two colours of a chart differ by more than this, summed over the channels of 0 to 255."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the picture, the plot area, titles, other texts, grid lines and axis lines."""

    background: Colour
    panel: Colour
    ink: Colour
    muted: Colour
    grid: Colour
    axis: Colour


THEMES = {
    name: Theme(*parse_colours(text))
    for name, text in {
        "white": "ffffff ffffff 000000 000000 b0b0b0 000000",
        "excel": "ffffff ffffff 595959 595959 d9d9d9 d9d9d9",
        "office": "ffffff ffffff 000000 262626 bfbfbf 868686",
        "plotly": "ffffff e5ecf6 2a3f5f 2a3f5f ffffff e5ecf6",
        "plotly_white": "ffffff ffffff 2a3f5f 2a3f5f ebf0f8 ebf0f8",
        "darkgrid": "ffffff eaeaf2 262626 262626 ffffff ffffff",
        "whitegrid": "ffffff ffffff 262626 262626 cccccc cccccc",
        "bokeh": "ffffff ffffff 444444 444444 e5e5e5 000000",
        "ggplot": "ffffff ebebeb 000000 4d4d4d ffffff 333333",
        "ggplot_bw": "ffffff ffffff 000000 4d4d4d ebebeb 333333",
        "highcharts": "ffffff ffffff 333333 666666 e6e6e6 ccd6eb",
        "google": "ffffff ffffff 222222 444444 cccccc 333333",
        "cream": "fff1e5 fff1e5 33302e 66605c e5d8cd 66605c",
        "blue_tint": "d5e4eb d5e4eb 000000 222222 ffffff 333333",
        "grey_tint": "f2f2f2 f2f2f2 222222 555555 d0d0d0 777777",
        "grey_panel": "ffffff c0c0c0 000000 000000 000000 000000",
        "night": "111111 111111 f2f5fa f2f5fa 283442 506784",
        "mpl_dark": "000000 000000 ffffff ffffff 555555 ffffff",
        "slate": "1f2a38 243447 e8edf3 b8c4d0 3a4b60 6b7f95",
        "navy": "0b1f3a 0b1f3a ffffff d5deea 27405f 8aa0ba",
    }.items()
}


def draw_palette(rng: random.Random, name: str, theme: Theme) -> tuple[Colour, ...]:
    """A palette that stands out from the theme: a named one, or for "random" hues around the circle."""
    if name == "random":
        hue, step = rng.random(), rng.choice([0.618, 0.382, 0.15, 0.09])
        light, vivid = rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.9)
        colours = [colorsys.hls_to_rgb((hue + i * step) % 1, light + (i % 3 - 1) * 0.08, vivid) for i in range(9)]
        chosen: list[Colour] = [(round(r * 255), round(g * 255), round(b * 255)) for r, g, b in colours]
    elif name == "shades":
        base = rng.choice(PALETTES["tableau"] + PALETTES["economist"])
        chosen = [blend(base, theme.panel, share) for share in (0.0, 0.35, 0.6, 0.15, 0.5, 0.25, 0.7, 0.42, 0.08)]
    else:
        chosen = list(PALETTES[name])
    if rng.random() < 0.25:
        rng.shuffle(chosen)
    spare = (colorsys.hls_to_rgb(i * 0.618 % 1, 0.3 + 0.07 * (i % 5), 0.7) for i in range(40))
    chosen += [(round(r * 255), round(g * 255), round(b * 255)) for r, g, b in spare]
    distinct: list[Colour] = []
    for colour in chosen:
        if all(_distance(colour, other) > DISTINCT for other in (*distinct, theme.panel, theme.background)):
            distinct.append(colour)
    return tuple(distinct[:10])


def _distance(a: Colour, b: Colour) -> int:
    return sum(abs(x - y) for x, y in zip(a, b, strict=True))
