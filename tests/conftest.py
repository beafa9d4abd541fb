"""What holds for all tests: no deadlines of hypothesis, and who runs what under `pytest -n`."""

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# A first import, or a busy machine, is no failure.
settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")

SERVICES = ("tests/browser/", "tests/serve/")


class ServicesInTurn(LoadScopeScheduling):
    """One process runs all tests of a folder whose tests start services, in turn; the rest goes out file by file."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, _ = nodeid.partition("::")
        return next((folder for folder in SERVICES if path.startswith(folder)), path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ServicesInTurn:
    """Used by xdist where `-n` is given. Its own groups (`--dist loadgroup`) need node ids that pytest 9.2 has not."""
    return ServicesInTurn(config, log)
