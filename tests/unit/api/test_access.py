import pytest

from serve_app.api.access import find_open_door
from serve_app.config import HttpConfig


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_this_machine_needs_no_key(host):
    assert find_open_door(HttpConfig(), host) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "service.internal", ""])
def test_other_machines_do_unless_the_config_says_so(host):
    assert "serve-app keys add" in find_open_door(HttpConfig(), host)
    assert find_open_door(HttpConfig(open=True), host) is None
    assert find_open_door(HttpConfig(keys_env="KEYS"), host) is None
    assert find_open_door(HttpConfig(keys_file="keys.json"), host) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"keys_file": "a", "keys_env": "B"},
        {"open": True, "keys_env": "B"},
        {"cors_origins": ["app.example"]},
        {"cors_origins": ["https://app.example/path"]},
    ],
)
def test_settings_that_contradict_are_refused(settings):
    with pytest.raises(ValueError, match=r"http|cors_origins"):
        HttpConfig.model_validate(settings)
