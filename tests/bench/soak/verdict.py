"""Whether a process stayed as large as it was: a line through the medians of the tenths of its time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import linear_regression, median

from tests.bench.soak.processes import Course, Sample

MEASURES = {"rss": 2 << 20, "threads": 2, "files": 2}
"""What is measured, and the growth (bytes or count) up to which it is flat whatever the share."""
MOST_GROWTH = 0.1
TENTHS = 10
"""A median takes no notice of a single sample; the line sees a step as well as a slope."""


@dataclass(frozen=True)
class Trend:
    """A line through the samples of one measure: its value at both ends, in bytes or counts."""

    measure: str
    first: float
    last: float

    @property
    def growth(self) -> float:
        """By which share of the first value the line rises."""
        return (self.last - self.first) / max(self.first, 1.0)

    @property
    def flat(self) -> bool:
        """Whether it rises by no more than `MOST_GROWTH`, or by next to nothing."""
        return self.growth <= MOST_GROWTH or self.last - self.first <= MEASURES[self.measure]


def fit_trends(samples: Sequence[Sample], warmup_s: float) -> list[Trend]:
    """The trends of a process after its own first `warmup_s` seconds; none if they are shorter than half of that."""
    if not samples:
        return []
    settled = [sample for sample in samples if sample.at - samples[0].at >= warmup_s]
    if len(settled) < TENTHS or settled[-1].at - settled[0].at < warmup_s / 2:
        return []
    edges = [len(settled) * number // TENTHS for number in range(TENTHS + 1)]
    tenths = [settled[begin:end] for begin, end in pairwise(edges)]
    times = [median(sample.at for sample in tenth) for tenth in tenths]
    trends = []
    for measure in MEASURES:
        slope, start = linear_regression(
            times, [median(getattr(sample, measure) for sample in tenth) for tenth in tenths]
        )
        trends.append(Trend(measure, start + slope * settled[0].at, start + slope * settled[-1].at))
    return trends


def find_failures(courses: Collection[Course], required: Collection[str], warmup_s: float) -> list[str]:
    """What grew, and which of the required roles had no process that lived long enough to tell; none if all is flat."""
    failures, judged = [], set()
    for course in courses:
        trends = fit_trends(course.samples, warmup_s)
        if trends:
            judged.add(course.role)
        failures += [
            f"{course.role}: {trend.measure} grew by {trend.growth:.0%}, from {trend.first:,.0f} to {trend.last:,.0f}"
            for trend in trends
            if not trend.flat
        ]
    failures += [f"{role}: no process lived long enough to tell" for role in required if role not in judged]
    return failures
