"""The application's own metrics, beside those of Ray Serve; Prometheus sees each name with `ray_` before it."""

from collections.abc import Sequence

from ray.serve.metrics import Counter, Gauge, Histogram

from serve_app.gpu.usage import NO_GPU, Usage
from serve_app.jobs.job import Counts
from serve_app.pipeline.load import Load

_SECONDS = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]
_LAGS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0]
_SIZES = [1, 2, 4, 8, 16, 32, 64]


class ModelMetrics:
    """What a model's replica reports, by `model`.

    `serve_app_wait_seconds`, `…_model_seconds`, `…_batch_size`: each call of the model.
    `serve_app_resident_bytes`, `…_gpu_memory_bytes`, `…_gpu_budget_bytes`, `…_oom_steps`: at each health check.
    """

    def __init__(self, model: str) -> None:
        self._wait = Histogram("serve_app_wait_seconds", "From arrival to the model's turn", _SECONDS, ("model",))
        self._model = Histogram("serve_app_model_seconds", "In the model", _SECONDS, ("model",))
        self._batch = Histogram("serve_app_batch_size", "Images read in one call of the model", _SIZES, ("model",))
        self._resident = Gauge("serve_app_resident_bytes", "Resident memory of the replica's process", ("model",))
        self._gpu = Gauge("serve_app_gpu_memory_bytes", "GPU memory that the replica's allocator holds", ("model",))
        self._budget = Gauge("serve_app_gpu_budget_bytes", "GPU memory that it may hold; 0 on a CPU", ("model",))
        self._oom = Counter("serve_app_oom_steps", "Smaller tries after the GPU's memory had run out", ("model",))
        self._oom_seen = 0
        for metric in (self._wait, self._model, self._batch, self._resident, self._gpu, self._budget, self._oom):
            metric.set_default_tags({"model": model})

    def observe_call(self, waits_s: Sequence[float], ran_s: float) -> None:
        """Record one call of the model: how long each of its images waited, and how long it took."""
        for waited_s in waits_s:
            self._wait.observe(waited_s)
        self._batch.observe(len(waits_s))
        self._model.observe(ran_s)

    def observe_memory(self, resident: int, usage: Usage = NO_GPU) -> None:
        """Record what the process takes: resident memory in bytes, and what its engine tells of the GPU."""
        self._resident.set(resident)
        self._gpu.set(usage.gpu_bytes)
        self._budget.set(usage.gpu_budget_bytes)
        if usage.oom_steps > self._oom_seen:
            self._oom.inc(usage.oom_steps - self._oom_seen)
            self._oom_seen = usage.oom_steps


class IngressMetrics:
    """What an ingress reports of itself.

    `serve_app_loop_lag_seconds`: each second, by how much its event loop came late at most; it should stay under 0.05.
    """

    def __init__(self) -> None:
        self._lag = Histogram("serve_app_loop_lag_seconds", "Longest delay of the event loop in a second", _LAGS)

    def observe_lag(self, seconds: float) -> None:
        """Record the longest delay of a second."""
        self._lag.observe(seconds)


class JobsMetrics:
    """What a Jobs replica reports of the store, each second; all replicas of an application report the same.

    `serve_app_jobs_waiting`, `…_running`: pages, now.
    `serve_app_jobs_done`, `…_failed`, `…_lease_losses`, `…_webhook_failures`: since the store began.
    """

    def __init__(self) -> None:
        self._waiting = Gauge("serve_app_jobs_waiting", "Pages of jobs that wait")
        self._running = Gauge("serve_app_jobs_running", "Pages of jobs that are read")
        self._done = Gauge("serve_app_jobs_done", "Pages of jobs that were read")
        self._failed = Gauge("serve_app_jobs_failed", "Pages of jobs that failed")
        self._losses = Gauge("serve_app_jobs_lease_losses", "Pages whose worker died or was too slow")
        self._webhooks = Gauge("serve_app_jobs_webhook_failures", "Failed attempts at webhooks")

    def observe(self, counts: Counts) -> None:
        """Record what the store counts."""
        self._waiting.set(counts.waiting)
        self._running.set(counts.running)
        self._done.set(counts.done)
        self._failed.set(counts.failed)
        self._losses.set(counts.lease_losses)
        self._webhooks.set(counts.webhook_failures)


class ClientMetrics:
    """What an ingress reports, by `model`.

    `serve_app_in_flight`, `…_expected_wait_seconds`, `…_refused`: of admission.
    `serve_app_retries`, `…_quarantined`: of its calls to the replicas.
    """

    def __init__(self, model: str) -> None:
        self.retries = Counter("serve_app_retries", "Calls made again after their replica died or broke", ("model",))
        self.quarantined = Counter("serve_app_quarantined", "Calls refused for a quarantined image", ("model",))
        self._in_flight = Gauge("serve_app_in_flight", "Calls that wait or run, of this ingress", ("model",))
        self._wait = Gauge("serve_app_expected_wait_seconds", "Until a replica would begin one more call", ("model",))
        self._refused = Counter("serve_app_refused", "Requests refused with 429 before they were read", ("model",))
        self._refused_seen = 0
        for metric in (self.retries, self.quarantined, self._in_flight, self._wait, self._refused):
            metric.set_default_tags({"model": model})

    def observe_load(self, load: Load) -> None:
        """Record what admission knows of the model."""
        self._in_flight.set(load.in_flight)
        self._wait.set(load.expected_wait_s or 0.0)
        if load.refusals > self._refused_seen:
            self._refused.inc(load.refusals - self._refused_seen)
            self._refused_seen = load.refusals
