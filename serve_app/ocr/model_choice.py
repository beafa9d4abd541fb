"""The models that an OCR engine loads: those that the config names, or the installed ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from serve_app.config import OcrConfig
from serve_app.errors import ConfigError
from serve_app.ocr import weights as ocr_weights


@dataclass(frozen=True, slots=True)
class Model:
    """A model's name, and its directory; without one PaddleOCR downloads it."""

    name: str
    folder: str | None


def find_models(config: OcrConfig, folder: Path) -> tuple[Model, Model]:
    """The detection and the recognition model that the config names, or the installed ones, laid out in `folder`."""
    if config.detection_model is None or config.recognition_model is None:
        detection_dir, recognition_dir = ocr_weights.lay_out(folder)
        return (
            Model(ocr_weights.DETECTION.model_name, str(detection_dir)),
            Model(ocr_weights.RECOGNITION.model_name, str(recognition_dir)),
        )
    return (
        Model(config.detection_model, config.detection_dir),
        Model(config.recognition_model, config.recognition_dir),
    )


def find_line_orientation(config: OcrConfig, folder: Path) -> dict[str, Any]:
    """PaddleOCR's arguments for the model that tells lines which stand on their heads, where the engine has it."""
    if not config.tells_line_orientation:
        return {"use_textline_orientation": False}
    directory = config.line_orientation_dir if config.engine == "paddle" else None
    return {
        "use_textline_orientation": True,
        "textline_orientation_model_name": ocr_weights.LINE_ORIENTATION.model_name,
        "textline_orientation_model_dir": directory or str(ocr_weights.lay_out_line_orientation(folder)),
        # PaddleX 3.7 gives all lines of a batch the class of the first one.
        "textline_orientation_batch_size": 1,
    }


def find_language_model(value: str) -> Model:
    """The recognition model that `ocr.languages` names: a directory with its `inference.yml`, or an official name.

    Raises:
        ConfigError: the directory has no such file, or it tells no name.
    """
    if "/" not in value:
        return Model(value, None)
    try:
        settings = yaml.safe_load((Path(value) / "inference.yml").read_text(encoding="utf-8"))
        return Model(str(settings["Global"]["model_name"]), value)
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise ConfigError(f"ocr.languages: {value} has no inference.yml with Global.model_name: {error}") from error
