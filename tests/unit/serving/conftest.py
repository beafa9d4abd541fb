"""Ray's metrics, recorded in this process: what was made, and what each was told."""

from dataclasses import dataclass, field

import pytest
from ray.serve.metrics import Counter, Gauge, Histogram

from serve_app.serving import metrics


@dataclass
class Recorded:
    """One metric: its kind, its constructor's arguments, and the values it was given in order."""

    kind: type
    description: str
    tags: dict[str, str] = field(default_factory=dict)
    boundaries: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


class Recorder:
    """Stands for `ray.serve.metrics`; takes what Ray's classes take, and no more."""

    def __init__(self):
        self.metrics = {}

    def find(self, name, model=None):
        return next(m for m in self.metrics[name] if m.tags == ({"model": model} if model else {}))

    def values(self, name, model=None):
        return self.find(name, model).values

    def make(self, ray_class):
        recorder = self

        class Metric:
            def __init__(self, name, description="", *arguments):
                boundaries, *tag_keys = arguments if ray_class is Histogram else ([], *arguments)
                self.tag_keys = tag_keys[0] if tag_keys else ()
                self.recorded = Recorded(ray_class, description, boundaries=boundaries)
                recorder.metrics.setdefault(name, []).append(self.recorded)

            def set_default_tags(self, tags):
                assert tuple(tags) == self.tag_keys
                self.recorded.tags = tags

        def record(self, value=1.0):
            self.recorded.values.append(value)

        setattr(Metric, {Counter: "inc", Gauge: "set", Histogram: "observe"}[ray_class], record)
        return Metric


@pytest.fixture
def recorder(monkeypatch):
    recorder = Recorder()
    for ray_class in (Counter, Gauge, Histogram):
        monkeypatch.setattr(metrics, ray_class.__name__, recorder.make(ray_class))
    return recorder
