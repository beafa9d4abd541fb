import re

import pytest

from serve_app.cli.main import main
from serve_app.config import AppConfig, ChartConfig, OcrConfig
from serve_app.errors import ConfigError
from serve_app.planning.plan import GIB
from serve_app.planning.shares import check_cards, check_start, check_wholes
from tests.service import ROOT

ONE = {"Ocr": (1, 1), "Chart": (1, 1)}
MINERU = "opendatalab/MinerU2.5-Pro-2605-1.2B"


def shares(ocr, chart, **settings):
    return AppConfig(ocr=OcrConfig(num_gpus=ocr), chart=ChartConfig(num_gpus=chart, **settings))


@pytest.mark.parametrize(
    ("ocr", "chart", "gpus"), [(0.25, 0.75, 1), (0.6, 0.6, 2), (0, 1, 1), (1, 2, 3), (0.5, 0, 0.5)]
)
def test_what_finds_a_place_may_start(ocr, chart, gpus):
    check_start(shares(ocr, chart), gpus)


@pytest.mark.parametrize(("ocr", "chart", "gpus"), [(0.25, 0.76, 1), (0.5, 2, 2), (1, 1, 1.5), (0.3, 0.3, 0.5)])
def test_what_finds_no_place_is_refused_at_the_start(ocr, chart, gpus):
    with pytest.raises(ConfigError, match="pending for ever"):
        check_start(shares(ocr, chart), gpus)
    check_start(shares(ocr, chart), None)


def test_more_than_a_card_must_be_whole_cards():
    assert check_wholes(shares(0.5, 2)) == []
    [problem] = check_wholes(shares(0.5, 1.5))
    assert problem.startswith("args.chart.num_gpus: 1.5 is more than one card")
    with pytest.raises(ConfigError, match=r"1\.5 is more than one card"):
        check_start(shares(0.5, 1.5), None)


def test_a_remote_model_and_a_cpu_need_no_card():
    remote = shares(0.5, 8, model=MINERU, remote={"url": "http://10.0.0.5:8000"})
    check_start(remote, 1)
    assert check_cards(remote.model_copy(update={"device": "cpu"}), ONE, GIB, 1) == []


@pytest.mark.parametrize(
    ("gib", "args", "expected"),
    [
        (24, shares(0.01, 0.5), "args.ocr.num_gpus: .* leaves nothing beside the CUDA context"),
        (24, shares(0.5, 0.08, model=MINERU), "args.chart.num_gpus: The weights take"),
        (24, shares(0.5, 0.15, model=MINERU), "args.chart.num_gpus: 0.15 of a card is 3.6 GiB, and a replica may take"),
        (24, shares(0.5, 0.15, model="Qwen2.5-VL-7B-Instruct"), None),
        (24, shares(0.5, 0.15, model=MINERU, offload="cpu"), None),
        (24, shares(0.5, 0.5, model=MINERU), None),
    ],
)
def test_a_share_holds_its_replica(gib, args, expected):
    found = check_cards(args, ONE, gib * GIB, 1)
    if expected is None:
        assert found == []
    else:
        [problem] = found
        assert re.match(expected, problem)


def test_the_server_models_need_more_for_larger_pages():
    ocr = OcrConfig(engine="paddle", detection_model="PP-OCRv5_server_det", recognition_model="PP-OCRv5_server_rec")
    [problem] = check_cards(AppConfig(ocr=ocr), ONE, 24 * GIB, 1)
    assert "lower ocr.max_long_side" in problem
    smaller = ocr.model_copy(update={"max_long_side": 1280})
    assert check_cards(AppConfig(ocr=smaller), ONE, 24 * GIB, 1) == []


@pytest.mark.parametrize(
    ("replicas", "cards", "expected"),
    [
        ({"Ocr": (1, 2), "Chart": (1, 1)}, 1, None),
        ({"Ocr": (1, 3), "Chart": (1, 1)}, 1, "may grow to 3 x 0.25"),
        ({"Ocr": (3, 3), "Chart": (1, 1)}, 1, "start with 3 x 0.25"),
        ({"Ocr": (3, 3), "Chart": (1, 2)}, 2, None),
        ({"Ocr": (1, 100), "Chart": (1, 100)}, 2, "may grow to"),
    ],
)
def test_all_replicas_find_a_place(replicas, cards, expected):
    found = check_cards(shares(0.25, 0.5), replicas, 24 * GIB, cards)
    assert not found if expected is None else expected in found[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"max_replicas: 4": "max_replicas: 40"}, "may grow to 40 x 0.35 (Ocr)"),
        ({"          min_replicas: 1\n          max_replicas: 2": "          max_replicas: 3"}, "3 x 0.27 (Chart)"),
        ({"num_gpus: 0.35": "num_gpus: 1.35"}, "args.ocr.num_gpus: 1.35 is more than one card"),
        ({"MinerU2.5-Pro-2605-1.2B": "another"}, "args.chart.model: 'opendatalab/another'"),
    ],
)
def test_the_command_checks_a_file_against_cards(changes, expected, tmp_path, capsys):
    text = (ROOT / "cluster" / "serve_config.gpu.yaml").read_text()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "serve_config.yaml"
    path.write_text(text)
    status = main(["check", "--gpu-memory", "24", "--gpus", "2", str(path)])
    assert status == (expected is not None)
    assert (expected or "no mistakes") in capsys.readouterr().out
