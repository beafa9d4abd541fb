import os
import socket

import pytest

from serve_app.cli.processes import Process, find_listener, is_left_over, read_process


def test_this_process_is_found_by_its_port():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        assert find_listener(port) is None  # bound, and not yet listening
        holder.listen()
        found = find_listener(port)
    assert found.pid == os.getpid()
    assert found.parent == os.getppid()
    assert find_listener(port) is None


@pytest.fixture
def proc(tmp_path):
    def add(pid, name, parent):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(f"{pid} ({name}) S {parent} 0 0")

    add(10, "systemd", 1)
    add(20, "ray::ProxyActor", 10)
    add(30, "haproxy", 20)
    add(31, "haproxy", 30)
    add(40, "haproxy", 10)
    add(41, "a (b) c", 1)
    return tmp_path


def test_only_a_haproxy_without_its_ray_is_left_over(proc):
    left = {pid: is_left_over(read_process(pid, proc), proc) for pid in (10, 20, 30, 31, 40)}
    assert left == {10: False, 20: False, 30: False, 31: False, 40: True}


def test_names_may_hold_anything(proc):
    assert read_process(41, proc) == Process(41, "a (b) c", 1)
