"""What is refused before anything starts; tests/serve/test_placement.py binds and runs the application."""

import pytest
import ray

from serve_app.app import build_app
from serve_app.config import AppConfig, ChartConfig, OcrConfig
from serve_app.errors import ConfigError


def config(device, ocr, chart):
    return AppConfig(
        device=device, ocr=OcrConfig(engine="fake", num_gpus=ocr), chart=ChartConfig(model="fake", num_gpus=chart)
    )


@pytest.fixture
def _one_gpu(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 4.0, "GPU": 1.0})


@pytest.mark.usefixtures("_one_gpu")
def test_shares_without_a_place_are_refused_where_the_cluster_is_known():
    build_app(config("auto", 0.5, 0.5))
    with pytest.raises(ConfigError, match=r"ocr.num_gpus: 0\.6 and .* do not fit the cluster's 1 GPU"):
        build_app(config("auto", 0.6, 0.5))
    build_app(config("gpu", 0.6, 0.5))
    build_app(config("cpu", 0.6, 0.5))


def test_a_share_that_ray_refuses_is_refused_first():
    with pytest.raises(ConfigError, match=r"args.chart.num_gpus: 1\.5 is more than one card"):
        build_app(config("gpu", 0.5, 1.5))


@pytest.mark.parametrize(("share", "device"), [(0.25, "gpu"), (0, "cpu")])
def test_ocr_with_no_share_of_a_gpu_runs_on_the_cpu(share, device):
    ingress = build_app(config("gpu", share, 0.5))
    ocr, chart = ingress._bound_deployment.init_args[1:3]
    assert ocr._bound_deployment.init_args[1] == device
    assert chart._bound_deployment.init_args[1] == "gpu"
