"""Runs the clients of other services, each as its users do, against a running service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VARIABLE = "TEST_CLIENTS"
"""Names a virtual environment with the packages of clients.txt."""


def find_client(name: str) -> Path:
    """A program of that environment, or of this one; skips the test where there is none."""
    if name == "paddleocr":
        return Path(sys.executable).with_name(name)
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"{VARIABLE} names no environment with the packages of tests/serve/clients.txt")
    return Path(folder) / "bin" / name


def run_client(name: str, *arguments: str, **variables: str) -> str:
    """What a program prints.

    Raises:
        AssertionError: it failed.
    """
    done = subprocess.run(
        [find_client(name), *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
