"""The compose file against the Compose Specification, and against the images and ports of the others."""

import json
from importlib.resources import files

import yaml
from jsonschema.validators import validator_for

from tests.service import ROOT

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
