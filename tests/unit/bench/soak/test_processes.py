import socket
from contextlib import nullcontext
from types import SimpleNamespace

import httpx
import psutil
import pytest

from tests.bench.soak.processes import Sampler, find_raylet, tell_role


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("ray::ServeReplica:reader:Ocr", "Ocr"),
        ("ray::ServeReplica:reader:Ingress.handle_request_with_rejection", "Ingress"),
        ("ray::ServeReplica:reader:Jobs", "Jobs"),
        ("ray::ProxyActor", "proxy"),
        ("ray::HAProxyManager", "proxy"),
        ("/opt/haproxy -W -db -f /tmp/haproxy.cfg", "HAProxy"),
        ("ray::ServeController.listen_for_change", "controller"),
        ("python -I -S -c import json; from serve_app.documents.worker import start; start(sys.argv[2:])", "PDF child"),
        ("/site-packages/ray/core/src/ray/raylet/raylet --raylet_socket_name=x", "raylet"),
        ("ray::IDLE", None),
        ("python -m tests.bench.soak", None),
    ],
)
def test_a_process_is_told_by_its_command_line(command, role):
    assert tell_role(command) == role


class FakeProcess:
    """A process with set values; one that is `gone` raises as psutil does when it has ended."""

    def __init__(self, pid, command, *, created=0.0, rss=100, gone=False):
        self.pid, self.command, self.created, self.rss, self.gone = pid, command, created, rss, gone

    def oneshot(self):
        return nullcontext()

    def cmdline(self):
        return self.command.split()

    def memory_info(self):
        if self.gone:
            raise psutil.NoSuchProcess(self.pid)
        return SimpleNamespace(rss=self.rss)

    def num_threads(self):
        return 3

    def num_fds(self):
        return 4

    def create_time(self):
        return self.created


class Raylet(FakeProcess):
    """A raylet whose children change from sample to sample."""

    def __init__(self, *generations):
        super().__init__(1, "/ray/raylet --x")
        self.generations = list(generations)

    def children(self, recursive):
        assert recursive
        return self.generations.pop(0)


def test_samples_are_kept_by_process_also_when_an_id_is_used_again():
    first = FakeProcess(7, "ray::ServeReplica:reader:Ocr", created=1.0, rss=10)
    grown = FakeProcess(7, "ray::ServeReplica:reader:Ocr", created=1.0, rss=20)
    other = FakeProcess(7, "ray::ServeReplica:reader:Ocr", created=9.0, rss=5)
    sampler = Sampler(Raylet([first], [grown], [other]))
    for at in (0.0, 1.0, 2.0):
        sampler.take(at)
    seen = [
        [(sample.at, sample.rss) for sample in course.samples]
        for course in sampler.courses.values()
        if course.role == "Ocr"
    ]
    assert seen == [[(0.0, 10), (1.0, 20)], [(2.0, 5)]]


def test_one_that_ends_meanwhile_and_one_without_a_role_are_passed_over():
    sampler = Sampler(Raylet([FakeProcess(2, "ray::ProxyActor", gone=True), FakeProcess(3, "ray::IDLE")]))
    sampler.take(0.0)
    assert [course.role for course in sampler.courses.values()] == ["raylet"]


def test_a_real_process_is_sampled():
    own = psutil.Process()
    sampler = Sampler(Raylet([SelfAsProxy(own.pid)]))
    sampler.take(3.0)
    [sample] = next(course.samples for course in sampler.courses.values() if course.role == "proxy")
    assert sample.at == 3.0
    assert sample.rss > 1 << 20
    assert sample.threads >= 1
    assert sample.files >= 3


class SelfAsProxy(psutil.Process):
    """This process under the proxy's title."""

    def cmdline(self):
        return ["ray::ProxyActor"]


def test_a_listener_that_is_not_ray_serve_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LookupError, match=str(port)):
            find_raylet(httpx.URL(f"http://127.0.0.1:{port}"))


def test_another_machine_is_refused():
    with pytest.raises(LookupError, match=r"example\.org is not this machine"):
        find_raylet(httpx.URL("http://example.org:8000"))
