import io

import pytest
from rich.console import Console
from rich.progress import TaskID

from serve_app.cli import progress
from serve_app.cli.progress import show_pages


@pytest.fixture
def drawn(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr(
        progress, "Console", lambda stderr: Console(file=text, force_terminal=stderr, width=120, color_system=None)
    )
    return text


def test_pages_their_rate_and_the_end_are_shown(drawn):
    with show_pages("Reading", 2) as bar:
        times = iter(range(100))
        bar.progress.get_time = lambda: float(next(times))
        bar.plan(8)
        for _ in range(5):
            bar.advance(1)
        bar.describe("1 of 2 files")
        bar.progress.refresh()
        [task] = bar.progress.tasks
        assert (task.completed, task.total, bar.task) == (5, 10, TaskID(0))
        assert task.speed > 0
    assert "1 of 2 files" in drawn.getvalue()
    assert "5/10 pages" in drawn.getvalue()
    assert "pages/s" in drawn.getvalue()


def test_machines_see_no_bar(drawn):
    with show_pages("Reading", 2, quiet=True) as bar:
        bar.advance(1)
    assert drawn.getvalue() == ""
