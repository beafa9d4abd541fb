"""Time that tests move; and what no unit test may leave behind, or find of what tests with a real Serve have left."""

import logging

import pytest

from tests.clock import Clock


@pytest.fixture(autouse=True)
def _own_log():
    """Deployments hand the application's log over to Serve, for good; here it is as in a process of its own."""
    logger = logging.getLogger("serve_app")
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)
    yield
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def clock() -> Clock:
    return Clock()
