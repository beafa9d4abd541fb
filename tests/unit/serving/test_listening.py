from types import SimpleNamespace

import pytest
import ray

from serve_app.config import HttpConfig
from serve_app.errors import ConfigError
from serve_app.serving import listening


@pytest.fixture
def _on_all_addresses(monkeypatch):
    client = SimpleNamespace(http_config=SimpleNamespace(host="0.0.0.0"))
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(listening, "_get_global_client", lambda **_: client)


@pytest.mark.usefixtures("_on_all_addresses")
def test_a_service_for_all_machines_without_keys_does_not_start():
    with pytest.raises(ConfigError, match=r"reach the service on 0\.0\.0\.0"):
        listening.check_access(HttpConfig())
    listening.check_access(HttpConfig(open=True))
    listening.check_access(HttpConfig(keys_env="KEYS"))


def test_before_serve_runs_no_address_is_known(monkeypatch):
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    assert listening.find_host() is None
    listening.check_access(HttpConfig())
