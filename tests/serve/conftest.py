from collections.abc import Iterator

import httpx
import pytest

from tests.service import shipped_config, start_service


@pytest.fixture(scope="package")
def service(tmp_path_factory) -> Iterator[httpx.Client]:
    """The shipped serve_config.yaml, on a port of its own."""
    with start_service(shipped_config(), tmp_path_factory.mktemp("serve")) as running:
        yield running.http
