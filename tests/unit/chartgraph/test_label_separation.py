import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from serve_app.chartgraph.label_separation import separate_labels
from serve_app.domain import Polygon, TextLine, Word

FONT = ImageFont.load_default(20)
TOP, BOTTOM = 10, 40


def box(left: float, right: float) -> Polygon:
    return ((left, TOP), (right, TOP), (right, BOTTOM), (left, BOTTOM))


def draw(*tokens: str, gaps: tuple[float, ...], shift: float = 0.0) -> tuple[Image.Image, TextLine]:
    """Tokens side by side with the given gaps in pixels, and the line that an OCR would make of them."""
    image = Image.new("RGB", (700, 50), "white")
    pen, x, words, text = ImageDraw.Draw(image), 20.0, [], ""
    for token, gap in zip(tokens, (*gaps, 0.0), strict=True):
        pen.text((x, 14), token, fill="black", font=FONT)
        left, _, right, _ = pen.textbbox((x, 14), token, font=FONT)
        words.append(Word(token, box(left + shift, right - shift)))
        text += f"{token} "
        x = right + gap
    return image, TextLine(text.strip(), 0.9, box(14, x + 6), tuple(words))


@pytest.mark.parametrize("shift", [-3.0, 0.0, 3.0])
@pytest.mark.parametrize(
    ("tokens", "gaps", "labels"),
    [
        (("New", "York"), (6,), ["New York"]),
        (("East", "West"), (40,), ["East", "West"]),
        (("Jan", "2024", "Feb", "2024", "Mar", "2024"), (3, 7, 3, 7, 3), ["Jan 2024", "Feb 2024", "Mar 2024"]),
        (("0", "20", "40"), (30, 30), ["0", "20", "40"]),
        (("Apples", "Pears", "Plums", "Figs"), (11, 12, 11), ["Apples", "Pears", "Plums", "Figs"]),
        (("A", "long", "loose", "title"), (7, 6, 7), ["A long loose title"]),
        (("1", "000.0", "million"), (14, 6), ["1 000.0 million"]),
        (("Sales,", "in", "EUR"), (12, 6), ["Sales, in EUR"]),
        (("30", "%"), (12,), ["30 %"]),
    ],
)
def test_labels_are_parted_where_the_space_is_wide(tokens, gaps, labels, shift):
    image, line = draw(*tokens, gaps=gaps, shift=shift)
    parts = separate_labels(image, [line])
    assert [part.text for part in parts] == labels
    assert all(part.score == 0.9 for part in parts)


def test_a_grid_line_behind_the_text_fills_no_gap():
    image, line = draw("East", "West", gaps=(40,))
    ImageDraw.Draw(image).line((0, 24, 700, 24), fill="black")
    assert [part.text for part in separate_labels(image, [line])] == ["East", "West"]


def test_a_legend_key_between_names_belongs_to_neither():
    image, line = draw("North", "South", gaps=(50,))
    end = line.words[0].polygon[1][0]
    ImageDraw.Draw(image).rectangle((end + 12, 24, end + 40, 27), fill="navy")
    north, south = separate_labels(image, [line])
    assert (north.text, south.text) == ("North", "South")
    assert north.polygon[1][0] < end + 12
    assert south.polygon[0][0] > end + 40


def test_parts_lie_on_their_own_ink():
    image, line = draw("East", "West", gaps=(40,))
    east, west = separate_labels(image, [line])
    assert east.polygon[1][0] < line.words[0].polygon[1][0] + 5
    assert west.polygon[0][0] > line.words[1].polygon[0][0] - 5


@pytest.mark.parametrize("text", ["■ North", "North", "-o- North", "一0一North", "-0--North"])
def test_a_legend_key_is_no_part_of_its_name(text):
    image, line = draw("North", gaps=())
    ImageDraw.Draw(image).rectangle((0, 18, 10, 32), fill="navy")
    line = TextLine(text, 0.9, box(0, line.polygon[1][0]), line.words)
    [part] = separate_labels(image, [line])
    assert part.text == "North"
    assert part.polygon[0][0] > 10


def test_a_legend_key_is_cut_off_the_word_that_it_was_read_with():
    image, line = draw("North", gaps=())
    ImageDraw.Draw(image).line((0, 25, 10, 25), fill="navy", width=3)
    polygon = box(0, line.polygon[1][0])
    [part] = separate_labels(image, [TextLine("-·North", 0.9, polygon, (Word("-·North", polygon),))])
    assert part.text == "North"
    assert part.polygon[0][0] > 10


@pytest.mark.parametrize("key", [True, False])
def test_names_that_were_read_as_one_word_are_parted_at_the_capital_and_the_space(key):
    image, line = draw("North", "South", gaps=(50,))
    end = line.words[0].polygon[1][0]
    if key:
        ImageDraw.Draw(image).rectangle((end + 12, 18, end + 26, 32), fill="navy")
    whole = box(line.words[0].polygon[0][0], line.words[1].polygon[1][0])
    parts = separate_labels(image, [TextLine("NorthSouth", 0.9, line.polygon, (Word("NorthSouth", whole),))])
    assert [part.text for part in parts] == ["North", "South"]
    assert parts[0].polygon[1][0] < end + 12
    assert parts[1].polygon[0][0] > end + 26


def test_a_name_with_a_capital_within_stays_whole():
    image, line = draw("TypeScript", gaps=())
    assert [part.text for part in separate_labels(image, [line])] == ["TypeScript"]


def test_a_minus_is_no_legend_key():
    image, line = draw("-", "5", gaps=(2,))
    [part] = separate_labels(image, [TextLine("-5", 0.9, line.polygon, line.words)])
    assert part.text == "-5"


def test_a_sloping_line_stays_as_it_is():
    polygon = ((0.0, 40.0), (30.0, 10.0), (40.0, 20.0), (10.0, 50.0))
    line = TextLine("a b", 0.9, polygon, (Word("a", polygon), Word("b", polygon)))
    assert separate_labels(Image.new("RGB", (50, 50), "white"), [line]) == [line]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=6), st.floats(-50, 150), st.floats(0, 60)), max_size=5))
def test_never_raises_and_invents_nothing(words):
    image = Image.effect_noise((80, 40), 90)
    spans = tuple(Word(text, box(left, left + width)) for text, left, width in words)
    line = TextLine(" ".join(text for text, _, _ in words), 0.5, box(-10, 120), spans)
    for part in separate_labels(image, [line]):
        assert part.text in line.text
