"""Numbers as charts print them, and random values in plausible shapes."""

import math
import random
from dataclasses import dataclass, replace

from serve_app.chartgraph.training.renderer import vocabulary
from serve_app.domain import Cell, Number


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a number is printed. `prefix` and `suffix` carry the unit; `bare_zero` drops it from a zero."""

    decimals: int = 0
    thousands: str = ""
    point: str = "."
    prefix: str = ""
    suffix: str = ""
    minus: str = "-"
    bare_zero: bool = False

    def write(self, value: float, decimals: int | None = None) -> str:
        """Print a value, with this format's decimals or others."""
        digits = f"{abs(value):,.{self.decimals if decimals is None else decimals}f}"
        is_zero = not any(char in "123456789" for char in digits)
        digits = digits.replace(",", "\0").replace(".", self.point).replace("\0", self.thousands)
        sign = self.minus if value < 0 and not is_zero else ""
        if is_zero and self.bare_zero:
            return digits
        return f"{sign}{self.prefix}{digits}{self.suffix}"

    @property
    def has_unit(self) -> bool:
        """Whether a unit or the percent sign is printed."""
        return bool(self.prefix or self.suffix)

    @property
    def percent(self) -> bool:
        """Whether the unit is the percent sign."""
        return "%" in self.suffix

    @property
    def unit(self) -> str | None:
        """The unit without the percent sign, joined as `serve_app.tables.numbers` does: "$M", "$ million"."""
        suffix = self.suffix.strip().replace("%", "")
        joint = " " if self.prefix and len(suffix) > 2 else ""
        return f"{self.prefix}{joint}{suffix}" or None

    def cell(self, value: float, text: str) -> Cell:
        """A table's cell for a value that is printed as `text`."""
        return Cell(text, number=Number(value, unit=self.unit, percent=self.percent))


def draw_formats(rng: random.Random, percent: bool, decimals: int) -> tuple[NumberFormat, NumberFormat]:
    """The formats of the ticks and of the values printed at the marks, which mostly agree."""
    thousands, point = rng.choices([("", "."), (",", "."), (" ", "."), (".", ","), ("", ",")], [30, 60, 4, 4, 3])[0]
    base = NumberFormat(decimals, thousands, point, minus=rng.choice(["-", "-", "\N{MINUS SIGN}"]))
    kind = "percent" if percent else rng.choices(["none", "currency", "magnitude", "unit"], [70, 11, 13, 6])[0]
    if kind == "percent":
        base = replace(base, suffix=rng.choice(["%", "%", "%", "%", " %"]))
    elif kind == "currency":
        sign = rng.choice("$$$$€£¥")
        base = replace(base, prefix=sign, suffix=rng.choice(["", "", "", "k", "M", "B", "bn", "m"]))
    elif kind == "magnitude":
        base = replace(base, suffix=rng.choice(["k", "K", "M", "M", "B", " bn", "m", " million"]))
    elif kind == "unit":
        base = replace(base, suffix=rng.choice(["", " "]) + rng.choice(vocabulary.UNITS))
    base = replace(base, bare_zero=rng.random() < 0.25 and kind != "none")
    plain = replace(base, prefix="", suffix="")
    share = rng.random()
    if share < 0.7:
        return base, base
    return (base, plain) if share < 0.85 else (plain, base)


def draw_values(
    rng: random.Random, shape: tuple[int, int], peak: float, decimals: int, floor: float
) -> list[list[float]]:
    """Values of `shape` (series, categories) up to about `peak`, and down to `floor` times it.

    With a floor, none is rounded to zero: its bar would be invisible.
    """
    series, count = shape
    curve = rng.choice(["any", "any", "trend", "walk", "sorted", "peaked"])
    low = rng.choice([floor, floor, 0.2, 0.4, 0.7])
    first = _draw_curve(rng, curve, count, low)
    rows = [first]
    for _ in range(series - 1):
        if rng.random() < 0.5:
            factor = rng.uniform(0.4, 1.1)
            rows.append([value * factor * rng.uniform(0.8, 1.2) for value in first])
        else:
            rows.append(_draw_curve(rng, rng.choice([curve, "any", "trend"]), count, low))
    least = 10.0**-decimals if floor else 0.0
    return [[max(least, round(max(floor, min(value, 1.1)) * peak, decimals)) for value in row] for row in rows]


def _draw_curve(rng: random.Random, curve: str, count: int, low: float) -> list[float]:
    if curve == "any":
        return [rng.uniform(low, 1) for _ in range(count)]
    if curve == "sorted":
        return sorted((low + (1 - low) * rng.random() ** 2 for _ in range(count)), reverse=rng.random() < 0.75)
    if curve == "peaked":
        middle, width = rng.uniform(0, count), rng.uniform(0.15, 0.5) * count
        return [low + (1 - low) * math.exp(-(((i - middle) / width) ** 2)) * rng.uniform(0.8, 1) for i in range(count)]
    start, end = rng.uniform(low, 1), rng.uniform(low, 1)
    noise = (1 - low) * rng.choice([0.02, 0.08, 0.2])
    if curve == "trend":
        return [start + (end - start) * i / max(1, count - 1) + rng.gauss(0, noise) for i in range(count)]
    values, value = [], start
    for _ in range(count):
        values.append(value)
        value = min(1.0, max(low, value + rng.gauss(0, 2 * noise)))
    return values


def round_shares(weights: list[float], total: float, decimals: int) -> list[float]:
    """Split `total` by weights into rounded parts that add up to it (largest remainder method)."""
    scale = 10**decimals
    exact = [weight / sum(weights) * total * scale for weight in weights]
    parts = [math.floor(value) for value in exact]
    rest = round(total * scale) - sum(parts)
    for i in sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])[:rest]:
        parts[i] += 1
    return [part / scale for part in parts]
