from itertools import pairwise

from PIL import Image

from serve_app.domain import TextLine
from serve_app.ocr.upright import find_tall, lay_out_upright, merge_upright


def line(left, top, right, bottom, text="x", score=0.95):
    return TextLine(text, score, ((left, top), (right, top), (right, bottom), (left, bottom)))


def test_only_tall_lines_are_looked_at_again():
    assert find_tall([line(0, 0, 100, 20), line(0, 0, 20, 100), line(0, 0, 10, 12)]) == [1]


def test_a_short_label_that_was_misread_is_looked_at_too():
    assert find_tall([line(0, 0, 16, 15, "o", 0.6), line(0, 90, 16, 105, "8", 0.99), line(0, 0, 40, 15, "o", 0.6)]) == [
        0
    ]


def test_labels_in_the_row_of_one_on_its_side_are_looked_at_too():
    row = [line(0, 100, 15, 120, "o", 0.4), line(50, 100, 65, 118, "8", 0.95), line(90, 100, 130, 118, "Group", 1.0)]
    below, larger = line(50, 140, 65, 158, "8", 0.95), line(150, 90, 200, 140, "8", 0.95)
    assert find_tall([*row, below, larger]) == [0, 1]


def test_the_tick_mark_beside_a_label_is_no_part_of_it():
    lines = [line(10, 10, 30, 200, "gibberish", 0.4)]
    _, slots = lay_out_upright(Image.new("RGB", (200, 300), "white"), [lines[0].polygon])
    [merged] = merge_upright(lines, [0], slots, [line(12, slots[0].top, 200, slots[0].bottom, "Feb -", 0.9)])
    assert merged.text == "Feb"


def test_each_crop_is_laid_out_both_ways():
    image = Image.new("RGB", (200, 300), "white")
    sheet, slots = lay_out_upright(image, [line(10, 10, 30, 200).polygon, line(100, 50, 120, 250).polygon])
    assert [(slot.index, slot.clockwise) for slot in slots] == [(0, True), (0, False), (1, True), (1, False)]
    assert all(a.bottom < b.top for a, b in pairwise(slots))
    assert slots[-1].bottom < sheet.height


def test_the_better_reading_wins_and_starts_where_the_text_starts():
    image = Image.new("RGB", (200, 300), "white")
    lines = [line(10, 10, 30, 200, "gibberish", 0.4)]
    _, slots = lay_out_upright(image, [lines[0].polygon])
    upwards, downwards = (line(12, slot.top, 200, slot.bottom) for slot in slots)
    read = [
        TextLine("Revenue", 0.9, upwards.polygon),
        TextLine("ǝnuǝʌǝɹ", 0.6, downwards.polygon),
    ]
    [merged] = merge_upright(lines, [0], slots, read)
    assert (merged.text, merged.score) == ("Revenue", 0.9)
    assert merged.polygon == ((10, 200), (10, 10), (30, 10), (30, 200))


def test_the_same_reading_tells_the_direction():
    lines = [line(10, 10, 30, 200, "Revenue", 0.995)]
    _, slots = lay_out_upright(Image.new("RGB", (200, 300)), [lines[0].polygon])
    read = [line(12, slots[1].top, 200, slots[1].bottom, "Revenue", 0.99)]
    [merged] = merge_upright(lines, [0], slots, read)
    assert merged.polygon == ((30, 10), (30, 200), (10, 200), (10, 10))


def test_a_worse_reading_changes_nothing():
    lines = [line(10, 10, 30, 200, "1", 0.99)]
    _, slots = lay_out_upright(Image.new("RGB", (200, 300)), [lines[0].polygon])
    assert merge_upright(lines, [0], slots, [line(12, slots[0].top, 200, slots[0].bottom, "l", 0.5)]) == lines
    assert merge_upright(lines, [0], slots, []) == lines
