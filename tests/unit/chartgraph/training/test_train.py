"""Noise, examples, losses, the schedule, and one run of the training on a tiny scale."""

import argparse
import random

import numpy as np
import pytest
import torch

from serve_app.chartgraph.training.dataset import collate, make_example
from serve_app.chartgraph.training.losses import MATCH, focal_loss, found_marks, offset_loss, propose_marks
from serve_app.chartgraph.training.renderer import render
from serve_app.chartgraph.training.train import Trainer, learning_rate
from serve_app.chartgraph.training.word_noise import shake_words
from serve_app.chartgraph.trunk import STRIDE, TrunkOutput


@pytest.fixture(scope="module")
def scenes():
    return [render(seed, (320, 240)) for seed in range(4)]


@pytest.fixture
def batch(scenes):
    return collate([make_example(scene, 192, random.Random(i)) for i, scene in enumerate(scenes)])


def test_shaken_words_keep_their_index(scenes):
    for seed in range(20):
        words, index = shake_words(scenes[0].words, random.Random(seed), 96)
        for old, new in index.items():
            assert words[new].role == scenes[0].words[old].role
            assert abs(words[new].y - scenes[0].words[old].y) < scenes[0].words[old].height


def test_a_dropped_word_is_no_target(scenes):
    example = make_example(scenes[0], 192, random.Random(0))
    assert example.links.min() >= 0
    assert example.links.max() <= len(example.words)


def test_the_map_has_a_one_at_each_mark(batch):
    for i in range(len(batch["target_marks"])):
        kinds = batch["target_mark_kinds"][i]
        for (x, y), kind in zip(batch["target_marks"][i], kinds, strict=True):
            if kind >= 0:
                assert batch["target_heat"][i, kind, int(y / STRIDE), int(x / STRIDE)] == 1
    assert batch["target_heat"].min() >= 0


def test_losses_vanish_where_the_answer_is_right(batch):
    heat = torch.where(batch["target_heat"] == 1, 20.0, -20.0)
    inside = torch.ones_like(heat[:, :1])
    assert focal_loss(heat, batch["target_heat"], inside) < 1e-6
    assert focal_loss(-heat, batch["target_heat"], inside) > 10
    present, marks = batch["target_mark_kinds"] >= 0, batch["target_marks"]
    offset = torch.zeros(len(marks), 2, *heat.shape[-2:])
    for i, j in present.nonzero().tolist():
        x, y = (marks[i, j] / STRIDE).tolist()
        offset[i, :, int(y), int(x)] = torch.tensor([x % 1, y % 1]) - 0.5
    assert offset_loss(offset, marks, present) < 0.02  # marks that share a cell cannot both be right
    assert offset_loss(offset + 0.5, marks, present) > 0.9
    trunk = TrunkOutput(heat, heat, heat, offset)
    scores = found_marks(trunk, batch)
    assert scores["precision"] > 0.95
    assert scores["recall"] > 0.95


def test_proposals_are_true_marks_or_far_from_them(batch):
    empty = torch.full_like(batch["target_heat"], -20.0)
    empty[:, 0, ::5, ::5] = 3.0
    marks, kinds, mask, links = propose_marks(TrunkOutput(empty, empty, empty, empty[:, :2] * 0), batch)
    true = mask & (links[..., 0] != -100)
    assert true.any()
    for i in range(len(marks)):
        distances = torch.cdist(marks[i, :, :2], batch["target_marks"][i])
        distances[kinds[i][:, None] != batch["target_mark_kinds"][i]] = np.inf
        assert (distances.amin(1)[true[i]] < MATCH).all()
        assert (distances.amin(1)[mask[i] & ~true[i]] >= MATCH).all()


@pytest.mark.parametrize(("step", "minutes", "rate"), [(0, 0, 0.005), (500, 10, 1.0), (500, 75, 0.5), (500, 100, 0.0)])
def test_the_rate_warms_up_and_decays(step, minutes, rate):
    args = argparse.Namespace(minutes=100, decay_minutes=50)
    assert learning_rate(1.0, step, minutes * 60, args) == pytest.approx(rate, abs=1e-9)


def test_training_lowers_the_loss_and_resumes(batch, tmp_path):
    args = argparse.Namespace(out=str(tmp_path), device="cpu", lr=1e-3, clip=2.0, first_seed=0, trunk_every=2)
    torch.manual_seed(0)
    trainer = Trainer(args)
    reports = [trainer.learn(batch, 1e-3) for _ in range(8)]
    assert reports[-2]["loss_heat"] < reports[0]["loss_heat"]
    assert "loss_heat" not in reports[1]  # only the linker is trained
    assert reports[-1]["loss_role"] < reports[0]["loss_role"]
    trainer.save()
    again = Trainer(args)
    again.load()
    assert again.step == 8
    assert all(torch.equal(a, b) for a, b in zip(trainer.model.parameters(), again.model.parameters(), strict=True))
