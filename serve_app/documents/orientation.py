"""Whether a page lies on its side or upside down: what its OCR lets suspect, and what a model says.

A page is turned only where both agree, and the turned page is kept only where it reads better: upright pages stay.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from serve_app.documents.page import PageLine
from serve_app.documents.placed_text import find_box
from serve_app.domain import Orientation, TextLine

LONGEST = 20
"""Lines that are looked at, those with the most characters: single words and stray marks tell nothing."""

MIN_CHARACTERS = 3
"""Characters of a line whose box has a direction."""

MIN_LINES = 2
"""Lines under which nothing is suspected."""

FEW_LINES = 5
"""Lines under which the model must be sure: the labels of a picture also score low, and so do few lines of a script
that the OCR does not know."""

LOW_SCORE = 0.85
"""Mean score under which the lines may be upside down; upright print reaches 0.97, turned print 0.6."""

TALL_SHARE = 0.5
"""Share of tall boxes from which a page may lie on its side; on upright pages hardly any is."""

_TALL = 1.5
"""Height over width of a tall box."""

MIN_SCORE, SURE_SCORE = 0.6, 0.9
"""Score of the orientation model from which its answer counts, and the same on a page of few lines."""

CHART_LOW_SCORE, CHART_SURE_SCORE = 0.95, 0.75
"""The same of charts: their labels are mostly numbers, of which many read upside down at high scores, and the model was
not made for them. So more are asked about, and a half turn needs it to be surer."""

MIN_STANDING, STANDING, LABELS = 0.7, 0.75, 6
"""Of a chart that lies on its side all labels stand, on an upright one at most the names below the bars and the title
of an axis: the least share of them for a quarter turn, and that from which a chart lies on its side whatever the model
says, if it has so many."""

LABEL_CHARACTERS, _HIGH = 2, 1.2
"""Characters of a label, and height over width of one that stands."""

SURE_GAIN, READS_WELL = 0.1, 0.9
"""By how much higher than as sent a page or chart must score upside down, and the score from which less will do where
the model takes it for turned: scripts that the OCR does not know read badly either way up."""

ONE_WAY = 0.8
"""Share of a chart's tall lines that run the same way, from which that tells the quarter by which it is turned."""


@dataclass(frozen=True, slots=True)
class ReadingSigns:
    """What a page's OCR says about its way up.

    `score` is the mean score of its longest lines, `tall` the share of tall boxes among them, both in [0, 1]; `lines`
    is the number of lines that they were taken from. `up` is the share of the tall boxes whose text runs upwards, where
    the OCR tells it, as it does of charts. `standing` is the share of the boxes of all `labels` that are higher than
    wide, numbers of two digits among them.
    """

    score: float
    tall: float
    lines: int
    up: float = 0.0
    standing: float = 0.0
    labels: int = 0

    @property
    def lies(self) -> bool:
        """Whether a chart with such labels lies on its side."""
        return self.labels >= LABELS and self.standing >= STANDING


def measure_signs(lines: Sequence[TextLine]) -> ReadingSigns:
    """Look at the longest lines of a page; a page without any has the signs of an upright one."""
    longest = sorted(
        (line for line in lines if len(line.text.strip()) >= MIN_CHARACTERS), key=lambda line: -len(line.text)
    )
    longest = longest[:LONGEST]
    if not longest:
        return ReadingSigns(1.0, 0.0, 0)
    boxes = [find_box(line.polygon) for line in longest]
    tall = [box.height > _TALL * box.width for box in boxes]
    up = sum(
        line.polygon[0][1] > (box.top + box.bottom) / 2
        for line, box, stands in zip(longest, boxes, tall, strict=True)
        if stands
    )
    score = sum(line.score for line in longest) / len(longest)
    labels = [find_box(line.polygon) for line in lines if len(line.text.strip()) >= LABEL_CHARACTERS]
    standing = sum(box.height > _HIGH * box.width for box in labels) / len(labels)
    return ReadingSigns(score, sum(tall) / len(longest), len(longest), up / max(1, sum(tall)), standing, len(labels))


def is_suspicious(signs: ReadingSigns, *, chart: bool = False) -> bool:
    """Whether the page, or the chart, may be turned, so that the orientation model should be asked."""
    low = CHART_LOW_SCORE if chart else LOW_SCORE
    if chart and signs.lies:
        return True
    return signs.lines >= MIN_LINES and (signs.tall >= TALL_SHARE or signs.score < low)


def choose_turn(signs: ReadingSigns, orientation: Orientation) -> int:
    """The degrees (0, 90, 180 or 270, counter-clockwise) by which the page should be turned and read again.

    A quarter turn needs tall boxes, half a turn needs a low score with few of them.
    """
    least = MIN_SCORE if signs.lines >= FEW_LINES else SURE_SCORE
    if not is_suspicious(signs) or orientation.score < least:
        return 0
    on_its_side = signs.tall >= TALL_SHARE
    return orientation.degrees if (orientation.degrees in (90, 270)) == on_its_side else 0


def choose_chart_turn(signs: ReadingSigns, orientation: Orientation) -> int:
    """The same for a chart whose text on its side was read both ways, so that it is known which way it runs.

    Where the model sees it on its side too, or all its labels stand, the text tells on which. Where the text reads
    badly, it is worth a second look, whatever the model says.
    """
    degrees = choose_turn(signs, orientation)
    if degrees in (90, 270) and signs.standing < MIN_STANDING:
        return 0
    if degrees or signs.lines < FEW_LINES:
        return degrees
    if signs.lies or signs.tall >= TALL_SHARE:
        one_way = max(signs.up, 1 - signs.up) >= ONE_WAY
        sure = signs.lies or (orientation.degrees in (90, 270) and signs.standing >= MIN_STANDING)
        return (270 if signs.up >= ONE_WAY else 90) if one_way and sure else 0
    upside_down = orientation.degrees == 180 and orientation.score >= CHART_SURE_SCORE
    return 180 if signs.score < (CHART_LOW_SCORE if upside_down else LOW_SCORE) else 0


def find_text_turn(lines: Sequence[PageLine]) -> int:
    """The degrees (0, 90, 180 or 270, counter-clockwise) by which a page must be turned, as its text layer runs.

    Most of its characters must run that way: titles of axes, and stamps at a page's edge, turn nothing.
    """
    running: Counter[int] = Counter()
    for line in lines:
        running[round(line.angle / 90) * 90 % 360] += len(line.text.text)
    return max(running, key=lambda degrees: running[degrees], default=0)


def is_better(turned: ReadingSigns, as_sent: ReadingSigns, *, agreed: bool = True) -> bool:
    """Whether the turned page is to be kept: its lines lie, and it reads better where they did so before.

    Args:
        turned: what was read of it turned.
        as_sent: what was read of it as sent.
        agreed: whether the model would turn it so.
    """
    if not turned.lines or turned.tall >= TALL_SHARE or turned.lies:
        return False
    if as_sent.tall >= TALL_SHARE or as_sent.lies:
        return True
    gain = turned.score - as_sent.score
    return gain > SURE_GAIN or (agreed and gain > 0 and turned.score >= READS_WELL)
