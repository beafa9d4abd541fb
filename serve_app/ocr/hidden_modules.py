"""Keeps one framework out of another's process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def hide_modules(*names: str) -> Iterator[None]:
    """Let what is imported meanwhile find these modules not installed. Modules that are imported already stay.

    For libraries that import whatever they find. None in `sys.modules` stands for a module that is not there:
    https://docs.python.org/3/reference/import.html#the-module-cache
    """
    modules: dict[str, Any] = sys.modules
    hidden = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            modules.pop(name, None)
