"""The compose file against the Compose Specification, and against the images and ports of the others."""

import json
import os
import re
import subprocess
import time
from importlib.resources import files

import pytest
import redis
import yaml
from jsonschema.validators import validator_for
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from serve_app.api.draining import FOLDER_VARIABLE, Drain
from serve_app.cli.commands.machine import GRACE_S
from serve_app.cli.supervisor import STOP_S
from serve_app.config import HttpConfig
from tests.redis_server import needs_redis
from tests.service import ROOT, free_port

CLUSTER = ROOT / "cluster"


def compose():
    return yaml.safe_load((CLUSTER / "docker-compose.yaml").read_text())


def specification():
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text())
    return validator_for(schema)(schema)


def test_the_file_fits_the_specification():
    assert [error.message for error in specification().iter_errors(compose())] == []


def test_a_misspelt_name_is_found():
    changed = compose()
    changed["services"]["head"]["comand"] = "ray start --head"
    assert not specification().is_valid(changed)


def test_what_is_mounted_or_built_is_there():
    services = compose()["services"]
    for service in services.values():
        if "build" in service:
            assert (CLUSTER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source in compose()["volumes"] or (CLUSTER / source).exists(), source


def test_nothing_listens_on_other_machines():
    for service in compose()["services"].values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_all_parts_of_the_cluster_share_the_token():
    for name in ("head", "ocr", "chart", "deploy"):
        environment = compose()["services"][name]["environment"]
        assert environment["RAY_AUTH_MODE"] == "token"
        assert environment["RAY_AUTH_TOKEN"].startswith("${RAY_AUTH_TOKEN:?")
        assert environment["SERVE_APP_KEYS"].startswith("${SERVE_APP_KEYS:?")


def test_jobs_find_their_redis_and_their_files():
    services, volumes = compose()["services"], compose()["volumes"]
    [application] = yaml.safe_load((CLUSTER / "serve_config.gpu.yaml").read_text())["applications"]
    jobs = application["args"]["jobs"]
    assert jobs["store"] == "redis"
    for name in ("head", "ocr", "chart"):  # replicas of Ingress and Jobs may run on any
        address = services[name]["environment"][jobs["url_env"]]
        assert re.fullmatch(r"redis://:\$\{JOBS_REDIS_PASSWORD:\?.*\}@jobs-redis:6379/0", address)
        assert f"jobs:{jobs['folder']}" in services[name]["volumes"]
    assert {"jobs", "jobs-redis"} <= volumes.keys()


NODES = ("head", "ocr", "chart")


def node_options():
    [application] = yaml.safe_load((CLUSTER / "serve_config.gpu.yaml").read_text())["applications"]
    patience = [deployment.get("graceful_shutdown_timeout_s", 20) for deployment in application["deployments"]]
    return compose()["services"], max(patience), application["args"]["http"].get("deadline_s", HttpConfig().deadline_s)


@pytest.mark.parametrize("name", NODES)
def test_a_container_is_stopped_once_what_is_in_flight_has_been_answered(name):
    """As long as `serve-app up` waits, a request may take, or Serve gives a replica; then as long as Ray takes."""
    services, patience, deadline_s = node_options()
    service = services[name]
    [hook] = service["pre_stop"]
    [seconds] = re.findall(r"flock --timeout (\d+)", hook["command"][-1])
    assert int(seconds) >= max(patience, deadline_s, GRACE_S)
    assert int(service["stop_grace_period"].removesuffix("s")) >= STOP_S
    folder = service["environment"][FOLDER_VARIABLE]
    assert f"drain:{folder}" in service["volumes"]
    assert "drain" in compose()["volumes"]


def run_shell(command, folder, *arguments):
    shell = [part.replace("$$", "$") for part in command]
    return subprocess.Popen([*shell, *arguments], env={**os.environ, FOLDER_VARIABLE: str(folder)})


def test_the_hook_refuses_what_comes_and_waits_for_what_is_there(tmp_path):
    """With the ingress's own lock, in a process of its own; and a start takes the sign down again."""
    service = compose()["services"]["head"]
    drain, [hook] = Drain(tmp_path), service["pre_stop"]
    with drain.hold():
        process = run_shell(hook["command"], tmp_path)
        while not drain.begun:
            assert process.poll() is None
            time.sleep(0.01)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
    assert process.wait(60) == 0
    assert run_shell(service["entrypoint"], tmp_path, "true").wait(60) == 0
    assert not drain.begun


@pytest.mark.parametrize("name", [*NODES, "deploy", "jobs-redis"])
def test_a_container_writes_only_where_something_is_mounted(name):
    service = compose()["services"][name]
    assert service["read_only"] is True
    if name in NODES:
        assert any(mount.startswith("/tmp:mode=1777,exec") for mount in service["tmpfs"])
        assert service["environment"]["HOME"] == "/tmp"


@pytest.fixture
def composed_redis(tmp_path):
    """The server as the file starts it, on a port of its own."""
    needs_redis()
    port = free_port()
    [*shell, script] = compose()["services"]["jobs-redis"]["command"]
    script = script.replace("$$", "$").replace("redis-server -", f"redis-server - --port {port} --dir {tmp_path}", 1)
    process = subprocess.Popen([*shell, script], env={**os.environ, "JOBS_REDIS_PASSWORD": "secret"})
    yield redis.Redis(port=port, password="secret", retry=Retry(ConstantBackoff(0.05), 200))
    process.kill()
    process.wait()


def test_the_redis_of_jobs_keeps_everything_and_asks_for_its_password(composed_redis):
    assert composed_redis.config_get("append*")["appendonly"] == "yes"
    assert composed_redis.config_get("maxmemory*")["maxmemory-policy"] == "noeviction"
    port = composed_redis.connection_pool.connection_kwargs["port"]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()
    service = compose()["services"]["jobs-redis"]
    assert "jobs-redis:/data" in service["volumes"]
    assert "ports" not in service
