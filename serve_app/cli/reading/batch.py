"""Reads many files at once, and goes on where an earlier run ended."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from serve_app.cli.reading.manifest import Manifest, make_key
from serve_app.cli.reading.outcome import Outcome
from serve_app.cli.reading.reader import SUFFIXES, Stopped, Task, Watcher, read
from serve_app.cli.reading.sources import Source
from serve_app.client import Client, ServiceError, ServiceUnreachable


@dataclass(frozen=True, slots=True)
class Batch:
    """Files to read, and the folder for the results."""

    client: Client
    task: Task
    folder: Path
    parallel: int

    def run(
        self, sources: Sequence[Source], plan: Callable[[int], None], advance: Callable[[int], None]
    ) -> Iterator[Outcome]:
        """Each file's outcome as it comes. If the service goes away, or the caller stops, the rest is not tried."""
        watcher = Watcher(plan, advance, Event())
        manifest = Manifest(self.folder)
        pool = ThreadPoolExecutor(self.parallel, "read")
        try:
            running = [pool.submit(self._try, source, manifest, watcher) for source in sources]
            for future in as_completed(running):
                yield future.result()
        finally:
            watcher.stop.set()
            pool.shutdown(cancel_futures=True)

    def _try(self, source: Source, manifest: Manifest, watcher: Watcher) -> Outcome:
        name = str(source.path)
        if watcher.stop.is_set():
            return Outcome(name, "failed", message="not tried: the service does not answer any more")
        try:
            return self._read(source, manifest, watcher)
        except (OSError, ServiceError) as error:
            watcher.advance(1)
            return Outcome(name, "failed", message=getattr(error, "strerror", None) or str(error))
        except ServiceUnreachable as error:
            watcher.stop.set()
            return Outcome(name, "failed", message=str(error))
        except Stopped:
            return Outcome(name, "failed", message="stopped")

    def _read(self, source: Source, manifest: Manifest, watcher: Watcher) -> Outcome:
        data, name = source.path.read_bytes(), str(source.path)
        entry = f"{source.name} as {self.task.format}"
        # A password only opens the file: it changes nothing in what is read, and is not even kept as a hash.
        key = make_key(data, {name: value for name, value in self.task.options.items() if name != "password"})
        if manifest.has(entry, key):
            watcher.advance(1)
            return Outcome(name, "skipped")
        found = read(self.client, data, self.task, watcher)
        outputs = (self._write(source.name + SUFFIXES[self.task.format], found.content),)
        if found.missing:
            return Outcome(name, "partial", found.pages, outputs, found.missing)
        manifest.add(entry, key, outputs)
        return Outcome(name, "done", found.pages, outputs)

    def _write(self, name: str, content: bytes) -> str:
        """Write a result in one step, so that none is ever there in part; its path below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(content)
        part.replace(path)
        return name
