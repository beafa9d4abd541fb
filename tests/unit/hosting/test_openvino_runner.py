import shutil
from pathlib import Path

import numpy as np
import pytest
from onnxruntime import InferenceSession

from serve_app.hosting.openvino_runner import SMALLER_INPUTS, OpenVinoRunner
from serve_app.hosting.resident import resident_bytes
from serve_app.ocr import weights as ocr_weights


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    _, recognition = ocr_weights.lay_out(tmp_path_factory.mktemp("weights"))
    return recognition / "inference.onnx"


@pytest.mark.parametrize(("width", "widened"), [(331, 352), (352, 352)])
def test_lines_are_widened_to_a_multiple_with_zeros(model, width, widened):
    line = np.random.default_rng(0).random((1, 3, 48, width), dtype=np.float32)
    runner = OpenVinoRunner(model, threads=1, precision="float32", width_step=32)
    plain = OpenVinoRunner(model, threads=1, precision="float32")
    [output] = runner([line])
    [expected] = plain([np.concatenate([line, np.zeros((1, 3, 48, widened - width), np.float32)], axis=3)])
    assert np.array_equal(output, expected)
    assert (runner.widening, plain.widening) == (widened / width, 1.0)


def test_it_computes_what_onnx_runtime_does(model):
    lines = np.random.default_rng(1).random((2, 3, 48, 400), dtype=np.float32) * 2 - 1
    session = InferenceSession(str(model), providers=["CPUExecutionProvider"])
    [expected] = session.run(None, {session.get_inputs()[0].name: lines})
    [output] = OpenVinoRunner(model, threads=1, precision="float32")([lines])
    assert output == pytest.approx(expected, abs=1e-4)
    assert np.array_equal(output.argmax(axis=-1), expected.argmax(axis=-1))


def test_the_threads_change_from_batch_to_batch_and_the_results_do_not(model, tmp_path):
    line = np.random.default_rng(2).random((1, 3, 48, 320), dtype=np.float32)
    counts = iter([2, 2, 1, 2])
    copy = Path(shutil.copy(model, tmp_path))
    runner = OpenVinoRunner(copy, threads=lambda: next(counts), precision="float32")
    copy.unlink()  # as that of PaddleOCR's models is
    used, outputs = [], []
    for _ in range(3):
        [output] = runner([line])
        outputs.append(output.copy())
        used.append(runner._model.get_property("INFERENCE_NUM_THREADS"))
    assert used == [2, 1, 2]
    assert np.array_equal(outputs[0], outputs[1])
    assert np.array_equal(outputs[0], outputs[2])


@pytest.mark.parametrize(
    ("width", "widened"), [(320, 320), (1000, 1024), (1025, 1088), (1300, 1344), (2047, 2048), (3137, 3200)]
)
def test_wide_lines_have_fewer_widths(width, widened):
    """OpenVINO keeps memory for each; with steps of 32 pixels there would be ninety."""
    runner = OpenVinoRunner.__new__(OpenVinoRunner)
    runner._width_step = 32
    assert width + -width % runner._choose_step(width) == widened
    assert len({each + -each % runner._choose_step(each) for each in range(320, 3201)}) < 50


class Model:
    """Stands for a compiled model: one output, in memory that is gone once it is released."""

    def __init__(self):
        self.memory = np.zeros(4, np.float32)
        self.released = 0

    def __call__(self, batch, **_settings):
        self.memory[:] = batch.shape[-2:] * 2
        return {0: self.memory}

    def release_memory(self):
        self.released += 1
        self.memory[:] = np.nan


@pytest.fixture
def runner():
    runner = OpenVinoRunner.__new__(OpenVinoRunner)
    runner._width_step, runner._largest, runner._smaller, runner._model = 1, 0, 0, Model()
    runner._threads, runner._count_threads = 1, lambda: 1
    return runner


def read(runner, height, width):
    [output] = runner([np.zeros((1, 3, height, width), np.float32)])
    assert output.tolist() == [height, width, height, width]
    return runner._model.released


def test_the_memory_for_a_large_input_is_given_back_once_smaller_ones_follow(runner):
    assert read(runner, 3008, 2016) == 0
    assert [read(runner, 640, 480) for _ in range(SMALLER_INPUTS)] == [0] * (SMALLER_INPUTS - 1) + [1]
    assert [read(runner, 640, 480) for _ in range(SMALLER_INPUTS)] == [1] * SMALLER_INPUTS


def test_memory_that_is_used_again_is_kept(runner):
    for _ in range(3):
        assert read(runner, 3008, 2016) == 0
        assert [read(runner, 640, 480) for _ in range(SMALLER_INPUTS - 1)][-1] == 0


def test_the_memory_for_a_usual_page_is_kept(runner):
    assert [read(runner, 2000, 2000), *(read(runner, 640, 480) for _ in range(3 * SMALLER_INPUTS))][-1] == 0


def test_openvino_gives_its_memory_back_and_goes_on(tmp_path):
    detection, _ = ocr_weights.lay_out(tmp_path)
    runner = OpenVinoRunner(detection / "inference.onnx", threads=1, precision="float32")
    small = np.random.default_rng(0).random((1, 3, 320, 320), dtype=np.float32)
    [expected] = [output.copy() for output in runner([small])]
    runner([np.zeros((1, 3, 1504, 2816), np.float32)])
    held = resident_bytes()
    outputs = [runner([small])[0].copy() for _ in range(SMALLER_INPUTS)]
    assert resident_bytes() < held - (200 << 20)
    assert all(np.array_equal(output, expected) for output in outputs)
