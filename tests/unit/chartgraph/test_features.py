import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.chartgraph.features import TEXT_FEATURES, WORD_GEOMETRY, describe_texts, place_words
from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.scene import SceneWord


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_gives_small_finite_numbers(texts):
    described = describe_texts(texts)
    assert described.shape == (len(texts), TEXT_FEATURES)
    assert np.isfinite(described).all()
    assert (np.abs(described) <= 4).all()


@pytest.mark.parametrize(("one", "other"), [("20", "North"), ("2019", "20"), ("20%", "20"), ("37.4", "40"), ("0", "1")])
def test_tells_kinds_of_text_apart(one, other):
    first, second = describe_texts([one, other])
    assert (first != second).any()


def test_letters_do_not_matter():
    first, second = describe_texts(["North", "South"])
    assert (first == second).all()


def test_places_are_scaled():
    word = SceneWord("a", 10, 20, 30, 8, 90, Role.TITLE)
    placed = place_words([word], 0.5)
    assert placed.shape == (1, WORD_GEOMETRY)
    assert placed[0] == pytest.approx([5, 10, 15, 4, 1, 0], abs=1e-6)
    assert place_words([]).shape == (0, WORD_GEOMETRY)
