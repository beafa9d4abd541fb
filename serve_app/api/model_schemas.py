"""The JSON of loaded models."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel

from serve_app.domain import ModelInfo, Script


class ScriptBody(BaseModel):
    """A script, by its name in Unicode, and how many letters of it a model's dictionary has."""

    name: str
    letters: int

    @classmethod
    def list_of(cls, scripts: Iterable[Script]) -> list[Self]:
        """The scripts as they are sent."""
        return [cls(name=script.name, letters=script.letters) for script in scripts]


class ModelBody(BaseModel):
    """A loaded model: what it reads, by which engine, and on which device.

    `scripts`: of an OCR model, those that it can spell, as its dictionary has their letters. `languages`: the same of
    the recognition models that a request may choose by `language`.
    """

    name: str
    task: str
    engine: str
    device: str
    scripts: list[ScriptBody] | None = None
    languages: dict[str, list[ScriptBody]] | None = None

    @classmethod
    def of(cls, info: ModelInfo) -> Self:
        """The model as it is sent."""
        languages = {language: ScriptBody.list_of(scripts) for language, scripts in info.languages.items()}
        return cls(
            name=info.name,
            task=info.task,
            engine=info.engine,
            device=info.device,
            scripts=ScriptBody.list_of(info.scripts) or None,
            languages=languages or None,
        )
