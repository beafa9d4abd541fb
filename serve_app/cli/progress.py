"""Progress in pages, with pages per second and the expected end, on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    """Pages per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} pages/s")


@dataclass(frozen=True, slots=True)
class PageBar:
    """One bar; its methods may be called from any thread."""

    progress: Progress
    task: TaskID

    def plan(self, pages: int) -> None:
        """There are so many more pages than was known."""
        total = self.progress.tasks[0].total or 0
        self.progress.update(self.task, total=total + pages)

    def advance(self, pages: int) -> None:
        """So many more have been read."""
        self.progress.advance(self.task, pages)

    def describe(self, text: str) -> None:
        """What stands before the bar."""
        self.progress.update(self.task, description=text)


@contextmanager
def show_pages(description: str, total: int, *, quiet: bool = False) -> Iterator[PageBar]:
    """A bar for `total` pages until the block ends; none is drawn if standard error is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} pages"),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        yield PageBar(progress, progress.add_task(description, total=total))
