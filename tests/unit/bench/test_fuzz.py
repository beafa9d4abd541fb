import socket

from tests.bench import fuzz
from tests.bench.soak.processes import Course


def test_replicas_of_another_machine_are_unknown_and_not_none():
    assert fuzz.find_replicas(None) is None
    assert fuzz.find_replicas("http://example.org:8000") is None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert fuzz.find_replicas(f"http://127.0.0.1:{listener.getsockname()[1]}") is None


def test_only_replicas_count(monkeypatch):
    class Sampler:
        def __init__(self, raylet):
            self.courses = {}

        def take(self, at):
            self.courses |= {(1, 0.0): Course("Ocr"), (2, 0.0): Course("PDF child"), (3, 0.0): Course("Ingress")}

    monkeypatch.setattr(fuzz, "find_raylet", lambda url: None)
    monkeypatch.setattr(fuzz, "Sampler", Sampler)
    assert fuzz.find_replicas("http://127.0.0.1:8000") == {(1, 0.0), (3, 0.0)}


def run(monkeypatch, capsys, *seen):
    """One chunk to a service whose replicas are seen so before and after it."""

    class Pool:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def submit(self, *_):
            return self

        def result(self):
            return [fuzz.Taken(0, 200, 0.1, 1.0)]

    replicas = iter(seen)
    monkeypatch.setattr(fuzz, "find_replicas", lambda url: next(replicas))
    monkeypatch.setattr(fuzz, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr("sys.argv", ["fuzz", "--count", "1", "--url", "http://127.0.0.1:8000"])
    return fuzz.main(), capsys.readouterr().out


def test_a_replica_that_is_gone_fails_the_run_and_a_new_one_does_not(monkeypatch, capsys):
    assert run(monkeypatch, capsys, {(1, 0.0)}, {(1, 0.0), (2, 0.0)})[0] == 0
    status, printed = run(monkeypatch, capsys, {(1, 0.0)}, {(2, 0.0)})
    assert status == 1
    assert "1 chunks of 500 in which replicas ended, from [0]" in printed


def test_a_service_elsewhere_is_said_to_be_untold(monkeypatch, capsys):
    status, printed = run(monkeypatch, capsys, None, None)
    assert status == 0
    assert "cannot tell deaths of replicas" in printed
