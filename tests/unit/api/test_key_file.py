import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.api.key_file import Key, find_key, hash_token, make_token, parse_keys, read_keys, write_keys
from serve_app.errors import ConfigError


def a_key(token="sa_secret", name="ada", **bounds):
    return Key(name=name, sha256=hash_token(token), **bounds)


def test_tokens_differ_and_have_256_bits():
    tokens = {make_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token.removeprefix("sa_")) == 43 for token in tokens)  # 256 bits in base64


def test_the_hash_is_sha256():
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.text())
def test_only_the_token_itself_finds_its_key(token):
    keys = [a_key(name="first"), a_key(token, name="second"), a_key("sa_third", name="third")]
    assert find_key(keys, token + "x") is None
    if token not in ("sa_secret", "sa_third"):
        assert find_key(keys, token).name == "second"


def test_what_is_written_is_read_and_holds_no_token(tmp_path):
    path = tmp_path / "new" / "keys.json"
    keys = (a_key(scope="admin", per_minute=60, concurrency=2), a_key("sa_other", "bob"))
    write_keys(path, keys)
    assert read_keys(path) == keys
    assert "sa_secret" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the whole"),
        ("[]", "the whole"),
        (json.dumps({"keys": [{"name": "a b", "sha256": "0" * 64}]}), "keys.0.name"),
        (json.dumps({"keys": [{"name": "a", "sha256": "sa_secret"}]}), "keys.0.sha256"),
        (json.dumps({"keys": [{"name": "a", "sha256": "0" * 64, "scope": "root"}]}), "keys.0.scope"),
        (json.dumps({"keys": [{"name": "a", "sha256": "0" * 64, "per_minute": 0}]}), "keys.0.per_minute"),
        (json.dumps({"keys": [{"name": "a", "sha256": "0" * 64}] * 2}), "the same name"),
    ],
)
def test_what_is_no_file_of_keys_is_told_without_its_content(content, told):
    with pytest.raises(ConfigError, match=told) as caught:
        parse_keys(content, "The file")
    assert "sa_secret" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        read_keys(tmp_path / "absent")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_keys(tmp_path / "binary")
