import json

import pytest
import yaml

from serve_app.cli import doctor, local_service, supervisor
from serve_app.cli.doctor import Finding
from serve_app.cli.main import main
from tests.service import ROOT, shipped_config


@pytest.fixture
def started(monkeypatch):
    seen = []

    def run(command, environment, grace_s):
        seen.append((command, environment, grace_s))
        return 5

    monkeypatch.setattr(supervisor, "run_until_stopped", run)
    return seen


def test_up_runs_serve_run(started):
    config = str(ROOT / "serve_config.yaml")
    assert main(["up", config]) == 5
    [([program, *arguments], environment, grace_s)] = started
    assert program.endswith("serve")
    assert arguments == ["run", config]
    assert grace_s == shipped_config()["applications"][0]["args"]["http"]["deadline_s"]
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
    assert "RAY_SERVE_ENABLE_HA_PROXY" not in environment


def test_haproxy_is_asked_for(started, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(local_service, "find_program", lambda name: str(tmp_path / name))
    monkeypatch.setenv("RAY_SERVE_HAPROXY_MAXCONN", "7")
    monkeypatch.setattr(doctor, "check_port", lambda port: Finding(f"port {port}", True, "free"))
    assert main(["up", str(ROOT / "serve_config.yaml"), "--haproxy", "--grace", "7"]) == 5
    assert started[0][2] == 7
    assert started[0][1]["RAY_SERVE_ENABLE_HA_PROXY"] == "1"
    assert "RAY_SERVE_HAPROXY_BINARY_PATH" not in started[0][1]
    assert "serve-app-haproxy is not installed" in capsys.readouterr().err
    (tmp_path / "serve-app-haproxy").touch()
    assert main(["up", str(ROOT / "serve_config.yaml"), "--haproxy"]) == 5
    assert started[1][1]["RAY_SERVE_HAPROXY_BINARY_PATH"] == str(tmp_path / "serve-app-haproxy")
    assert started[1][1]["RAY_SERVE_HAPROXY_MAXCONN"] == "7"  # who sets it knows better
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(doctor, "check_port", lambda port: Finding(f"port {port}", False, "held", f"kill it on {port}"))
    assert main(["up", str(ROOT / "serve_config.yaml"), "--haproxy"]) == 1
    assert "kill it on 8404" in capsys.readouterr().err
    assert len(started) == 2


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
