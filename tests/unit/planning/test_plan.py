from dataclasses import astuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from serve_app.cli.check import IMPORT_PATH, check_document
from serve_app.cli.main import main
from serve_app.errors import ConfigError
from serve_app.gpu.memory import CONTEXT_BYTES, find_budget
from serve_app.planning.plan import GIB, RESERVE, CardLayout, find_reserve, make_plan
from serve_app.planning.report import describe, list_settings
from tests.service import ROOT

MINERU = "opendatalab/MinerU2.5-Pro-2605-1.2B"
MODELS = st.sampled_from([MINERU, "opendatalab/MinerU2.5-2509-1.2B", "PP-Chart2Table", "PaddleOCR-VL-1.6", "bundled"])
CARDS = st.integers(1, 200 * GIB)
OCRS = st.none() | st.integers(0, 4)
BITS = ("int4", "int8", "none")


def try_plan(*arguments):
    try:
        return make_plan(*arguments)
    except ConfigError:
        return None


@given(MODELS, CARDS, st.integers(1, 64), OCRS)
def test_a_plan_fits_its_card_and_its_config_is_valid(model, card, cards, ocrs):
    plan = try_plan(model, card, cards, ocrs)
    if plan is None:
        return
    assert plan.planned_bytes + find_reserve(card) <= card
    layout, config = plan.layout, plan.config
    assert layout.charts * config.chart.num_gpus + layout.ocrs * config.ocr.num_gpus <= 1 + 1e-9
    for needs, share in ((plan.chart, config.chart.num_gpus), (plan.ocr, config.ocr.num_gpus)):
        # Also on a card that has less memory than its name says.
        assert needs is None or find_budget(card - find_reserve(card), share) >= needs.total - CONTEXT_BYTES
    application = {"name": "reader", "import_path": IMPORT_PATH, **list_settings(plan)}
    document = {"http_options": {"host": "127.0.0.1"}, "applications": [application]}
    assert check_document(document, card, cards) == []
    ongoing = {one["name"]: one["max_ongoing_requests"] for one in list_settings(plan)["deployments"]}
    assert ongoing["Chart"] >= config.chart.batch_size


@given(MODELS, CARDS, CARDS, OCRS)
def test_more_memory_never_gives_less(model, one, other, ocrs):
    smaller, larger = (try_plan(model, card, 1, ocrs) for card in sorted((one, other)))
    if smaller is None:
        return
    assert larger is not None
    for less, more in zip(astuple(smaller.layout)[1:], astuple(larger.layout)[1:], strict=True):
        assert less <= more
    assert BITS.index(smaller.layout.quantisation) <= BITS.index(larger.layout.quantisation)


@given(MODELS, CARDS, st.integers(0, 4))
def test_the_replicas_that_were_asked_for_are_planned(model, card, ocrs):
    plan = try_plan(model, card, 1, ocrs)
    assert plan is None or plan.layout.ocrs == ocrs


@pytest.mark.parametrize(
    ("gib", "layout"),
    [
        (4, CardLayout("int8", 1024, batch=2, charts=1, ocrs=0)),
        (8, CardLayout("none", 1024, batch=2, charts=1, ocrs=1, ocr_side=1280)),
        (12, CardLayout("none", 1024, batch=4, charts=1, ocrs=1, ocr_side=1920)),
        (24, CardLayout("none", 1024, batch=8, charts=1, ocrs=2, ocr_side=2400)),
        (80, CardLayout("none", 1024, batch=16, charts=2, ocrs=3, ocr_side=4000)),
    ],
)
def test_the_plans_for_common_cards(gib, layout):
    assert make_plan(MINERU, gib * GIB).layout == layout


def test_on_a_small_card_the_text_is_read_on_the_cpu():
    plan = make_plan(MINERU, 4 * GIB)
    assert (plan.config.ocr.engine, plan.config.ocr.num_gpus) == ("onnxruntime", 0)
    assert "Ocr: on the CPU" in describe(plan)


def test_what_does_not_fit_says_what_would():
    with pytest.raises(ConfigError, match=r"does not fit a card of 2 GiB; (\d\.\d) GiB are needed") as error:
        make_plan(MINERU, 2 * GIB)
    needed = float(str(error.value).split("; ")[1].split()[0])
    assert make_plan(MINERU, int(needed * GIB)).layout == CardLayout()
    with pytest.raises(ConfigError, match="and OCR does not fit"):
        make_plan(MINERU, 12 * GIB, 1, 3)


def test_needed_memory_holds_where_the_reserve_grows_with_the_card():
    with pytest.raises(ConfigError) as error:
        make_plan(MINERU, 12 * GIB, 1, 4)
    needed = float(str(error.value).split("; ")[1].split()[0])
    assert needed * RESERVE > 0.75
    assert make_plan(MINERU, int(needed * GIB), 1, 4).layout.ocrs == 4


def test_the_gpu_config_is_what_the_plan_says():
    [shipped] = yaml.safe_load((ROOT / "cluster" / "serve_config.gpu.yaml").read_text())["applications"]
    planned = list_settings(make_plan(MINERU, 24 * GIB, 2))
    assert_within(planned["args"], shipped["args"])
    deployments = {deployment["name"]: deployment for deployment in shipped["deployments"]}
    for deployment in planned["deployments"]:
        assert_within(deployment, deployments[deployment["name"]])


def assert_within(part, whole):
    for name, value in part.items():
        if isinstance(value, dict):
            assert_within(value, whole[name])
        else:
            assert whole[name] == value, name


def test_the_command_prints_settings_and_what_they_take(capsys):
    assert main(["plan", "--gpu-memory", "24", "--gpus", "2", "--ocr-replicas", "1"]) == 0
    printed = capsys.readouterr().out
    settings = yaml.safe_load(printed.partition("\n\n")[0])
    assert settings["deployments"][0]["autoscaling_config"]["max_replicas"] == 2
    assert "computed, not measured" in printed
    assert "KV cache" in printed


@pytest.mark.parametrize("arguments", [["--model", "Qwen2.5-VL-7B"], ["--model", "a/b"], ["--gpu-memory", "1"]])
def test_the_command_says_why_there_is_no_plan(arguments, capsys):
    assert main(["plan", "--gpu-memory", "24", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
