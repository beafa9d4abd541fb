"""A model that is loaded, and whether it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from serve_app.domain.script import Script


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a replica has loaded: the model, what it reads (`ocr` or `chart`), by which engine, and where it runs.

    `scripts` are those that an OCR model can spell, `languages` the same of the recognition models that the config has
    for languages.
    """

    name: str
    task: str
    engine: str
    device: str
    scripts: tuple[Script, ...] = ()
    languages: Mapping[str, tuple[Script, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a model has a replica that answers, and if not, why."""

    ready: bool
    reason: str = ""
