from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from serve_app.cli.check import check_document, check_file
from serve_app.cli.main import main
from serve_app.errors import ConfigError

ROOT = Path(__file__).parents[3]
SHIPPED = sorted([ROOT / "serve_config.yaml", *(ROOT / "cluster").glob("**/serve_config*.yaml")])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_configs_have_no_mistake(path):
    assert check_file(str(path)) == []


# (where, wrong name, right name): the right name is replaced by the wrong one, its value stays.
TYPOS = [
    ((), "application", "applications"),
    (("http_options",), "hots", "host"),
    (("logging_config",), "loglevel", "log_level"),
    (("applications", 0), "import_paths", "import_path"),
    (("applications", 0, "args"), "devise", "device"),
    (("applications", 0, "args", "ocr"), "num_gpu", "num_gpus"),
    (("applications", 0, "args", "chart"), "max_longside", "max_long_side"),
    (("applications", 0, "args", "limits"), "max_byte", "max_bytes"),
    (("applications", 0, "args", "http"), "deadlines", "deadline_s"),
    (("applications", 0, "deployments", 1), "max_ongoing_request", "max_ongoing_requests"),
    (("applications", 0, "deployments", 1, "autoscaling_config"), "max_replica", "max_replicas"),
    (("applications", 0, "deployments", 2, "autoscaling_config"), "target_ongoing_request", "target_ongoing_requests"),
]


@pytest.mark.parametrize(("steps", "wrong", "right"), TYPOS, ids=[wrong for _, wrong, _ in TYPOS])
def test_a_typo_is_found_and_the_right_name_suggested(steps, wrong, right):
    document = yaml.safe_load((ROOT / "serve_config.yaml").read_text())
    section = document
    for step in steps:
        section = section[step]
    section[wrong] = section.pop(right)
    assert any(wrong in mistake and f"did you mean {right}?" in mistake for mistake in check_document(document))


@pytest.mark.parametrize(
    ("steps", "value", "expected"),
    [
        (("http_options", "port"), "many", "http_options.port"),
        (("applications", 0, "args", "chart", "max_long_side"), 512, "args.chart.max_long_side"),
        (("applications", 0, "args", "jobs", "enabled"), False, "deployments[4]: args.jobs.enabled is false"),
        (("applications", 0, "deployments", 0, "name"), "Ingres", "did you mean Ingress?"),
        (("applications", 0, "deployments", 1, "max_ongoing_requests"), 0, "max_ongoing_requests"),
        (("applications", 0, "deployments", 1, "autoscaling_config", "max_replicas"), 0, "max_replicas"),
        (("applications", 0, "deployments", 1, "ray_actor_options"), {"num_cpus": 1}, "args.ocr.num_gpus"),
    ],
)
def test_a_wrong_value_is_found(steps, value, expected):
    document = deepcopy(yaml.safe_load((ROOT / "serve_config.yaml").read_text()))
    section = document
    for step in steps[:-1]:
        section = section[step]
    section[steps[-1]] = value
    assert any(expected in mistake for mistake in check_document(document))


def test_the_command_tells_by_its_exit_status(tmp_path, capsys):
    assert main(["check", str(ROOT / "serve_config.yaml")]) == 0
    planted = tmp_path / "planted.yaml"
    planted.write_text((ROOT / "serve_config.yaml").read_text().replace("max_queued_requests", "max_queue_requests"))
    assert main(["check", str(planted)]) == 1
    assert "did you mean max_queued_requests?" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "absent.yaml")]) == 2


def test_a_file_that_is_not_yaml_is_a_clear_error(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("applications: [")
    with pytest.raises(ConfigError, match="is not YAML"):
        check_file(str(broken))


@pytest.mark.parametrize(
    ("host", "http", "found"),
    [
        ("127.0.0.1", {}, False),
        ("0.0.0.0", {}, True),
        ("0.0.0.0", {"open": True}, False),
        ("0.0.0.0", {"keys_env": "KEYS"}, False),
        (None, {}, True),  # Serve's own default for a file is all addresses
    ],
)
def test_a_service_for_strangers_is_found(host, http, found):
    document = yaml.safe_load((ROOT / "serve_config.yaml").read_text())
    if host is None:
        del document["http_options"]
    else:
        document["http_options"]["host"] = host
    document["applications"][0]["args"]["http"] = http
    mistakes = check_document(document)
    assert bool(mistakes) is found
    assert all("no API key" in mistake for mistake in mistakes)
