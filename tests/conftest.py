"""What holds for all tests: no deadlines of hypothesis, and who runs what under `pytest -n`."""

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# A first import, or a busy machine, is no failure.
settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")

SERVICES = ("tests/serve/", "tests/browser/")


class OneForServices(LoadScopeScheduling):
    """One process runs all tests that start a service, in turn; the rest is given out file by file."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, _ = nodeid.partition("::")
        return "services" if path.startswith(SERVICES) else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneForServices:
    """Used by xdist where `-n` is given. Its own groups (`--dist loadgroup`) need node ids that pytest 9.2 has not."""
    return OneForServices(config, log)
