"""The files for `ray up`, read by what reads them in Ray's cluster launcher before it starts a machine."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import ValidationError
from ray.autoscaler._private.util import prepare_config, validate_config

from tests.service import ROOT

PATHS = sorted((ROOT / "cluster" / "ray-up").glob("*.yaml"))


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def config(request):
    return yaml.safe_load(request.param.read_text())


def test_all_are_read():
    assert [path.stem for path in PATHS] == ["aws", "gcp", "on-premises"]


def test_the_launcher_takes_the_file(config):
    validate_config(prepare_config(config))


def test_a_misspelt_name_is_found(config):
    with pytest.raises(ValidationError):
        validate_config(prepare_config({**config, "worker_start_ray_comands": []}))


def test_all_nodes_share_the_token(config):
    assert config["file_mounts"]["~/.ray/auth_token"] == "~/.ray/auth_token"
    starts = [command for command in start_commands(config) if "ray start" in command]
    assert len(starts) == 2
    for command in starts:
        assert "--env RAY_AUTH_MODE=token" in config.get("docker", {}).get("run_options", []) or command.startswith(
            "RAY_AUTH_MODE=token "
        )


def test_all_nodes_hold_the_api_keys(config):
    """An Ingress replica may run on any, and reads them from the variable that the config names."""
    path, keys = "~/.config/serve-app/keys.json", gpu_config()["http"]["keys_env"]
    assert config["file_mounts"][path] == path
    for command in start_commands(config):
        assert "ray start" not in command or f'{keys}="$(cat {path})"' in command


def test_jobs_find_their_redis_and_their_files(config):
    path = "~/.config/serve-app/jobs-redis-url"
    assert config["file_mounts"][path] == path
    jobs = gpu_config()["jobs"]
    for command in start_commands(config):
        assert "ray start" not in command or f'{jobs["url_env"]}="$(cat {path})"' in command
    if "docker" in config:
        assert f"--volume /mnt/jobs:{jobs['folder']}" in config["docker"]["run_options"]


def test_the_commands_are_sound_shell(config):
    script = "\n".join(["#!/bin/bash", *start_commands(config)])
    checked = subprocess.run(
        [Path(sys.executable).with_name("shellcheck"), "--exclude=SC2154", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def gpu_config():
    [application] = yaml.safe_load((ROOT / "cluster" / "serve_config.gpu.yaml").read_text())["applications"]
    return application["args"]


def start_commands(config):
    return config["head_start_ray_commands"] + config["worker_start_ray_commands"]
