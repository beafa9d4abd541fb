"""What is known of a document that the bench draws. Places are in points from the left and the top of a page."""

from dataclasses import dataclass, field

from serve_app.domain import Box


@dataclass(slots=True)
class TrueTable:
    """The texts of a table by rows, the heading row first."""

    rows: list[list[str]]


@dataclass(slots=True)
class TrueChart:
    """The values of a chart by the names of its categories, or of its slices."""

    box: Box
    values: dict[str, float]


@dataclass(slots=True)
class TruePage:
    """A page.

    `lines` are those of the body, headings among them, in the order in which a person reads them. `words` are all that
    is printed, the labels of vector charts too. `figures` are the boxes round the ink of pictures, diagrams and charts.
    """

    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    tables: list[TrueTable] = field(default_factory=list)
    charts: list[TrueChart] = field(default_factory=list)
    figures: list[Box] = field(default_factory=list)

    def read(self, text: str) -> None:
        """Note that a text is printed outside the body: a caption, a label, a cell."""
        self.words += text.split()


@dataclass(slots=True)
class TrueDocument:
    """A PDF and what is in it; `kind` is the group that its scores are averaged in."""

    kind: str
    name: str
    data: bytes
    pages: list[TruePage]
