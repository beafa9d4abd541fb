import shutil
from pathlib import Path

import numpy as np
import pytest
from onnxruntime import InferenceSession

from serve_app.hosting.openvino_runner import OpenVinoRunner
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
