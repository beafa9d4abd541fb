from collections.abc import Iterator

import httpx
import pytest

from tests.service import Service, shipped_config, start_service


@pytest.fixture(scope="package")
def running(tmp_path_factory) -> Iterator[Service]:
    """The shipped serve_config.yaml, on a port of its own."""
    with start_service(shipped_config(), tmp_path_factory.mktemp("serve")) as service:
        yield service


@pytest.fixture(scope="package")
def service(running) -> httpx.Client:
    """A client of the running service."""
    return running.http
