"""Charts that wait for the model, and the batches that it takes of them."""

import asyncio
import logging
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

from serve_app.domain import ChartReading
from serve_app.errors import AppError
from serve_app.hosting.model_thread import ModelThread
from serve_app.hosting.protocols import ChartEngine, ChartInput
from serve_app.tracing import Turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    chart: ChartInput
    reading: Future[ChartReading] = field(default_factory=Future)
    turn: Turn = field(default_factory=lambda: Turn(time.monotonic()))

    @property
    def area(self) -> int:
        """Pixels."""
        return self.chart.image.width * self.chart.image.height


class ChartQueue:
    """Reads charts in batches: while one batch runs, the next one collects.

    A lone chart is read at once, and a batch is as large as the load makes it. Waiting for a batch to fill (as
    `serve.batch` does) would add its wait to every answer, and fill no batch that the load does not fill anyway.
    """

    def __init__(self, model: ModelThread[ChartEngine], *, size: int, pixels: int) -> None:
        """Reads at most `size` charts at once, and no more than `pixels` if each were as large as the largest."""
        self._model = model
        self._size = size
        self._pixels = pixels
        self._waiting: list[_Waiting] = []
        self._lock = Lock()

    async def read(self, chart: ChartInput) -> ChartReading:
        """Read a chart. Cancelled, it leaves the queue; if the model is at it already, its `stop` is set.

        Raises:
            AppError: as `ModelThread.call` raises them.
        """
        waiting = _Waiting(chart)
        with self._lock:
            self._waiting.append(waiting)
        self._model.submit(self._read_next)  # one turn for each chart; the turns of those read before find less to do
        try:
            return await asyncio.wrap_future(waiting.reading)
        except asyncio.CancelledError:
            chart.stop.set()
            raise

    def _read_next(self) -> None:
        batch = self._take()
        if len(batch) > 1 and not self._try(batch):
            logger.warning("A batch of %d charts failed; each is read again alone", len(batch))
        for waiting in batch:
            if not (waiting.reading.done() or waiting.chart.stop.is_set()):
                self._try([waiting])

    def _take(self) -> list[_Waiting]:
        """The chart that has waited longest, with those nearest to it in size: a batch is padded to its largest."""
        with self._lock:
            self._waiting = [waiting for waiting in self._waiting if not waiting.reading.cancelled()]
            if not self._waiting:
                return []
            oldest, *others = self._waiting
            batch, largest = [oldest], oldest.area
            for waiting in sorted(others, key=lambda other: abs(other.area - oldest.area))[: self._size - 1]:
                largest = max(largest, waiting.area)
                if (len(batch) + 1) * largest > self._pixels:
                    break
                batch.append(waiting)
            self._waiting = [waiting for waiting in self._waiting if waiting not in batch]
        # One may have been cancelled just now; the others can no more be.
        return [waiting for waiting in batch if waiting.reading.set_running_or_notify_cancel()]

    def _try(self, batch: list[_Waiting]) -> bool:
        """Read a batch and answer. False, with no answer, if one of several charts failed: it is not known which."""

        def read(engine: ChartEngine) -> list[tuple[_Waiting, ChartReading]]:
            return list(zip(batch, engine.read([waiting.chart for waiting in batch]), strict=True))

        try:
            readings = self._model.run(read, [waiting.turn for waiting in batch])
        except AppError as error:
            if len(batch) > 1:
                return False
            for waiting in batch:
                waiting.reading.set_exception(error)
        else:
            for waiting, reading in readings:
                waiting.reading.set_result(reading)
        return True
