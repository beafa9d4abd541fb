"""What an engine takes of its GPU, for metrics."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Usage:
    """What an engine's process takes of a GPU, and how often it had to do with less."""

    gpu_bytes: int = 0
    """Held by the framework's allocator."""
    gpu_budget_bytes: int = 0
    """What the allocator may hold."""
    oom_steps: int = 0
    """Tries with a smaller batch or image, since the process started."""


NO_GPU = Usage()


@runtime_checkable
class Measured(Protocol):
    """An engine that can run on a GPU. May be asked from any thread, while it reads."""

    def measure(self) -> Usage:
        """What it takes now; `NO_GPU` on a CPU."""
        ...


def measure(engine: object) -> Usage:
    """What an engine takes of its GPU; `NO_GPU` for one that can use none."""
    return engine.measure() if isinstance(engine, Measured) else NO_GPU
