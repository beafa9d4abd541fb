"""What no unit test may leave behind."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _own_log():
    """Deployments hand the application's log over to Serve; the next test finds it as it was."""
    logger = logging.getLogger("serve_app")
    handlers, level, propagate = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.propagate = handlers, propagate
    logger.setLevel(level)
