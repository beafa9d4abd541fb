"""Category labels that count: whole numbers, months, quarters; and what stands between them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serve_app.chartgraph.axis import Axis, Tick, fit_axis

_LEAST_LABELS = 3
"""Two numbers lie on a line always."""

_YEARS = range(1500, 2100)
"""Two of these are enough: such labels are those of an axis of time."""

_LEAST_SHARE = 0.75
"""Share of the labels that must count; the others OCR may have misread."""

_FEW = 5
"""Of fewer labels, all must count."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SEPARATED_YEAR = r"(?:(?P<between>[\s'\u2018\u2019./,-]{1,2})(?P<year>\d{4}|\d{2}))?"
_MONTH = re.compile(rf"(?P<name>[A-Za-z]{{3,9}})\.?{_SEPARATED_YEAR}")
_QUARTER = re.compile(rf"(?P<name>[Qq][1-4]){_SEPARATED_YEAR}")
_NUMBERED = re.compile(r"(?P<name>[^\W\d_]{2,12}\.?\s?)(?P<number>\d{1,3})")
"""Labels such as "Week 3", all of one name."""

_NUMBER = re.compile(r"(?P<mark>['\u2018\u2019]?)(?P<digits>\d{1,4})")


@dataclass(frozen=True, slots=True)
class Counting:
    """Numbers of some labels (None where one does not count), and how another number is written as a label."""

    numbers: tuple[int | None, ...]
    write: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class CountingAxis:
    """A category axis that counts, from places in pixels to numbers and their labels."""

    axis: Axis
    write: Callable[[int], str]

    @property
    def pixels(self) -> float:
        """Pixels from one number to the next."""
        return abs(self.axis.slope)

    def read(self, position: float) -> float:
        """The number at a place: a whole one where a label could stand."""
        return self.axis.read(position)


def fit_counting_axis(labels: Sequence[tuple[float, str]]) -> CountingAxis | None:
    """The axis that counts through labels in equal steps, each given with its place in pixels; None if they do not."""
    ordered = sorted(labels)
    counting = count_labels([text.strip() for _, text in ordered])
    if counting is None:
        return None
    pairs = zip(ordered, counting.numbers, strict=True)
    ticks = [Tick(place, float(number)) for (place, _), number in pairs if number is not None]
    axis = fit_axis(ticks, upwards=False) if len(ticks) >= _find_least(counting.numbers) else None
    needed = len(labels) if len(labels) < _FEW else _LEAST_SHARE * len(labels)
    if axis is None or axis.logarithmic or len(axis.fitting) < needed:
        return None
    return CountingAxis(axis, counting.write)


def count_labels(texts: Sequence[str]) -> Counting | None:
    """The numbers of labels in the order of the axis: years, months or quarters from a common zero; None for others."""
    for read in (_count_numbers, _count_months, _count_quarters, _count_numbered):
        counting = read(texts)
        known = sum(number is not None for number in counting.numbers) if counting else 0
        if counting and known >= max(_find_least(counting.numbers), _LEAST_SHARE * len(texts)):
            return counting
    return None


def _find_least(numbers: Sequence[int | None]) -> int:
    """Labels that an axis takes."""
    return 2 if all(number in _YEARS for number in numbers) else _LEAST_LABELS


def _count_numbers(texts: Sequence[str]) -> Counting:
    found = [_NUMBER.fullmatch(text) for text in texts]
    numbers = [int(match["digits"]) if match else None for match in found]
    marks = [match["mark"] for match in found if match]
    mark = max(marks, key=marks.count, default="")
    years = [number for number in numbers if number is not None and number in _YEARS]
    if years and any(match and len(match["digits"]) == 2 for match in found):
        # "2008, '10, '12", where OCR may miss the marks: all are years, and go on in the next century.
        century, first = years[0] // 100 * 100, years[0] % 100
        numbers = [
            number + century + (100 if number < first else 0) if number is not None and number < 100 else number
            for number in numbers
        ]
        return Counting(tuple(numbers), str)
    if not mark:
        return Counting(tuple(numbers), str)
    # '98, '99, '00 go on in the next century.
    numbers = [number + 100 if number is not None and number < 50 else number for number in numbers]
    return Counting(tuple(numbers), lambda number: f"{mark}{number % 100:02d}")


def _count_months(texts: Sequence[str]) -> Counting | None:
    found = [_MONTH.fullmatch(text) for text in texts]
    months = [_find_month(match["name"]) if match else None for match in found]
    if sum(month is not None for month in months) < _LEAST_LABELS - 1:
        return None
    first = next(match for match, month in zip(found, months, strict=True) if match and month is not None)
    long = len(first["name"]) > 3 and first["name"].lower() != "sept"
    numbers = _unwrap(texts, found, months, 12)
    return Counting(numbers, _make_writer([m if long else m[:3] for m in _MONTHS], first))


def _count_quarters(texts: Sequence[str]) -> Counting | None:
    found = [_QUARTER.fullmatch(text) for text in texts]
    first = next((match for match in found if match), None)
    if first is None:
        return None
    numbers = _unwrap(texts, found, [int(match["name"][1]) - 1 if match else None for match in found], 4)
    return Counting(numbers, _make_writer([f"{first['name'][0]}{i}" for i in (1, 2, 3, 4)], first))


def _count_numbered(texts: Sequence[str]) -> Counting | None:
    found = [_NUMBERED.fullmatch(text) for text in texts]
    names = [match["name"].strip() for match in found if match]
    name = max(names, key=names.count, default="")
    numbers = [int(match["number"]) if match and match["name"].strip() == name else None for match in found]
    return Counting(tuple(numbers), lambda number: f"{name} {number}") if names else None


def _find_month(name: str) -> int | None:
    fitting = [i for i, month in enumerate(_MONTHS) if month.lower().startswith(name.lower().removesuffix("t"))]
    return fitting[0] if fitting else None


def _unwrap(
    texts: Sequence[str], found: Sequence[re.Match[str] | None], parts: Sequence[int | None], period: int
) -> tuple[int | None, ...]:
    """Numbers that grow from label to label, by the year where it is printed; a lone year stands for its beginning."""
    numbers: list[int | None] = []
    last: int | None = None
    for text, match, part in zip(texts, found, parts, strict=True):
        number: int | None = None
        if match and part is not None:
            if match["year"]:
                number = int(match["year"]) * period + part
            elif last is None:
                number = part
            else:
                number = last + ((part - last) % period or period)
        elif re.fullmatch(r"(19|20)\d\d", text):
            number = 0 if last is None else last + (-last % period or period)
        numbers.append(number)
        last = number if number is not None else last
    return tuple(numbers)


def _make_writer(names: Sequence[str], first: re.Match[str]) -> Callable[[int], str]:
    year, between = first["year"], first["between"]
    period = len(names)
    if not year:
        return lambda number: names[number % period]
    return lambda number: f"{names[number % period]}{between}{number // period:0{len(year)}d}"
