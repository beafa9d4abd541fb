import pytest

from serve_app.jobs.redis.store import RedisJobStore
from serve_app.jobs.sqlite.store import SqliteJobStore
from tests.redis_server import run_redis


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    with run_redis(tmp_path_factory.getbasetemp() / "redis") as server:
        yield server


@pytest.fixture
def open_redis(redis_server):
    redis_server.flush()
    return lambda **options: RedisJobStore(redis_server.url, call_s=30, **options)  # the machine may be busy


@pytest.fixture(params=["sqlite", "redis"])
def open_store(request, tmp_path):
    """Opens stores over the same data: each as another process would."""
    if request.param == "sqlite":
        return lambda **options: SqliteJobStore(tmp_path / "jobs.sqlite", busy_s=30, **options)
    return request.getfixturevalue("open_redis")


@pytest.fixture
async def store(open_store, clock):
    opened = open_store(clock=clock)
    yield opened
    await opened.close()
