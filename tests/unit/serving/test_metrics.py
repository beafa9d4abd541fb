from types import SimpleNamespace

import pytest
from ray.serve.metrics import Counter, Gauge, Histogram

from serve_app.gpu.usage import Usage
from serve_app.serving.metrics import ClientMetrics, IngressMetrics, ModelMetrics

MODEL = {
    "serve_app_wait_seconds": Histogram,
    "serve_app_model_seconds": Histogram,
    "serve_app_batch_size": Histogram,
    "serve_app_resident_bytes": Gauge,
    "serve_app_gpu_memory_bytes": Gauge,
    "serve_app_gpu_budget_bytes": Gauge,
    "serve_app_oom_steps": Counter,
}
CLIENT = {
    "serve_app_retries": Counter,
    "serve_app_quarantined": Counter,
    "serve_app_in_flight": Gauge,
    "serve_app_expected_wait_seconds": Gauge,
    "serve_app_refused": Counter,
}


@pytest.mark.parametrize(("make", "names"), [(ModelMetrics, MODEL), (ClientMetrics, CLIENT)])
def test_each_metric_has_its_kind_a_description_and_its_model(recorder, make, names):
    make("ocr")
    assert {name: recorder.find(name, "ocr").kind for name in recorder.metrics} == names
    assert all(recorder.find(name, "ocr").description for name in names)


def test_bounds_of_histograms_cover_a_call_and_a_batch(recorder):
    ModelMetrics("ocr")
    for name in ("serve_app_wait_seconds", "serve_app_model_seconds"):
        bounds = recorder.find(name, "ocr").boundaries
        assert bounds == sorted(bounds)
        assert bounds[0] <= 0.01
        assert bounds[-1] >= 100
    assert recorder.find("serve_app_batch_size", "ocr").boundaries == [1, 2, 4, 8, 16, 32, 64]


def test_a_call_counts_each_of_its_waits_and_once_its_size_and_time(recorder):
    ModelMetrics("chart").observe_call([0.5, 0.25], 2.0)
    assert recorder.values("serve_app_wait_seconds", "chart") == [0.5, 0.25]
    assert recorder.values("serve_app_batch_size", "chart") == [2]
    assert recorder.values("serve_app_model_seconds", "chart") == [2.0]


def test_memory_of_the_process_and_of_its_gpu(recorder):
    ModelMetrics("ocr").observe_memory(7, Usage(gpu_bytes=5, gpu_budget_bytes=6))
    assert recorder.values("serve_app_resident_bytes", "ocr") == [7]
    assert recorder.values("serve_app_gpu_memory_bytes", "ocr") == [5]
    assert recorder.values("serve_app_gpu_budget_bytes", "ocr") == [6]


def test_without_a_gpu_its_gauges_are_zero(recorder):
    ModelMetrics("ocr").observe_memory(7)
    assert recorder.values("serve_app_gpu_memory_bytes", "ocr") == [0]
    assert recorder.values("serve_app_gpu_budget_bytes", "ocr") == [0]


def test_steps_down_the_ladder_are_counted_once(recorder):
    metrics = ModelMetrics("chart")
    for steps in (0, 2, 2, 5):  # what the engine has counted since it started
        metrics.observe_memory(1, Usage(oom_steps=steps))
    assert recorder.values("serve_app_oom_steps", "chart") == [2, 3]


def test_the_load_of_a_model(recorder):
    metrics = ClientMetrics("ocr")
    metrics.observe_load(SimpleNamespace(in_flight=3, expected_wait_s=None, refusals=0))
    metrics.observe_load(SimpleNamespace(in_flight=4, expected_wait_s=1.5, refusals=2))
    metrics.observe_load(SimpleNamespace(in_flight=4, expected_wait_s=1.5, refusals=2))
    metrics.observe_load(SimpleNamespace(in_flight=4, expected_wait_s=1.5, refusals=3))
    assert recorder.values("serve_app_in_flight", "ocr") == [3, 4, 4, 4]
    assert recorder.values("serve_app_expected_wait_seconds", "ocr") == [0.0, 1.5, 1.5, 1.5]
    assert recorder.values("serve_app_refused", "ocr") == [2, 1]


def test_the_calls_of_a_client(recorder):
    metrics = ClientMetrics("ocr")
    metrics.retries.inc()
    metrics.quarantined.inc()
    assert recorder.values("serve_app_retries", "ocr") == [1]
    assert recorder.values("serve_app_quarantined", "ocr") == [1]


def test_the_lag_of_an_ingress(recorder):
    IngressMetrics().observe_lag(0.25)
    assert recorder.values("serve_app_loop_lag_seconds") == [0.25]
    bounds = recorder.find("serve_app_loop_lag_seconds").boundaries
    assert bounds == sorted(bounds)
    assert 0.05 in bounds  # what it should stay under


def test_ray_takes_names_bounds_and_tags():
    """Without the recorder: Ray's own classes count in this process, where no cluster collects."""
    model, client, ingress = ModelMetrics("contract"), ClientMetrics("contract"), IngressMetrics()
    ingress.observe_lag(0.1)
    model.observe_call([0.1], 0.2)
    model.observe_memory(1, Usage(1, 2, 3))
    client.retries.inc()
    made = [
        metric for holder in (model, client, ingress) for metric in vars(holder).values() if hasattr(metric, "_metric")
    ]
    assert len(made) == len(MODEL) + len(CLIENT) + 1
    assert not any(metric._discard_metric for metric in made)
