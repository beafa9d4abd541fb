"""Settings of the Ocr deployment."""

from typing import Annotated, Literal

from pydantic import Field

from serve_app.config.section import CpuPrecision, RecycleConfig, Section

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
"""A language tag of BCP 47, such as ru or zh-Hant."""


class OcrConfig(Section):
    """The Ocr deployment: one PaddleOCR in each replica.

    With no model named, the PP-OCRv6 small weights that are installed with the application are used.
    A model's name alone is downloaded by PaddleOCR from its hub; with a directory beside it, nothing is downloaded.
    """

    engine: Literal["onnxruntime", "paddle", "fake"] = "onnxruntime"
    """`onnxruntime` runs ONNX models, by default the installed ones; `paddle` runs PaddleOCR's official models; `fake`
    answers with the image's size, for load tests."""
    detection_model: str | None = None
    """Name of the text detection model, for example PP-OCRv5_server_det."""
    detection_dir: str | None = None
    """Directory of that model; without one, PaddleOCR downloads it."""
    recognition_model: str | None = None
    """Name of the text recognition model, for example PP-OCRv5_server_rec."""
    recognition_dir: str | None = None
    """Directory of that model; without one, PaddleOCR downloads it."""
    languages: Annotated[dict[Language, str], Field(max_length=16)] = {}
    """Recognition models beside the one above, which a request chooses by `language`: by language tag the directory of
    a model (a value with a slash), or the name of an official one, for example `ru: eslav_PP-OCRv5_mobile_rec`. Each
    replica holds all of them; text is found by the one detection model."""
    line_orientation_dir: str | None = None
    """With `engine: paddle`, the directory of PP-LCNet_x1_0_textline_ori, for PaddleX's `useTextlineOrientation`, which
    is refused without it. The onnxruntime engine has the model installed."""
    threads: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = "auto"
    """CPU threads of the model in one replica. `auto`: on OpenVINO a call that runs alone takes all cores, at most 4;
    calls that run at once in several replicas of a machine share them. Otherwise all cores, at most 4."""
    cpu_runtime: Literal["openvino", "onnxruntime"] = "openvino"
    """Runtime of the models of `engine: onnxruntime` on a CPU. Both give the same results."""
    cpu_precision: CpuPrecision = "auto"
    """Precision of OpenVINO. `auto` is `bfloat16` on CPUs that multiply it (AMX, AVX-512 BF16), where it is faster and
    reads as many words right, and `float32` on others. Scores differ from one to the other in the third decimal."""
    recognition_batch: Annotated[int, Field(ge=1, le=256)] | None = None
    """Text lines recognised in one call of the model; lines of similar width share a batch. By default 1 on OpenVINO,
    where no line is padded to the width of another, and otherwise 6, PaddleOCR's own default."""
    detection_long_side: Annotated[int, Field(ge=320, le=4000)] | None = None
    """Long side, in pixels, of the copy used for text detection; recognition always uses the full size. By default
    detection uses the full size too. Small values are faster and lose small print."""
    mkldnn: bool = False
    """oneDNN kernels of the Paddle engine on a CPU; paddlepaddle 3.3 fails with them on PP-OCR models."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.5
    """CPUs that Ray reserves for one replica. It bounds placement, not use."""
    num_gpus: Annotated[float, Field(ge=0)] = 0.25
    """Fraction of a GPU that Ray reserves for one replica, which takes no more than this share of its memory."""
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Custom resources of Ray that a replica needs: it runs only on nodes that have them."""
    max_long_side: Annotated[int, Field(ge=768, le=10_000)] = 4000
    """Long side in pixels; larger images are scaled down. 4000 is PaddleOCR's own bound."""
    binarise: bool = False
    """Turn every image black and white first, for scans on stained or shaded paper."""
    enlarge_charts: bool = True
    """Read charts of up to 1280 pixels twice, as they are and enlarged, and take each piece of text from the reading
    with the higher score. Fewer labels are missed or joined; it takes about three times as long."""
    tile_side: Annotated[int, Field(ge=320, le=4000)] = 960
    """Side, in pixels, of the tiles into which a request with `zoom=true` cuts the image."""
    call_limit_s: Annotated[float, Field(gt=0)] = 120.0
    """Seconds after which a call counts as stuck and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig()
    """When a replica is replaced by a fresh process."""

    @property
    def tells_line_orientation(self) -> bool:
        """Whether the engine has the model that tells lines which stand on their heads."""
        return self.engine == "onnxruntime" or (self.engine == "paddle" and self.line_orientation_dir is not None)
