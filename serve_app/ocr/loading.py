"""Builds a PaddleOCR 3.7: finds its weights and its device, and has it run on OpenVINO on a CPU."""

import atexit
import logging
import os
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, NamedTuple

from serve_app.config import Device, OcrConfig
from serve_app.domain import Script
from serve_app.errors import ConfigError
from serve_app.gpu.memory import find_budget
from serve_app.hosting.core_share import MOST_THREADS, CoreShare, count_cores, open_share
from serve_app.hosting.cpu_precision import choose_precision
from serve_app.ocr.footprint import measure_ocr
from serve_app.ocr.hidden_modules import hide_modules
from serve_app.ocr.model_choice import Model, find_language_model, find_line_orientation, find_models
from serve_app.ocr.paddlex_hooks import (
    check_dictionary,
    create_recogniser,
    find_predictors,
    list_characters,
    replace_decoder,
    run_on_openvino,
)
from serve_app.ocr.scripts import find_scripts

logger = logging.getLogger(__name__)

PADDLE_BATCH = 6
"""Text lines recognised at once by default: PaddleOCR's own setting."""

OPENVINO_BATCH, OPENVINO_WIDTH_STEP = 1, 32
"""The same on OpenVINO, and the pixels of which a line's width is made a multiple. On 60 pages in many fonts this read
0.08 % of 63,984 characters wrong; batches of 6 as PaddleOCR makes them 0.15 %, single lines without the padding 0.10 %
(full stops at the very edge are lost). In several runs it took 2 to 13 % less time than those batches."""


DETECTION_PARTS, RECOGNITION_PARTS = 300, 5000
"""Parts of the models that OpenVINO keeps compiled. Pages have ever new sizes, of which two or three are kept: to
compile one costs little beside reading a page of it. Lines have some thirty widths, which come back all the time; 5000
is OpenVINO's own bound."""


class Loaded(NamedTuple):
    """A PaddleOCR, its recognition models by language (None: its own), its name, its device, and shared cores."""

    ocr: Any
    recognisers: "dict[str | None, Recogniser]"
    name: str
    device: str
    share: CoreShare | None


class Recogniser(NamedTuple):
    """PaddleX's predictor of a recognition model, the name of the model, and the scripts that it can spell."""

    predictor: Any
    name: str
    scripts: tuple[Script, ...]


def load_paddle_ocr(config: OcrConfig, device: Device) -> Loaded:
    """Load the models that the config names, or the installed ones.

    Raises:
        ConfigError: weights or packages are missing, or the installed weights are damaged.
    """
    chosen = _choose_device(config, device)
    with TemporaryDirectory(prefix="serve-app-ocr-") as folder:  # read once, then no longer needed
        detection, recognition = find_models(config, Path(folder))
        name = detection.name.removesuffix("_det")
        share = open_share() if config.threads == "auto" and _is_on_openvino(config, chosen) else None
        lines = find_line_orientation(config, Path(folder))
        return Loaded(*_load(config, detection, recognition, lines, chosen, share), name, chosen, share)


def _is_on_openvino(config: OcrConfig, device: str) -> bool:
    return config.engine == "onnxruntime" and config.cpu_runtime == "openvino" and device == "cpu"


def _load(
    config: OcrConfig, detection: Model, recognition: Model, lines: dict[str, Any], device: str, share: CoreShare | None
) -> tuple[Any, dict[str | None, Recogniser]]:
    openvino = _is_on_openvino(config, device)
    if detection.folder and recognition.folder and all("/" in value for value in config.languages.values()):
        # Otherwise PaddleX asks its model hubs whether they are there, before it loads a local directory.
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        _keep_out_of_home()
    batch = config.recognition_batch or (OPENVINO_BATCH if openvino else PADDLE_BATCH)
    loading = f"{detection.name} and {recognition.name}"
    try:
        # One of PaddleX's model hubs imports torch and transformers where it finds them.
        with hide_modules("torch", "transformers"):
            from paddleocr import PaddleOCR

        ocr = PaddleOCR(
            text_detection_model_name=detection.name,
            text_detection_model_dir=detection.folder,
            text_recognition_model_name=recognition.name,
            text_recognition_model_dir=recognition.folder,
            text_recognition_batch_size=batch,
            text_det_limit_side_len=config.detection_long_side,
            text_det_limit_type="max" if config.detection_long_side else None,
            use_doc_orientation_classify=False,
            use_doc_unwarping=False,
            **lines,
            device="gpu:0" if device == "gpu" else "cpu",
            **_engine_arguments(config),
        )
        detector, own = find_predictors(ocr)
        settings: dict[str, Any] = {
            "threads": share.count_threads if share else config.threads,
            "precision": choose_precision(config.cpu_precision),
        }
        if openvino:
            run_on_openvino(detector, kept_parts=DETECTION_PARTS, **settings)
        recognisers: dict[str | None, Recogniser] = {}
        models = {None: recognition} | {
            language: find_language_model(value) for language, value in config.languages.items()
        }
        for language, model in models.items():
            loading = model.name
            found = create_recogniser(ocr, model.name, model.folder, batch) if language else own
            scripts = find_scripts(list_characters(found))
            if openvino:
                run_on_openvino(found, width_step=OPENVINO_WIDTH_STEP, kept_parts=RECOGNITION_PARTS, **settings)
            check_dictionary(found, f"ocr.languages.{language}: {model.name}" if language else model.name)
            replace_decoder(found)
            recognisers[language] = Recogniser(found, model.name, scripts)
        return ocr, recognisers
    except ImportError as error:
        raise ConfigError(f"The OCR engine {config.engine} is not installed: {error}. See docs/deploy.md") from error
    except (AssertionError, OSError, ValueError) as error:
        raise ConfigError(f"PaddleOCR cannot load {loading}: {error}") from error
    except Exception as error:
        if type(error) is not Exception:
            raise
        # So does PaddleX say that no hub can be reached.
        remedy = "With a directory instead of a name, nothing is downloaded"
        raise ConfigError(f"PaddleOCR cannot load {loading}: {error} {remedy}") from error


def _keep_out_of_home() -> None:
    """Let PaddleX make the folder for its cache where it can be made: in ~ it fails in a container without a home.

    Only for models that are here: those that PaddleX downloads are kept in that folder.
    """
    if "PADDLE_PDX_CACHE_HOME" not in os.environ:
        folder = os.environ["PADDLE_PDX_CACHE_HOME"] = mkdtemp(prefix="serve-app-paddlex-")
        atexit.register(rmtree, folder, ignore_errors=True)


def _choose_device(config: OcrConfig, device: Device) -> str:
    """The device that the engine's library can use: with `auto`, a CPU build on a GPU node runs on the CPU."""
    if device == "cpu":
        return "cpu"
    if config.engine == "paddle":
        import paddle

        usable = paddle.device.is_compiled_with_cuda() and paddle.device.cuda.device_count() > 0
        remedy = "install paddlepaddle-gpu instead of paddlepaddle (docs/deploy.md)"
    else:
        import onnxruntime

        usable = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
        remedy = "install onnxruntime-gpu instead of onnxruntime, or set engine: paddle (docs/deploy.md)"
    if usable:
        if config.engine == "paddle":
            total = paddle.device.cuda.get_device_properties(0).total_memory
            # Paddle's allocator grows without bound unless told otherwise.
            paddle.set_flags({"FLAGS_gpu_memory_limit_mb": find_budget(total, config.num_gpus) >> 20})
            _warn_of_large_pages(config, total)
        return "gpu"
    if device == "gpu":
        raise ConfigError(f"device: gpu, but the installed {config.engine} cannot use one: {remedy}")
    logger.warning("OCR runs on the CPU of a GPU node: to use the GPU, %s", remedy)
    return "cpu"


def _warn_of_large_pages(config: OcrConfig, card_bytes: int) -> None:
    needs, share = measure_ocr(config), card_bytes * min(config.num_gpus, 1.0)
    if needs is not None and needs.total > share:
        logger.warning(
            "A page of %d x %d pixels may take %d MiB, and ocr.num_gpus: %g of this GPU is %d MiB. Raise it, or lower "
            "ocr.max_long_side; until then such pages are answered with 503",
            *(config.max_long_side, config.max_long_side, needs.total >> 20, config.num_gpus, int(share) >> 20),
        )


def _engine_arguments(config: OcrConfig) -> dict[str, Any]:
    threads = min(count_cores(), MOST_THREADS) if config.threads == "auto" else config.threads
    if config.engine == "onnxruntime":
        return {"engine": "onnxruntime", "engine_config": {"intra_op_num_threads": threads}}
    return {"engine": "paddle", "cpu_threads": threads, "enable_mkldnn": config.mkldnn}
