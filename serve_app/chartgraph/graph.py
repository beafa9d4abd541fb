"""What the model found in one chart: words with their roles, and marks with their links, in pixels of the image."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.words import PlacedWord
from serve_app.domain import Number
from serve_app.tables.numbers import parse_number

Floats = npt.NDArray[np.float64]

_GROUPED = re.compile(r"(?<![\d.])[1-9]\d{0,2}(\.\d{3})+(?![\d.])")


@dataclass(frozen=True)
class Graph:
    """Probabilities as the model gives them.

    Attributes:
        words: what OCR read.
        roles: (words, roles).
        points: (marks, 2), x and y in pixels.
        kinds: (marks,) of MarkKind.
        scores: (marks,), that there is such a mark.
        links: (3, marks, 1 + words): category, series and label; 0 is none and 1 + i is the word i.
        chart_kinds: (kinds,) in the order of ChartKind.
        stacked: that bars or areas lie on one another.
    """

    words: Sequence[PlacedWord]
    roles: Floats
    points: Floats
    kinds: npt.NDArray[np.int64]
    scores: Floats
    links: Floats
    chart_kinds: Floats
    stacked: float

    @cached_property
    def best_roles(self) -> npt.NDArray[np.int64]:
        """The likeliest role of each word."""
        return self.roles.argmax(1) if len(self.words) else np.zeros(0, np.int64)

    @cached_property
    def dots_group(self) -> bool:
        """Whether a dot groups thousands here, as in "20.000": one number alone does not tell, all together do."""
        texts = [self.words[i].text for i in (*self.find_words(Role.TICK), *self.find_words(Role.VALUE))]
        dotted = [text for text in texts if "." in text]
        return len(dotted) > 1 and all(map(_GROUPED.search, dotted)) and any(".000" in text for text in dotted)

    def read_number(self, word: int) -> Number | None:
        """The number that a word is, if it is one."""
        text = self.words[word].text
        return parse_number(text.replace(".", "").replace(",", ".") if self.dots_group else text)

    def find_words(self, role: Role) -> list[int]:
        """The words whose likeliest role this is."""
        return [int(i) for i in np.flatnonzero(self.best_roles == role)]

    def find_marks(self, *kinds: MarkKind, least: float = 0.5) -> list[int]:
        """The marks of these kinds that are likelier than `least`."""
        return [int(i) for i in np.flatnonzero(np.isin(self.kinds, kinds) & (self.scores >= least))]

    def add_marks(self, kind: MarkKind, points: Sequence[tuple[float, float]], score: float) -> "Graph":
        """The graph with further marks behind the others, which are linked to no word."""
        count = len(points)
        if not count:
            return self
        unlinked = np.zeros((len(self.links), count, self.links.shape[2]))
        unlinked[:, :, 0] = 1.0
        return replace(
            self,
            points=np.concatenate((self.points, np.asarray(points, float))),
            kinds=np.concatenate((self.kinds, np.full(count, int(kind)))),
            scores=np.concatenate((self.scores, np.full(count, score))),
            links=np.concatenate((self.links, unlinked), axis=1),
        )
