import pytest
from hypothesis import given

from serve_app.domain import ChartKind, ChartTable
from serve_app.tables.mineru import parse
from tests.unit.tables.tables import MARKUP, is_rectangular, list_rows

TABLE = "\n| Year | A |\n| --- | --- |\n| 2018 | 1.5 |\n"


def answer(content: str, image_class: str = "chart", sub_class: str = "bar chart", end: str = "<|content_end|>") -> str:
    return (
        f"<|class_start|>{image_class}<|class_end|><|sub_class_start|>{sub_class}<|sub_class_end|>"
        f"<|caption_start|>Sales by year<|caption_end|><|content_start|>{content}{end}"
    )


def test_reads_all_fields() -> None:
    table = parse(answer(TABLE))
    assert list_rows(table) == [["Year", "A"], ["2018", "1.5"]]
    assert table.kind is ChartKind.BAR
    assert table.title is not None
    assert table.title.text == "Sales by year"


@pytest.mark.parametrize(
    "content",
    [TABLE, "<table><tr><td>Year<td>A<tr><td>2018<td>1.5</table>", "<fcel>Year<fcel>A<nl><fcel>2018<fcel>1.5"],
)
@pytest.mark.parametrize("end", ["<|content_end|><|im_end|>", "", "<|im_end|>"])
def test_reads_each_form_also_without_the_last_tag(content: str, end: str) -> None:
    assert list_rows(parse(answer(content, "pure_table", end=end))) == [["Year", "A"], ["2018", "1.5"]]


@pytest.mark.parametrize("image_class", ["natural_image", "flowchart", "Chemical"])
def test_an_image_of_another_class_has_no_columns(image_class: str) -> None:
    table = parse(answer("a | b\n1 | 2", image_class))
    assert (table.columns, table.rows) == ((), ())
    assert table.title is not None
    assert table.title.text == "Sales by year"


@pytest.mark.parametrize(
    ("sub_class", "kind"),
    [
        ("Line Chart", ChartKind.LINE),
        ("horizontal_bar", ChartKind.HORIZONTAL_BAR),
        ("stacked area", ChartKind.AREA),
        ("donut", ChartKind.PIE),
        ("bar-line combination", ChartKind.UNKNOWN),
        ("radar", ChartKind.UNKNOWN),
    ],
)
def test_the_sub_class_tells_the_kind(sub_class: str, kind: ChartKind) -> None:
    assert parse(answer(TABLE, sub_class=sub_class)).kind is kind


def test_a_bare_table_is_read_without_tags() -> None:
    assert list_rows(parse(TABLE)) == [["Year", "A"], ["2018", "1.5"]]


def test_other_tags_do_not_end_a_field_that_is_closed() -> None:
    table = parse("<|content_start|>| a | b<|txt_contd|> |\n| 1 | 2 |<|content_end|>| 3 | 4 |")
    assert list_rows(table) == [["a", "b"], ["1", "2"]]


def test_an_answer_that_stops_early_is_empty() -> None:
    assert parse("<|class_start|>chart<|class_end|><|caption_sta") == ChartTable()


def test_confidence_follows_the_characters() -> None:
    text = answer(TABLE)
    confidence = [1.0] * len(text)
    confidence[text.index("1.5")] = 0.5
    confidence[text.index("Sales")] = 0.25
    table = parse(text, confidence)
    assert table.title is not None
    assert (table.title.confidence, table.rows[0][0].confidence, table.rows[0][1].confidence) == (0.25, 1, 0.5)


@given(MARKUP)
def test_never_raises(text: str) -> None:
    assert is_rectangular(parse(text, [0.5] * len(text)))
