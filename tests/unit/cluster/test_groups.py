"""Every launcher has a place for each replica that the cluster's config may start, on nodes with its model library."""

import json
import shlex

import pytest
import yaml

from serve_app.cli.check import check_file
from tests.service import ROOT

CLUSTER = ROOT / "cluster"
MODELS = {"ocr": "Ocr", "chart": "Chart"}


@pytest.fixture(scope="module")
def application():
    [application] = yaml.safe_load((CLUSTER / "serve_config.gpu.yaml").read_text())["applications"]
    return application


@pytest.mark.parametrize("path", ["serve_config.yaml", "cluster/serve_config.gpu.yaml"])
def test_the_shipped_configs_have_no_mistakes(path):
    assert check_file(str(ROOT / path)) == []


def test_the_config_asks_for_the_groups_resources(application):
    assert {model: application["args"][model]["resources"] for model in MODELS} == {m: {m: 1} for m in MODELS}


@pytest.mark.parametrize("launcher", ["kuberay", "aws", "gcp"])
@pytest.mark.parametrize("model", MODELS)
def test_the_largest_groups_hold_the_most_replicas(launcher, model, application):
    most = next(d for d in application["deployments"] if d["name"] == MODELS[model])["autoscaling_config"][
        "max_replicas"
    ]
    needs = application["args"][model]
    node, nodes = kuberay_group(model) if launcher == "kuberay" else ray_up_group(launcher, model)
    per_node = min(node["CPU"] / needs["num_cpus"], node["GPU"] / needs["num_gpus"], node[model])
    assert nodes * int(per_node) >= most


@pytest.mark.parametrize("model", MODELS)
def test_compose_bounds_the_replicas_of_a_card(model, application):
    """Two containers may share a card, which Ray counts twice: only `ocr` and `chart` bound what runs on it."""
    services = compose_services()
    share = sum(compose_resources(services[name])[name] * application["args"][name]["num_gpus"] for name in MODELS)
    assert share <= 1
    node = compose_resources(services[model])
    assert node["CPU"] >= node[model] * application["args"][model]["num_cpus"]


@pytest.mark.parametrize("model", MODELS)
def test_only_the_models_own_image_has_its_resource(model):
    kuberay = yaml.safe_load((CLUSTER / "kuberay" / "rayservice.yaml").read_text())["spec"]["rayClusterConfig"]
    images = {
        group["template"]["spec"]["containers"][0]["image"]
        for group in kuberay["workerGroupSpecs"]
        if model in group.get("resources", {})
    }
    for launcher in ("aws", "gcp"):
        config = yaml.safe_load((CLUSTER / "ray-up" / f"{launcher}.yaml").read_text())
        images |= {
            kind["docker"]["worker_image"]
            for kind in config["available_node_types"].values()
            if model in kind["resources"]
        }
    images |= {service["image"] for service in compose_services().values() if model in compose_resources(service)}
    assert images == {f"serve-app:{model}-gpu"}


def kuberay_group(name):
    cluster = yaml.safe_load((CLUSTER / "kuberay" / "rayservice.yaml").read_text())["spec"]["rayClusterConfig"]
    [group] = [group for group in cluster["workerGroupSpecs"] if group["groupName"] == name]
    limits = group["template"]["spec"]["containers"][0]["resources"]["limits"]
    node = {"CPU": float(limits["cpu"]), "GPU": float(limits["nvidia.com/gpu"]), name: float(group["resources"][name])}
    return node, group["maxReplicas"]


def ray_up_group(launcher, name):
    kind = yaml.safe_load((CLUSTER / "ray-up" / f"{launcher}.yaml").read_text())["available_node_types"][name]
    return kind["resources"], kind["max_workers"]


def compose_services():
    return yaml.safe_load((CLUSTER / "docker-compose.yaml").read_text())["services"]


def compose_resources(service):
    """What the service's `ray start` announces."""
    command = service.get("command", "")
    words = shlex.split(command) if isinstance(command, str) else command
    if words[:2] != ["ray", "start"]:
        return {}
    flags = dict(word.removeprefix("--").partition("=")[::2] for word in words[2:])
    announced = json.loads(flags.get("resources", "{}"))
    return {"CPU": int(flags["num-cpus"]), "GPU": int(flags["num-gpus"]), **announced}
