import pytest

from tests.bench.documents.scores import count_in_order, count_words, score_page
from tests.bench.documents.truth import TruePage, TrueTable

LINES = [
    "The northern region rose by a tenth",
    "although the sample was small in May",
    "Costs fell in the third quarter",
]


def answer(text, **block):
    box = {"left": 0, "top": 0, "right": 10, "bottom": 10}
    return {"width": 100, "points": [50, 50], "blocks": [{"kind": "paragraph", "text": text, "box": box} | block]}


def test_what_is_read_right_has_full_marks():
    scores = score_page(answer(" ".join(LINES)), TruePage(LINES, " ".join(LINES).split())).counts
    assert (scores["words"].share, scores["order"].share, scores["characters"].share) == (1, 1, 0)


def test_lines_in_another_order_are_told():
    assert count_in_order(" ".join([LINES[0], LINES[2], LINES[1]]), LINES) == 0
    assert count_in_order(" ".join([LINES[0], "In between stands a caption of some length", *LINES[1:]]), LINES) == 1


@pytest.mark.parametrize(("read", "found"), [("rose, by", 2), ("rose rose", 1), ("", 0)])
def test_words_count_as_often_as_they_are_printed(read, found):
    assert count_words(read, ["rose", "by"]) == found


def test_a_cell_counts_in_its_place_only():
    cells = [{"row": 0, "column": c, "text": text} for c, text in enumerate(["Shop", "410", "12"])]
    truth = TruePage(tables=[TrueTable([["Shop", "12", "410"]])])
    page = answer("", kind="table", table={"cells": cells})
    assert score_page(page, truth).counts["cells"].hits == 1
