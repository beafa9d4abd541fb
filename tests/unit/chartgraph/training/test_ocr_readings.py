import random

import pytest
from PIL import ImageChops, ImageStat

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.dataset import ChartBatches, make_example
from serve_app.chartgraph.training.ocr_readings import load_readings, make_reading, match_words, save_reading
from serve_app.chartgraph.training.renderer import render
from serve_app.chartgraph.training.scene import SceneWord
from serve_app.chartgraph.words import outline_word
from serve_app.domain import TextLine

NORTH = SceneWord("North", 100, 50, 40, 12, 0, Role.CATEGORY)
TITLE = SceneWord("Sales of cars", 200, 10, 100, 14, 0, Role.TITLE)


def read(word: SceneWord, text: str | None = None, **changes: float) -> TextLine:
    """What OCR makes of a drawn word: a looser outline, and perhaps another text or place."""
    place = {"x": word.x, "y": word.y, "width": word.width + 8, "height": word.height * 1.6} | changes
    return TextLine(text or word.text, 0.9, outline_word(SceneWord("", *place.values(), word.angle, word.role)))


@pytest.fixture(scope="module")
def scene():
    return render(6_000_000)


def test_a_line_has_the_role_of_the_word_that_it_reads():
    words, index = match_words([NORTH, TITLE], [read(TITLE, "Sa1es of cars"), read(NORTH)], 96)
    assert [(word.text, word.role) for word in words] == [("Sa1es of cars", Role.TITLE), ("North", Role.CATEGORY)]
    assert index == {0: 1, 1: 0}


def test_the_first_part_of_a_word_that_was_cut_stands_for_it():
    parts = [read(TITLE, "of cars", x=220, width=60), read(TITLE, "Sales", x=165, width=30)]
    words, index = match_words([TITLE], parts, 96)
    assert {word.text: word.role for word in words} == {"Sales": Role.TITLE, "of cars": Role.CONTINUED}
    assert words[index[0]].text == "Sales"


def test_what_reads_no_word_is_no_word():
    marker = TextLine("o", 0.9, outline_word(SceneWord("", 300, 150, 8, 8, 0, Role.OTHER)))
    words, index = match_words([NORTH], [marker], 96)
    assert [word.role for word in words] == [Role.OTHER]
    assert index == {}


def test_perfect_lines_have_every_role(scene):
    lines = [TextLine(word.text, 1.0, outline_word(word)) for word in scene.words]
    words, index = match_words(scene.words, lines, 96)
    assert [words[index[i]].role for i in range(len(scene.words))] == [word.role for word in scene.words]


def test_a_line_that_holds_two_words_stands_for_both():
    south = SceneWord("South", 150, 50, 40, 12, 0, Role.CATEGORY)
    words, index = match_words([NORTH, south], [read(NORTH, "NorthSouth", x=125, width=100)], 96)
    assert [word.role for word in words] == [Role.CATEGORY]
    assert index == {0: 0, 1: 0}


def test_readings_are_kept_in_a_file_with_their_charts(tmp_path, scene):
    line = TextLine("São", 0.5, ((0.5, 0.0), (9.0, 0.0), (9.0, 4.0), (0.5, 4.0)))
    readings = [make_reading(1, scene, [line], []), make_reading(3, scene, [], [line, line])]
    for reading in readings:
        save_reading(reading, tmp_path / "readings.jsonl")
    loaded = list(load_readings([tmp_path / "readings.jsonl"]))
    assert loaded == readings
    opened = loaded[0].open_scene()
    assert (opened.words, opened.marks, opened.kind, opened.stacked) == (
        scene.words,
        scene.marks,
        scene.kind,
        scene.stacked,
    )
    difference = ImageChops.difference(opened.image, scene.image.convert("RGB"))
    assert ImageStat.Stat(difference).rms[0] < 6


def test_examples_take_the_words_that_were_read(scene):
    line = read(scene.words[0])
    example = make_example(scene, 384, random.Random(0), [line])
    assert example.roles.tolist() == [scene.words[0].role]


def test_batches_mix_both_kinds_of_words(scene):
    reading = make_reading(6_000_000, scene, [], [])  # nothing was read: no words
    batch = next(iter(ChartBatches(7_000_000, batch=12, readings=[reading], group=1)))
    words = batch["word_mask"].sum(1)
    assert (words == 0).sum() >= 6
    assert (words > 0).any()
