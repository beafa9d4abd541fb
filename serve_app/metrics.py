"""The application's own metrics, beside those of Ray Serve; Prometheus sees each name with `ray_` before it."""

from ray.serve.metrics import Counter, Gauge, Histogram

_SECONDS = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]


class ModelMetrics:
    """What a model's replica reports: `serve_app_resident_bytes`, `…_wait_seconds`, `…_model_seconds`."""

    def __init__(self, model: str) -> None:
        self._resident = Gauge("serve_app_resident_bytes", "Resident memory of the replica's process", ("model",))
        self._wait = Histogram("serve_app_wait_seconds", "From arrival to the model's turn", _SECONDS, ("model",))
        self._model = Histogram("serve_app_model_seconds", "In the model", _SECONDS, ("model",))
        for metric in (self._resident, self._wait, self._model):
            metric.set_default_tags({"model": model})

    def observe_call(self, waited_s: float, ran_s: float) -> None:
        """Record one call of the model."""
        self._wait.observe(waited_s)
        self._model.observe(ran_s)

    def observe_memory(self, resident: int) -> None:
        """Record the resident memory, in bytes."""
        self._resident.set(resident)


class ClientMetrics:
    """What an ingress reports of its calls to a model: `serve_app_retries`, `serve_app_quarantined`."""

    def __init__(self, model: str) -> None:
        self.retries = Counter("serve_app_retries", "Calls made again after their replica died or broke", ("model",))
        self.quarantined = Counter("serve_app_quarantined", "Calls refused for a quarantined image", ("model",))
        for metric in (self.retries, self.quarantined):
            metric.set_default_tags({"model": model})
