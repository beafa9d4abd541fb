"""A model that is loaded, and whether it answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a replica has loaded: the model, what it reads (`ocr` or `chart`), by which engine, and where it runs."""

    name: str
    task: str
    engine: str
    device: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a model has a replica that answers, and if not, why."""

    ready: bool
    reason: str = ""
