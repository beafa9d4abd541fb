"""What holds for all tests: no deadlines of hypothesis, and who runs what under `pytest -n`."""

from pathlib import Path

import pytest
from hypothesis import settings

# A first import, or a busy machine, is no failure.
settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")

SERVICES = [Path(__file__).with_name(folder) for folder in ("serve", "browser")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under `pytest -n`, one process runs all that starts a service, in turn; the rest is given out by files."""
    for item in items:
        serves = any(item.path.is_relative_to(folder) for folder in SERVICES)
        item.add_marker(pytest.mark.xdist_group("service" if serves else item.nodeid.partition("::")[0]))
