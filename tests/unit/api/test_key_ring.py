import pytest

from serve_app.api.key_file import Keys, write_keys
from serve_app.api.key_ring import LOOK_S, KeyRing
from serve_app.config import HttpConfig
from serve_app.errors import ConfigError
from tests.clock import Clock
from tests.unit.api.test_key_file import a_key


def test_without_keys_in_the_config_there_is_no_ring():
    assert KeyRing.open(HttpConfig()) is None
    assert KeyRing.open(HttpConfig(open=True)) is None


def test_keys_come_from_a_variable(monkeypatch):
    monkeypatch.setenv("TEST_KEYS", Keys(keys=(a_key(),)).model_dump_json())
    ring = KeyRing.open(HttpConfig(keys_env="TEST_KEYS"))
    assert ring.find("sa_secret").name == "ada"
    assert ring.find("sa_wrong") is None


@pytest.mark.parametrize(
    ("value", "told"), [(None, "is not set"), ("", "holds no API keys"), ('{"keys": []}', "no API")]
)
def test_a_variable_without_keys_starts_nothing(monkeypatch, value, told):
    if value is not None:
        monkeypatch.setenv("TEST_KEYS", value)
    with pytest.raises(ConfigError, match=told):
        KeyRing.open(HttpConfig(keys_env="TEST_KEYS"))


def test_a_file_without_keys_starts_nothing(tmp_path):
    write_keys(tmp_path / "keys", ())
    with pytest.raises(ConfigError, match="serve-app keys add"):
        KeyRing.open(HttpConfig(keys_file=str(tmp_path / "keys")))


def test_a_changed_file_is_read_again(tmp_path):
    path, clock = tmp_path / "keys", Clock()
    write_keys(path, [a_key()])
    ring = KeyRing((a_key(),), path, clock)
    write_keys(path, [a_key("sa_other", "bob")])
    assert ring.find("sa_secret")  # not looked at yet
    clock.advance(LOOK_S)
    assert ring.find("sa_secret") is None
    assert ring.find("sa_other").name == "bob"


def test_a_broken_file_leaves_the_keys_as_they_were(tmp_path, caplog):
    path, clock = tmp_path / "keys", Clock()
    write_keys(path, [a_key()])
    ring = KeyRing((a_key(),), path, clock)
    path.write_text("{")
    clock.advance(LOOK_S)
    assert ring.find("sa_secret")
    assert "stay as they were" in caplog.text


def test_all_keys_removed_lets_nobody_in(tmp_path):
    path, clock = tmp_path / "keys", Clock()
    write_keys(path, [a_key()])
    ring = KeyRing((a_key(),), path, clock)
    write_keys(path, [])
    clock.advance(LOOK_S)
    assert ring.find("sa_secret") is None
