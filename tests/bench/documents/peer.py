"""PyMuPDF4LLM beside the service: the one peer for whole pages whose layout models come by package.

It runs in a virtual environment of its own (`tests.bench.throughput.process`). What else was looked at: docling and
marker fetch their models from a hub when they run, and so does PaddleX for PP-StructureV3.
"""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.documents.scores import Scores, count_words, score_text
from tests.bench.documents.speed import Speed
from tests.bench.documents.truth import TrueDocument
from tests.bench.throughput.process import prepare_environment

REQUIREMENTS = ("PyMuPDF==1.27.2.3", "pymupdf4llm==0.3.4", "pymupdf-layout==1.27.2.3")
"""Releases whose layout model runs without OCR. From 2.0 on the two latter are empty packages."""

SCRIPT = Path(__file__).with_name("peer_script.py")


@dataclass(slots=True)
class PeerResult:
    """What the peer read: scores by kind of document, and its speed with one process."""

    scores: dict[str, Scores]
    speed: Speed


def measure_peer(documents: Sequence[TrueDocument]) -> PeerResult:
    """Have it write the Markdown of each page.

    Raises:
        NotInstalled: its packages cannot be installed.
    """
    programs = prepare_environment("pymupdf4llm", REQUIREMENTS)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.pdf" for number in range(len(documents))]
        for file, document in zip(files, documents, strict=True):
            file.write_bytes(document.data)
        command = [programs / "python", SCRIPT, *files]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answer = json.loads(printed.splitlines()[-1])
    scores: dict[str, Scores] = {}
    for document, pages in zip(documents, answer["documents"], strict=True):
        of_kind = scores.setdefault(document.kind, Scores())
        for text, truth in zip(pages, document.pages, strict=True):
            of_kind.add("words", count_words(text, truth.words), len(truth.words))
            score_text(of_kind, text, truth)
    pages = sum(len(document.pages) for document in documents)
    return PeerResult(scores, Speed("PyMuPDF4LLM", "digital", 1, pages, answer["seconds"], answer["cpu_s"]))
