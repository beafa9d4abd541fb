"""The short form of the chaos run; its long form is `python -m tests.bench.chaos`."""

import subprocess
import sys

import pytest

from tests.service import ROOT

pytestmark = pytest.mark.serve


def test_no_page_is_lost_or_misread_while_replicas_die():
    command = [sys.executable, "-m", "tests.bench.chaos", "--requests", "20", "--rate", "1.5"]
    command += ["--kills", "3", "--every", "0.5"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "kills      3" in result.stdout
