from pathlib import Path

import pytest

from serve_app.cli.local_service import _adapt, find_config
from serve_app.errors import ConfigError
from tests.service import shipped_config


def test_the_shipped_config_is_found(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert find_config(None) == shipped_config()


@pytest.mark.parametrize("content", ["applications: [", "[]", "http_options: {}"])
def test_what_is_no_config_is_told(tmp_path, content):
    (tmp_path / "config.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"config\.yaml"):
        find_config(tmp_path / "config.yaml")


def test_a_service_for_one_call_is_for_this_machine_and_keeps_nothing():
    config = shipped_config() | {"http_options": {"host": "0.0.0.0", "port": 1}}
    adapted = _adapt(config, 8123, Path("/tmp/x"))
    assert adapted["http_options"] == {"host": "127.0.0.1", "port": 8123}
    jobs = adapted["applications"][0]["args"]["jobs"]
    assert (jobs["store"], jobs["folder"]) == ("sqlite", "/tmp/x/jobs")
    assert config["applications"][0]["args"]["jobs"].get("folder") is None
    assert adapted["applications"][0]["deployments"] == config["applications"][0]["deployments"]


def test_jobs_that_are_switched_off_stay_off():
    config = {"applications": [{"args": {"jobs": {"enabled": False}}}]}
    assert _adapt(config, 1, Path("x"))["applications"] == config["applications"]
