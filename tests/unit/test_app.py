"""What the application binds, and what is refused before anything starts; tests/serve/test_placement.py runs it."""

import pytest
import ray

from serve_app.app import asks_for_gpu, build_app
from serve_app.config import AppConfig, ChartConfig, HttpConfig, JobsConfig, LayoutConfig, OcrConfig, RemoteConfig
from serve_app.errors import ConfigError
from serve_app.serving import listening
from serve_app.serving.deployments import Chart, Ingress, Layout, Ocr, RemoteChart
from serve_app.serving.jobs import Jobs


def config(device, ocr, chart):
    return AppConfig(
        device=device, ocr=OcrConfig(engine="fake", num_gpus=ocr), chart=ChartConfig(model="fake", num_gpus=chart)
    )


@pytest.fixture
def _one_gpu(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 4.0, "GPU": 1.0})
    monkeypatch.setattr(listening, "_get_global_client", lambda **_: None)


@pytest.mark.usefixtures("_one_gpu")
def test_shares_without_a_place_are_refused_where_the_cluster_is_known():
    build_app(config("auto", 0.5, 0.5))
    with pytest.raises(ConfigError, match=r"ocr.num_gpus: 0\.6 and .* do not fit the cluster's 1 GPU"):
        build_app(config("auto", 0.6, 0.5))
    build_app(config("gpu", 0.6, 0.5))
    build_app(config("cpu", 0.6, 0.5))


def test_a_share_that_ray_refuses_is_refused_first():
    with pytest.raises(ConfigError, match=r"args.chart.num_gpus: 1\.5 is more than one card"):
        build_app(config("gpu", 0.5, 1.5))


def deployment(bound):
    return bound._bound_deployment


def parts(args):
    """The Ingress of an application, and the two deployments that it is bound to."""
    ingress = deployment(build_app(args))
    return ingress, *map(deployment, ingress.init_args[1:3])


@pytest.mark.parametrize(("share", "device"), [(0.25, "gpu"), (0, "cpu")])
def test_ocr_with_no_share_of_a_gpu_runs_on_the_cpu(share, device):
    _, ocr, chart = parts(config("gpu", share, 0.5))
    assert ocr.init_args[1] == device
    assert chart.init_args[1] == "gpu"


def test_the_ingress_is_bound_to_both_models():
    args = AppConfig(device="cpu", http=HttpConfig(num_cpus=0.3))
    ingress, ocr, chart = parts(args)
    assert [found.name for found in (ingress, ocr, chart)] == ["Ingress", "Ocr", "Chart"]
    assert (ocr.func_or_class, chart.func_or_class) == (Ocr, Chart)
    assert issubclass(ingress.func_or_class, Ingress)
    assert ingress.init_args[0] is args
    assert ingress.init_args[4] is True  # the bundled chart model wants the OCR's words
    assert ingress.ray_actor_options == {"num_cpus": 0.3}


def test_a_chart_model_that_writes_text_wants_no_words():
    args = AppConfig(device="cpu", chart=ChartConfig(model="opendatalab/MinerU2.5-2509-1.2B"))
    assert parts(args)[0].init_args[4] is False


def test_each_model_gets_its_settings_and_what_it_needs_of_a_node():
    args = AppConfig(
        device="gpu",
        ocr=OcrConfig(num_cpus=2, num_gpus=0.25, resources={"text": 1.0}),
        chart=ChartConfig(num_cpus=3, num_gpus=0.5, resources={"chart": 2.0}),
    )
    _, ocr, chart = parts(args)
    assert ocr.init_args == (args.ocr, "gpu")
    assert ocr.ray_actor_options == {"num_cpus": 2.0, "num_gpus": 0.25, "resources": {"text": 1.0}}
    assert chart.init_args == (args.chart, "gpu")
    assert chart.ray_actor_options == {"num_cpus": 3.0, "num_gpus": 0.5, "resources": {"chart": 2.0}}


def test_on_a_cpu_no_gpu_is_asked_for():
    for part in parts(AppConfig(device="cpu"))[1:]:
        assert part.ray_actor_options["num_gpus"] == 0
        assert part.init_args[1] == "cpu"


@pytest.mark.parametrize("device", ["gpu", "cpu"])
def test_a_chart_model_on_a_server_asks_for_no_gpu(device):
    remote = RemoteConfig(url="http://model.server:8000")
    args = AppConfig(device=device, chart=ChartConfig(model="opendatalab/MinerU2.5-2509-1.2B", remote=remote))
    _, ocr, chart = parts(args)
    assert chart.func_or_class is RemoteChart
    assert chart.init_args == (args.chart, remote)
    assert chart.ray_actor_options["num_gpus"] == 0
    assert ocr.ray_actor_options["num_gpus"] == (args.ocr.num_gpus if device == "gpu" else 0)


@pytest.mark.parametrize(("resources", "found"), [({"CPU": 4.0, "GPU": 1.0}, True), ({"CPU": 4.0}, False)])
def test_auto_asks_for_a_gpu_where_the_cluster_has_one(monkeypatch, resources, found):
    started = []

    def start(**arguments):
        started.append(arguments)

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", start)
    monkeypatch.setattr(ray, "cluster_resources", lambda: resources)
    assert asks_for_gpu(AppConfig(device="auto")) is found
    assert started == [{"namespace": "serve"}]
    _, ocr, chart = parts(AppConfig(device="auto"))
    assert (ocr.init_args[1], chart.init_args[1]) == (("auto", "auto") if found else ("cpu", "cpu"))
    assert [part.ray_actor_options["num_gpus"] > 0 for part in (ocr, chart)] == [found, found]


@pytest.mark.usefixtures("_one_gpu")
def test_a_ray_that_runs_is_not_started_again(monkeypatch):
    monkeypatch.setattr(ray, "init", None)
    assert asks_for_gpu(AppConfig(device="auto"))


@pytest.mark.parametrize(("device", "asks"), [("gpu", True), ("cpu", False)])
def test_a_device_that_is_named_needs_no_cluster(monkeypatch, device, asks):
    for name in ("is_initialized", "init", "cluster_resources"):
        monkeypatch.setattr(ray, name, None)
    assert asks_for_gpu(AppConfig(device=device)) is asks


def test_an_unknown_profile_is_refused():
    with pytest.raises(ConfigError, match="no-such-profile"):
        build_app(AppConfig(device="cpu", chart=ChartConfig(profile="no-such-profile")))


@pytest.mark.parametrize(
    ("device", "share", "runs_on", "asks"), [("gpu", 0.2, "gpu", 0.2), ("gpu", 0, "cpu", 0), ("cpu", 0.2, "cpu", 0)]
)
def test_the_layout_models_get_their_settings_and_what_they_need_of_a_node(device, share, runs_on, asks):
    args = AppConfig(device=device, layout=LayoutConfig(num_cpus=2, num_gpus=share, resources={"page": 1.0}))
    layout = deployment(deployment(build_app(args)).init_args[3])
    assert (layout.name, layout.func_or_class) == ("Layout", Layout)
    assert layout.init_args == (args.layout, runs_on)
    assert layout.ray_actor_options == {"num_cpus": 2.0, "num_gpus": asks, "resources": {"page": 1.0}}


def test_jobs_are_bound_to_the_same_models_as_the_ingress():
    args = AppConfig(device="cpu", jobs=JobsConfig(num_cpus=0.4))
    ingress = deployment(build_app(args))
    jobs = deployment(ingress.init_args[5])
    assert (jobs.name, jobs.func_or_class, jobs.ray_actor_options) == ("Jobs", Jobs, {"num_cpus": 0.4})
    assert jobs.init_args == ingress.init_args[:5]
    assert jobs.init_args[0] is args


def test_without_jobs_nothing_is_bound_for_them():
    assert deployment(build_app(AppConfig(device="cpu", jobs=JobsConfig(enabled=False)))).init_args[5] is None


def test_an_open_service_that_others_reach_is_refused(monkeypatch):
    asked = []
    monkeypatch.setattr("serve_app.app.check_access", asked.append)
    args = AppConfig(device="cpu")
    build_app(args)
    assert asked == [args.http]
