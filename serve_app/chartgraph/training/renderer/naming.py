"""Random names: categories, series, titles and axis titles."""

import random
from collections.abc import Callable

from serve_app.chartgraph.training.renderer import vocabulary


def draw_word(rng: random.Random, script: str, topic: str | None = None) -> str:
    """One name of one to three words; `topic` is a key of `vocabulary.LATIN`, or None for any."""
    if script == "cjk":
        return rng.choice(vocabulary.CJK.split())
    if script == "cyrillic":
        return rng.choice(vocabulary.CYRILLIC.split()).replace("_", " ")
    if topic is None and rng.random() < 0.2:
        word = "".join(rng.choice(vocabulary.SYLLABLES.split()) for _ in range(rng.randint(1, 4)))
        return rng.choice([word.capitalize(), word.capitalize(), word, word.upper()])
    pool = vocabulary.LATIN[topic or rng.choice(list(vocabulary.LATIN))]
    return rng.choice(pool.split()).replace("_", " ")


def write_position(position: float) -> str:
    """A number of the category axis, as it is printed."""
    return f"{position:g}" if position < 1e5 else f"{position:.0f}"


def draw_sentence(rng: random.Random, words: int) -> str:
    """Words in a row that look like a sentence: "Most workers in France say prices have changed since 2019"."""
    nouns = [word for topic in ("measure", "thing", "group", "place") for word in vocabulary.LATIN[topic].split()]
    fillers = vocabulary.FILLERS.split()
    some = [rng.choice(fillers if i % 3 else nouns).replace("_", " ").lower() for i in range(words)]
    if rng.random() < 0.3:
        some[-1] = str(rng.randint(1990, 2025))
    sentence = " ".join(some)
    return sentence[0].upper() + sentence[1:]


def draw_names(rng: random.Random, script: str, count: int, topic: str | None = None) -> list[str]:
    """Different names, of one topic where it has enough words."""
    names: list[str] = []
    longer = rng.random() < 0.15
    for attempt in range(count * 20):
        name = draw_word(rng, script, topic if attempt < count * 4 else None)
        if longer or attempt > count * 10:
            joint = "" if script == "cjk" else rng.choice([" ", " ", " & ", " and ", "/"])
            name += joint + draw_word(rng, script, topic)
        if name.lower() not in (other.lower() for other in names):
            names.append(name)
        if len(names) == count:
            break
    return names


def draw_categories(rng: random.Random, script: str, count: int, ordered: bool) -> list[str]:
    """The labels of a category axis; `ordered` prefers dates and ranges, as line charts have them."""
    if rng.random() < (0.75 if ordered else 0.3):
        makers: list[Callable[[random.Random, int], list[str] | None]] = [_years, _years, _months, _periods, _ranges]
        labels = rng.choice(makers)(rng, count)
        if labels:
            if script == "cjk" and labels[0].isdigit() and rng.random() < 0.5:
                labels = [label + "年" for label in labels]
            return labels
    if rng.random() < 0.06:
        return [chr(ord("A") + i) for i in range(count)]
    if not ordered and count < 8 and rng.random() < 0.06:  # of something counted, such as cylinders
        first, step = rng.randint(0, 5), rng.choice([1, 1, 2])
        return [str(first + i * step) for i in range(count)]
    if script == "latin" and count <= 12 and rng.random() < 0.12:  # answers to a question
        phrases = {draw_sentence(rng, rng.randint(2, 7)) for _ in range(3 * count)}
        return sorted(phrases)[:count]
    topic = rng.choice([None, "thing", "thing", "place", "place", "group", "model", "name", "european"])
    return draw_names(rng, script, count, topic)


def _years(rng: random.Random, count: int) -> list[str]:
    step = rng.choice([1, 1, 1, 1, 2, 5, 10]) if count < 12 else 1
    first = rng.randint(1950, max(1951, 2026 - step * count))
    if step >= 5:
        first -= first % step
    years = [first + i * step for i in range(count)]
    style = rng.random()
    if style < 0.08:
        return [f"'{year % 100:02d}" for year in years]
    if style < 0.14:
        return [f"{year}/{(year + 1) % 100:02d}" for year in years]
    if style < 0.2:
        return [f"FY{year % 100:02d}" for year in years]
    return [str(year) for year in years]


def _months(rng: random.Random, count: int) -> list[str] | None:
    names = (vocabulary.MONTHS if count < 15 else vocabulary.DAYS).split()
    if count <= 7 and rng.random() < 0.35:
        names = vocabulary.DAYS.split()
        return [name[:3] for name in names[:count]] if rng.random() < 0.6 else names[:count]
    if count > 12:
        return None
    first = rng.randint(0, 12 - count)
    names = names[first : first + count]
    if rng.random() < 0.75:
        year = f" {rng.randint(2005, 2025)}" if rng.random() < 0.2 else ""
        return [name[:3] + year for name in names]
    return names


def _periods(rng: random.Random, count: int) -> list[str]:
    year, style = rng.randint(2005, 2022), rng.random()
    if style < 0.3:
        return [f"Q{i % 4 + 1} {year + i // 4}" if count > 4 else f"Q{i + 1}" for i in range(count)]
    if style < 0.5:
        return [f"{year + (i // 12)}-{i % 12 + 1:02d}" for i in range(count)]
    if style < 0.65:
        return [f"{i % 12 + 1:02d}/{(year + i // 12) % 100:02d}" for i in range(count)]
    prefix = rng.choice(["Week ", "Day ", "W", "T", "Round ", "Step ", ""])
    step = rng.choice([1, 1, 1, 5, 10, 100]) if not prefix else 1
    return [f"{prefix}{(i + 1) * step}" for i in range(count)]


def _ranges(rng: random.Random, count: int) -> list[str] | None:
    if count > 9:
        return None
    step, first = rng.choice([(5, 0), (10, 0), (10, 18), (20, 0), (100, 0)])
    dash = rng.choice(["-", "-", "\N{EN DASH}"])
    edges = [first + i * step for i in range(count)]
    labels = [f"{edge}{dash}{edge + step - 1}" for edge in edges[:-1]] + [f"{edges[-1]}+"]
    return labels if rng.random() < 0.7 else [label.replace("+", " and over") for label in labels]


def draw_title(rng: random.Random, script: str, series: list[str]) -> str:
    """A chart's heading of 1 to about 14 words."""
    if script != "latin":
        joint = "" if script == "cjk" else " "
        year = rng.choice(["", "2019年", "2023年"]) if script == "cjk" else ""
        return year + joint.join(draw_word(rng, script) for _ in range(rng.randint(2, 4)))
    measure, place = draw_word(rng, script, "measure"), draw_word(rng, script, "place")
    first = rng.randint(1960, 2024)
    title = rng.choice(
        [
            f"{measure} by {rng.choice(['region', 'year', 'country', 'age group', 'category', 'quarter', 'sector'])}",
            f"{measure} in {place}",
            f"{measure} in {place}, {first}",
            f"{measure} in {place} from {first} to {first + rng.randint(1, 40)}",
            f"{draw_word(rng, script, 'thing')} {measure.lower()} ({rng.choice(vocabulary.AXIS_UNITS)})",
            f"{measure} vs. {draw_word(rng, script, 'measure')}",
            f"{place}: {measure.lower()} of {draw_word(rng, script, 'thing').lower()}, {first}",
            f"How {measure.lower()} has changed in {place} since {first}",
            " ".join(draw_word(rng, script) for _ in range(rng.randint(1, 5))),
            f"Figure {rng.randint(1, 30)}. {measure} of {series[0]}"
            if series[0]
            else f"Figure {rng.randint(1, 30)}. {measure}",
            measure,
        ]
    )
    return title.title() if rng.random() < 0.2 else title


def draw_axis_title(rng: random.Random, script: str, values: bool) -> str:
    """The title of the value axis, or of the category axis."""
    if script != "latin":
        return draw_word(rng, script)
    if not values:
        return rng.choice(
            [
                "Year",
                "Month",
                "Country",
                "Category",
                "Region",
                "Quarter",
                "Age group",
                "Product",
                "Date",
                "Department",
                "Model",
                "Group",
                "City",
                "Time",
                "Epoch",
                draw_word(rng, script),
            ]
        )
    name = draw_word(rng, script, "measure")
    unit = rng.choice(vocabulary.AXIS_UNITS)
    return rng.choice(
        [
            name,
            name,
            name,
            f"{name} ({unit})",
            f"{name} [{unit}]",
            f"{name}, {unit}",
            unit.capitalize(),
            "Percent",
            "Value",
            "Count",
            name.lower(),
            draw_word(rng, script),
        ]
    )
