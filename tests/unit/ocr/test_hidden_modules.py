import importlib.util
import subprocess
import sys

import pytest

from serve_app.ocr.hidden_modules import hide_modules


def test_a_hidden_module_is_not_found_until_the_end():
    sys.modules.pop("this", None)
    with hide_modules("this"):
        assert importlib.util.find_spec("this") is None
        with pytest.raises(ModuleNotFoundError):
            import this  # noqa: F401
    assert importlib.util.find_spec("this") is not None
    assert "this" not in sys.modules


def test_a_module_that_is_imported_already_stays():
    with hide_modules("subprocess"):
        assert sys.modules["subprocess"] is subprocess
    assert sys.modules["subprocess"] is subprocess


def test_modules_are_found_again_after_an_error():
    with pytest.raises(KeyError), hide_modules("this"):
        raise KeyError
    assert importlib.util.find_spec("this") is not None
