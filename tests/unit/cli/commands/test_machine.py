import json

import pytest
import yaml

from serve_app.cli import doctor, proxy, supervisor
from serve_app.cli.doctor import Finding
from serve_app.cli.main import main
from serve_app.cli.proxy import SWITCH, Choice
from tests.service import ROOT, shipped_config


@pytest.fixture
def started(monkeypatch):
    seen = []

    def run(command, environment, grace_s):
        seen.append((command, environment, grace_s))
        return 5

    monkeypatch.setattr(supervisor, "run_until_stopped", run)
    monkeypatch.setattr(proxy, "choose_proxy", lambda environment, _: Choice(dict(environment)))
    return seen


def test_up_runs_serve_run(started):
    config = str(ROOT / "serve_config.yaml")
    assert main(["up", config]) == 5
    [([program, *arguments], environment, grace_s)] = started
    assert program.endswith("serve")
    assert arguments == ["run", config]
    assert grace_s == shipped_config()["applications"][0]["args"]["http"]["deadline_s"]
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"


@pytest.mark.parametrize(("option", "switch"), [("--haproxy", None), ("--no-haproxy", "0")])
def test_a_proxy_is_chosen_for_the_port_of_the_config(started, monkeypatch, capsys, tmp_path, option, switch):
    asked = []

    def choose(environment, port):
        asked.append((environment.get(SWITCH), port))
        return Choice({"CHOSEN": "1"}, ["A note"])

    monkeypatch.setattr(proxy, "choose_proxy", choose)
    monkeypatch.delenv(SWITCH, raising=False)
    config = shipped_config()
    config["http_options"]["port"] = 8123
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["up", str(tmp_path / "config.yaml"), option, "--grace", "7"]) == 5
    assert asked == [(switch, 8123)]
    assert started[0][1:] == ({"CHOSEN": "1"}, 7)
    assert "A note" in capsys.readouterr().err


def test_nothing_starts_where_a_haproxy_is_left_over(started, monkeypatch, capsys):
    monkeypatch.setattr(proxy, "choose_proxy", lambda environment, _: Choice({}, hindrance="End it: kill 4711"))
    assert main(["up", str(ROOT / "serve_config.yaml")]) == 1
    assert "kill 4711" in capsys.readouterr().err
    assert started == []


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
