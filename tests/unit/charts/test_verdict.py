"""Answers as each family of models writes them, and what is said of them."""

import pytest

from serve_app.charts.profiles import PROFILES
from serve_app.charts.verdict import conclude
from serve_app.domain import ChartKind, ChartReading, ChartTable, Size


def mineru_pro(image_class: str, sub_class: str, content: str) -> str:
    return (
        f"<|class_start|>{image_class}<|class_end|><|sub_class_start|>{sub_class}<|sub_class_end|>"
        f"<|caption_start|>A caption<|caption_end|><|content_start|>{content}<|content_end|><|im_end|>"
    )


def read(profile: str, text: str, confidence: list[float] | None = None, *, truncated: bool = False) -> ChartReading:
    parse = PROFILES[profile].parser
    assert parse is not None
    table = parse(text, confidence)
    return conclude(ChartReading(table, profile, Size(640, 480), truncated or table.cut, text))


CHARTS = [
    ("mineru2.5", "<fcel>Fruit<fcel>Tonnes<nl><fcel>Apples<fcel>42<nl><fcel>Pears<ecel><nl><|im_end|>"),
    ("mineru2.5", "<table><tr><td>Fruit</td><td>Tonnes</td></tr><tr><td>Apples</td><td>42</td></tr></table>"),
    ("mineru2.5-pro", mineru_pro("chart", "bar chart", "| Fruit | Tonnes |\n|---|---|\n| Apples | 42 |")),
    ("pp-chart2table", "Fruit | Tonnes\nApples | 42\nPears | 17"),
    ("pp-chart2table", "TITLE | Fruit sold<0x0A>Fruit | Tonnes<0x0A>Apples | 42"),
    ("paddleocr-vl", "Fruit | Tonnes\nApples | 42%\nPears | 17%"),
    ("generic", "Here is the data:\n\n**Fruit sold**\n\n| Fruit | Tonnes |\n|---|---|\n| Apples | $42 |\n"),
]
NO_CHARTS = [
    ("mineru2.5", "", "wrote nothing"),
    ("mineru2.5", "<|im_end|>", "no table"),
    ("mineru2.5", "<fcel>A street in the evening<nl><|im_end|>", "no values"),
    (
        "mineru2.5",
        "<table><tr><td>Name</td><td>Role</td></tr><tr><td>Ada</td><td>Poet</td></tr></table>",
        "no values",
    ),
    (
        "mineru2.5-pro",
        mineru_pro("natural_image", "landscape", "A lake, 3 mountains | 2 boats\n1 | 2"),
        "no table",
    ),
    ("mineru2.5-pro", mineru_pro("flowchart", "process", "flowchart TD\n A[Start] --> B[End]"), "no table"),
    ("mineru2.5-pro", mineru_pro("chart", "bar chart", ""), "no table"),
    ("pp-chart2table", "   \n", "wrote nothing"),
    ("pp-chart2table", "Name | Role\nAda | Analyst\nAlan | Engineer", "no values"),
    ("paddleocr-vl", "A photograph of 2 dogs.", "no table"),
    ("generic", "This image is not a chart, so there is no data to extract.", "no table"),
    ("generic", "I cannot read a chart here: the image shows a cat, 3 plants and a window from 2019.", "no table"),
    ("generic", "| Category | Value |\n|---|---|\n| Cat | N/A |", "no values"),
    ("generic", "| Category | 2019 | 2020 |\n|---|---|---|", "no values"),
]


@pytest.mark.parametrize(("profile", "text"), CHARTS)
def test_a_table_with_numbers_is_a_charts(profile: str, text: str) -> None:
    reading = read(profile, text)
    assert reading.table.kind is not ChartKind.NONE
    assert [cell.text for cell in reading.table.columns] == ["Fruit", "Tonnes"]
    assert reading.table.rows[0][1].number is not None
    assert reading.table.rows[0][1].number.value == 42
    assert reading.warnings == ()
    assert reading.raw == text


@pytest.mark.parametrize(("profile", "text", "reason"), NO_CHARTS)
def test_any_other_answer_says_that_the_image_is_no_chart(profile: str, text: str, reason: str) -> None:
    reading = read(profile, text)
    assert reading.table == ChartTable(kind=ChartKind.NONE)
    [warning] = reading.warnings
    assert (warning.code, reading.confidence) == ("not_a_chart", 0.0)
    assert reason in warning.message
    assert reading.raw == text


@pytest.mark.parametrize(("profile", "text"), CHARTS)
def test_an_answer_that_was_cut_off_says_so(profile: str, text: str) -> None:
    reading = read(profile, text, truncated=True)
    assert [warning.code for warning in reading.warnings] == ["truncated"]
    assert reading.table == read(profile, text).table


def test_an_answer_that_was_cut_off_before_its_first_value_says_both() -> None:
    reading = read("generic", "| Fruit | Tonnes |\n|---|---|\n| App", truncated=True)
    assert [warning.code for warning in reading.warnings] == ["truncated", "not_a_chart"]
    assert reading.truncated


def test_a_table_longer_than_is_parsed_says_so() -> None:
    reading = read("generic", "a | b\n" + "x | 1\n" * 20_000)
    assert [warning.code for warning in reading.warnings] == ["truncated"]
    assert len(reading.table.rows) > 1000


def test_the_table_is_as_sure_as_the_tokens_of_its_values_and_its_gaps() -> None:
    text = "| a | b |\n|---|---|\n| x | 1 |\n| y | 2 |\n| z |"
    confidence = [1.0] * len(text)
    confidence[text.index("1")] = 0.8
    confidence[text.index("2")] = 0.4
    confidence[text.index("x")] = 0.1  # a label is no value
    assert read("generic", text, confidence).confidence == pytest.approx((0.8 + 0.4 + 0.0) / 3)


def test_without_probabilities_only_gaps_count() -> None:
    assert read("generic", "| a | b |\n|---|---|\n| x | 1 |\n| y | |").confidence == pytest.approx(0.5)
