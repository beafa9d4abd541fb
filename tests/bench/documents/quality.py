"""Posts documents with known truth and scores what comes back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.documents.scores import Scores, score_page
from tests.bench.documents.target import LocalTarget, Target
from tests.bench.documents.truth import TrueDocument, TruePage

LOWER_IS_BETTER = ("characters", "others", "false figures", "turned", "unread")


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page that was read: its document, its number from 1, the answer, what is known of it, and the scores."""

    document: TrueDocument
    number: int
    answer: dict[str, Any]
    truth: TruePage
    scores: Scores

    @property
    def worst(self) -> float:
        """How bad the worst of its scores is, in [0, 1]."""
        shares = [(name, count.share) for name, count in self.scores.counts.items() if count.share is not None]
        return max((share if name in LOWER_IS_BETTER else 1 - share for name, share in shares), default=0.0)


@dataclass(slots=True)
class Quality:
    """The scores of all pages of one kind, and how they were given: `digital`, `scanned`, `turned 90°`."""

    way: str
    kind: str
    scores: Scores = field(default_factory=Scores)
    pages: list[PageResult] = field(default_factory=list)


def measure_quality(
    target: Target | LocalTarget, way: str, documents: Iterable[TrueDocument], turned: int = 0
) -> list[Quality]:
    """Score documents, by their kinds.

    Args:
        target: the service.
        way: how the documents are given.
        documents: with what is known of them.
        turned: degrees clockwise by which their pages lie turned; others than these count as turned by mistake.
    """
    by_kind: dict[str, Quality] = {}
    for document in documents:
        quality = by_kind.setdefault(document.kind, Quality(way, document.kind))
        pages = target.read(document.data)["pages"]
        for page, truth in zip(pages, document.pages, strict=True):
            scores = score_page(page, truth)
            read = page.get("error") is None
            scores.add("unread", not read, 1)
            if read:
                check_source(page, way)
                # The page is turned back counter-clockwise by what it was turned clockwise.
                scores.add("turned", page["turned"] != turned, 1)
            quality.scores.merge(scores)
            quality.pages.append(PageResult(document, page["number"], page, truth, scores))
    return list(by_kind.values())


def check_source(page: dict[str, Any], way: str) -> None:
    """Make sure that a page's text came from where it is said to come from: a scan's from OCR alone.

    Raises:
        ValueError: it came from elsewhere.
    """
    expected = "pdf" if way == "digital" else "ocr"
    if page["source"] != expected:
        raise ValueError(f"Page {page['number']} is {way}, and was read from {page['source']} ({page['reason']})")
