"""Sentences of made-up reports, in which no two lines of a page are the same."""

import random

SUBJECTS = (
    "The northern region", "Our second factory", "The board", "A survey of households", "Exports to the south",
    "The price of copper", "The new assembly line", "Demand for timber", "The regional office", "Rainfall in spring",
    "The number of visitors", "A group of engineers", "The annual budget", "Traffic on the coastal road",
)  # fmt: skip
VERBS = (
    "rose by", "fell short of", "was compared with", "depends on", "exceeded", "was measured against",
    "has followed", "will be replaced by", "was limited to", "accounted for", "contributed", "stayed below",
)  # fmt: skip
OBJECTS = (
    "the forecast of the previous quarter", "{n} tonnes of raw material", "$ {m} million", "{p}% of all orders",
    "the level of {y}", "nearly {n} separate samples", "the threshold (section {d})", "what Mueller et al. reported",
    "costs for energy and transport", "a five-year average of {m}", "{n} of {k} applications", "its own target",
)  # fmt: skip
ENDS = (
    "despite the difficult weather", "according to the auditors", "in spite of higher interest rates",
    "for the first time", "although the sample was small", "while wages remained stable", "in the third quarter",
    "as table {d} shows in detail", "before the harbour was reopened", "and this trend is expected to continue",
    "under otherwise equal conditions",
)  # fmt: skip
HEADINGS = (
    "Results of the survey", "Material and methods", "Outlook", "Regional differences", "Costs and prices",
    "Discussion", "Energy and transport", "Personnel", "Related work", "Conclusions", "Sources of error",
)  # fmt: skip


def write_sentence(rng: random.Random) -> str:
    """One sentence."""
    text = f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)} {rng.choice(ENDS)}."
    return text.format(
        n=rng.randint(12, 980), m=f"{rng.uniform(1, 90):.1f}", p=rng.randint(3, 97), y=rng.randint(1998, 2025),
        d=rng.randint(1, 9), k=f"{rng.randint(1000, 9999):,}",
    )  # fmt: skip


def write_paragraph(rng: random.Random, sentences: int) -> str:
    """Some sentences."""
    return " ".join(write_sentence(rng) for _ in range(sentences))
