import socket
import sys
from pathlib import Path

import pytest

from serve_app.cli.doctor import (
    GIB,
    Finding,
    check_card,
    check_disk,
    check_folder,
    check_framework,
    check_image,
    check_memory,
    check_packages,
    check_port,
    check_python,
    read_available,
)
from serve_app.config import Limits


@pytest.mark.parametrize(("found", "fine"), [((3, 10), False), ((3, 11), True), ((3, 12), True), ((3, 13), False)])
def test_python(found, fine):
    assert check_python(found).fine is fine


def test_packages_that_lack_or_differ_are_named():
    assert check_packages(["pydantic>=2", "no-such-package; extra == 'test'"]).fine
    finding = check_packages(["pydantic<1", "no-such-package>=3"])
    assert not finding.fine
    assert "no-such-package is missing" in finding.found
    assert "not <1" in finding.found


def test_a_port_that_is_held_is_told_with_its_holder():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        holder.listen()
        finding = check_port(port)
    assert not finding.fine
    assert "held by" in finding.found
    assert "kill" in finding.advice


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    assert check_folder(tmp_path / "new").fine
    (tmp_path / "file").write_text("")
    assert not check_folder(tmp_path / "file" / "below").fine


@pytest.mark.parametrize(
    ("probe", "with_card", "fine"),
    [
        ("print('2.13 CUDA 13 sees 1 GPUs')", True, True),
        ("print('2.13 CUDA None sees 0 GPUs')", True, False),
        ("print('2.13 CUDA None sees 0 GPUs')", False, True),
        ("raise ImportError('libcudart.so is missing')", False, False),
        ("raise ModuleNotFoundError(\"No module named 'torch'\")", False, False),
    ],
)
def test_a_model_library(probe, with_card, fine):
    assert check_framework("torch", probe, with_card).fine is fine


def test_paddle_may_be_absent():
    assert check_framework("paddle", "raise ModuleNotFoundError(\"No module named 'paddle'\")", False).fine


def test_a_card_is_planned_with():
    assert "4000 pixels" in check_card("NVIDIA H100 80GB HBM3, 81559 MiB, 580.1").found
    assert not check_card("NVIDIA T400, 2048 MiB, 580.1").fine


def test_room():
    assert check_memory(6 * GIB).fine
    assert not check_memory(GIB).fine
    assert not check_disk(Path("/tmp"), GIB).fine
    assert check_image(4 * GIB, Limits()).fine
    assert not check_image(100_000_000, Limits()).fine
    assert read_available("MemTotal: 9 kB\nMemAvailable:    2048 kB\n") == 2 * 1024**2


def test_advice_is_given_where_it_is_needed():
    assert str(Finding("a", True, "b", "c")) == "ok   a: b"
    assert str(Finding("a", False, "b", "c")).splitlines() == ["BAD  a: b", "     c"]
    assert sys.version_info >= (3, 11)
