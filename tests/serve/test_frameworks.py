"""A replica's process has the libraries of its own model in memory, and none of the other's."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.serve

TORCH = "libtorch_cpu.so"
PADDLE = "libpaddle.so"
OPENCV = "cv2.abi3.so"


@pytest.mark.parametrize(
    ("deployment", "own", "others"),
    [("Ocr", {OPENCV}, {TORCH}), ("Chart", {TORCH}, {OPENCV, PADDLE}), ("Ingress", set(), {OPENCV, PADDLE, TORCH})],
)
def test_frameworks_are_apart(running, deployment, own, others):
    replicas = running.find_replicas(deployment)
    assert replicas
    for replica in replicas:
        loaded = {Path(mapping.path).name for mapping in replica.memory_maps()}
        assert own <= loaded
        assert loaded & others == set()
