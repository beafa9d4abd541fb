import json
import os

import pytest
import yaml

from serve_app.cli import doctor
from serve_app.cli.doctor import Finding
from serve_app.cli.main import main
from tests.service import ROOT, shipped_config


class Replaced(BaseException):
    """Where the process would have become another."""


@pytest.fixture
def started(monkeypatch):
    seen = []

    def execvpe(program, arguments, environment):
        seen.append((program, arguments, environment))
        raise Replaced

    monkeypatch.setattr(os, "execvpe", execvpe)
    return seen


def test_up_becomes_serve_run(started):
    config = str(ROOT / "serve_config.yaml")
    with pytest.raises(Replaced):
        main(["up", config])
    [(program, arguments, environment)] = started
    assert program.endswith("serve")
    assert arguments[1:] == ["run", config]
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
    assert "RAY_SERVE_ENABLE_HA_PROXY" not in environment


def test_haproxy_is_asked_for(started, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "check_port", lambda port: Finding(f"port {port}", True, "free"))
    with pytest.raises(Replaced):
        main(["up", str(ROOT / "serve_config.yaml"), "--haproxy"])
    assert started[0][2]["RAY_SERVE_ENABLE_HA_PROXY"] == "1"
    monkeypatch.setattr(doctor, "check_port", lambda port: Finding(f"port {port}", False, "held", f"kill it on {port}"))
    assert main(["up", str(ROOT / "serve_config.yaml"), "--haproxy"]) == 1
    assert "kill it on 8404" in capsys.readouterr().err
    assert len(started) == 1


@pytest.mark.parametrize("mistake", ["open", "typo"])
def test_nothing_starts_from_a_config_with_mistakes(started, tmp_path, capsys, mistake):
    config = shipped_config()
    if mistake == "open":
        config["http_options"]["host"] = "0.0.0.0"
    else:
        config["applications"][0]["args"]["htpp"] = {}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["up", str(tmp_path / "config.yaml")]) == 1
    assert ("no API key" if mistake == "open" else "did you mean http?") in capsys.readouterr().err
    assert started == []


@pytest.mark.parametrize("fine", [True, False])
def test_the_doctor_tells_by_the_exit_status(monkeypatch, capsys, fine):
    monkeypatch.setattr(doctor, "examine", lambda: iter([Finding("memory", fine, "1 GiB", "End other programs")]))
    assert main(["doctor"]) == int(not fine)
    assert ("End other programs" in capsys.readouterr().out) is not fine
    assert main(["doctor", "--json"]) == int(not fine)
    assert json.loads(capsys.readouterr().out)[0]["fine"] is fine
