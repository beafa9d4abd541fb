"""Where the queue and its files are kept, by the config and the environment."""

import pytest

from serve_app.config import JobsConfig
from serve_app.errors import ConfigError
from serve_app.jobs.blobs import LocalBlobs
from serve_app.jobs.opening import find_folder, open_blobs, open_store
from serve_app.jobs.redis.store import RedisJobStore
from serve_app.jobs.sqlite.store import SqliteJobStore


@pytest.fixture(autouse=True)
def homes(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return tmp_path


def test_the_folder_of_the_config_comes_before_the_environment(homes):
    assert find_folder(JobsConfig(folder=str(homes / "own"))) == homes / "own"
    assert (homes / "own").is_dir()


def test_the_folder_is_where_programs_keep_their_state(homes, monkeypatch):
    assert find_folder(JobsConfig()) == homes / "home" / ".local" / "state" / "serve-app" / "jobs"
    monkeypatch.setenv("XDG_STATE_HOME", str(homes / "state"))
    assert find_folder(JobsConfig()) == homes / "state" / "serve-app" / "jobs"


def test_without_a_home_it_is_the_folder_of_temporary_files(homes, monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(homes / "temporary"))
    assert find_folder(JobsConfig()) == homes / "temporary" / ".local" / "state" / "serve-app" / "jobs"


def test_nobody_else_may_look_into_the_folder(homes):
    assert find_folder(JobsConfig(folder=str(homes / "own"))).stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_or_written_is_told_with_the_setting(homes, monkeypatch):
    (homes / "file").write_text("no folder")
    with pytest.raises(ConfigError, match=r"file/jobs cannot be written.*jobs\.folder"):
        find_folder(JobsConfig(folder=str(homes / "file" / "jobs")))
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(ConfigError, match=r"own cannot be written.*jobs\.folder"):
        find_folder(JobsConfig(folder=str(homes / "own")))


async def test_the_store_is_a_file_or_redis(homes, monkeypatch):
    store = open_store(JobsConfig(folder=str(homes / "own")))
    assert isinstance(store, SqliteJobStore)
    await store.counts()
    await store.close()
    assert (homes / "own" / "jobs.sqlite").exists()
    monkeypatch.setenv("JOBS_REDIS", "redis://127.0.0.1:1/0")
    for config in (
        JobsConfig(store="redis", url="redis://127.0.0.1:1/0"),
        JobsConfig(store="redis", url_env="JOBS_REDIS"),
    ):
        assert isinstance(open_store(config), RedisJobStore)


@pytest.mark.parametrize(
    "config", [{}, {"url_env": "UNSET_VARIABLE"}, {"url_env": "UNSET_VARIABLE", "url": "redis://a"}]
)
def test_redis_without_an_address_is_told(config):
    with pytest.raises(ConfigError, match=r"jobs\.url.*jobs\.url_env"):
        open_store(JobsConfig(store="redis", **config))


def test_files_are_beside_the_queue_unless_an_address_is_given(homes):
    assert isinstance(open_blobs(JobsConfig(folder=str(homes / "own"))), LocalBlobs)
    assert type(open_blobs(JobsConfig(files="memory://jobs"))).__name__ == "ObjectBlobs"
