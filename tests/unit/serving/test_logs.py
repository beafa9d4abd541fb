import logging

import pytest

from serve_app.serving.logs import join_serve_log, leave_access_to_the_audit


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.found = []

    def emit(self, record):
        self.found.append((record.name, record.levelname, record.getMessage()))


@pytest.fixture
def serves(monkeypatch):
    """Serve's logger, as a replica configures it."""
    logger = logging.getLogger("ray.serve")
    monkeypatch.setattr(logger, "handlers", [Lines()])
    monkeypatch.setattr(logger, "level", logging.INFO)
    monkeypatch.setattr(logger, "filters", [])
    logger.manager._clear_cache()  # of the levels that are enabled
    yield logger
    logger.manager._clear_cache()


def test_lines_of_each_module_are_written_once_where_serve_writes(serves, monkeypatch):
    root = Lines()
    monkeypatch.setattr(logging.getLogger(), "handlers", [root])
    join_serve_log()
    join_serve_log()  # by a second deployment in the process
    logging.getLogger("serve_app.hosting.model_thread").warning("the model %s failed", "x")
    assert serves.handlers[0].found == [("serve_app.hosting.model_thread", "WARNING", "the model x failed")]
    assert root.found == []


def test_a_replica_whose_log_is_configured_anew_writes_to_the_new_one(serves):
    join_serve_log()
    serves.handlers = [Lines()]
    logging.getLogger("serve_app.api.errors").info("there")
    assert [line for *_, line in serves.handlers[0].found] == ["there"]


def test_serves_level_decides_but_for_the_audit_log(serves):
    join_serve_log()
    serves.setLevel(logging.WARNING)
    for name in ("serve_app.api.fetch", "serve_app.audit"):
        logging.getLogger(name).info("a line")
    assert serves.handlers[0].found == [("serve_app.audit", "INFO", "a line")]


def test_serves_own_line_of_a_request_is_left_out_where_the_audit_log_has_one(serves):
    join_serve_log()
    leave_access_to_the_audit()
    serves.info("POST /v1/ocr 429 2.1ms", extra={"serve_access_log": True})
    serves.info("Started HTTP server")
    logging.getLogger("serve_app.audit").info("route=/v1/ocr status=429")
    assert [line for *_, line in serves.handlers[0].found] == ["Started HTTP server", "route=/v1/ocr status=429"]
