"""The manifests against KubeRay's own schema, and against the config that they carry."""

import os
import re
from pathlib import Path

import pytest
import ray
import yaml
from jsonschema import Draft7Validator
from ray.core.generated import autoscaler_pb2
from ray.scripts.scripts import drain_node

from tests.service import ROOT

KUBERAY = ROOT / "cluster" / "kuberay"


@pytest.fixture(scope="module")
def crd():
    """The schema of a RayService, in which names that it does not know are mistakes."""
    path = os.environ.get("KUBERAY_CRD")
    if path is None:
        pytest.skip("KUBERAY_CRD does not name KubeRay's ray.io_rayservices.yaml (github.com/ray-project/kuberay)")
    versions = yaml.load(Path(path).read_text(), yaml.CSafeLoader)["spec"]["versions"]  # two megabytes
    [schema] = [version["schema"]["openAPIV3Schema"] for version in versions if version["name"] == "v1"]
    return forbid_unknown_names(schema)


@pytest.fixture(scope="module")
def service():
    return yaml.safe_load((KUBERAY / "rayservice.yaml").read_text())


@pytest.fixture(scope="module")
def cluster(service):
    return service["spec"]["rayClusterConfig"]


def pod_specs(cluster):
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    return {group.get("groupName", "head"): group["template"]["spec"] for group in groups}


def test_the_service_fits_kuberays_schema(crd, service):
    assert [error.message for error in Draft7Validator(crd).iter_errors(service)] == []


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [("spec", "serveConfig", ""), ("rayClusterConfig", "enableInTreeAutoscaler", True)],
)
def test_a_misspelt_name_is_found(crd, service, place, name, value):
    spec = service["spec"]
    changed = {**spec, name: value} if place == "spec" else {**spec, place: {**spec[place], name: value}}
    assert not Draft7Validator(crd).is_valid({**service, "spec": changed})


@pytest.mark.parametrize("manifest", ["redis.yaml", "jobs.yaml"])
def test_the_redis_pods_fit_kubernetes_schema(crd, manifest):
    """KubeRay's schema holds that of a Pod."""
    cluster = crd["properties"]["spec"]["properties"]["rayClusterConfig"]["properties"]
    pod = cluster["headGroupSpec"]["properties"]["template"]["properties"]["spec"]
    service, stateful_set, *_ = yaml.safe_load_all((KUBERAY / manifest).read_text())
    assert [error.message for error in Draft7Validator(pod).iter_errors(stateful_set["spec"]["template"]["spec"])] == []
    labels = stateful_set["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels == stateful_set["spec"]["selector"]["matchLabels"]


def test_the_cluster_finds_its_redis(cluster):
    service, stateful_set = yaml.safe_load_all((KUBERAY / "redis.yaml").read_text())
    options = cluster["gcsFaultToleranceOptions"]
    [port] = service["spec"]["ports"]
    assert options["redisAddress"] == f"{service['metadata']['name']}:{port['port']}"
    [redis] = stateful_set["spec"]["template"]["spec"]["containers"]
    [password] = redis["env"]
    assert password["valueFrom"] == options["redisPassword"]["valueFrom"]


def test_every_worker_holds_the_secrets(service, cluster):
    """Replicas of Ingress and Jobs may run on any."""
    [application] = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
    args = application["args"]
    for group, spec in pod_specs(cluster).items():
        [container] = spec["containers"]
        names = [variable["name"] for variable in container.get("env", [])]
        secrets = [args["http"]["keys_env"], "JOBS_REDIS_PASSWORD", args["jobs"]["url_env"]]
        assert names == ([] if group == "head" else secrets)


def test_jobs_find_their_redis_and_their_files(service, cluster):
    redis_service, stateful_set, claim = yaml.safe_load_all((KUBERAY / "jobs.yaml").read_text())
    [application] = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
    [redis] = stateful_set["spec"]["template"]["spec"]["containers"]
    [port] = redis_service["spec"]["ports"]
    address = f"redis://:$(JOBS_REDIS_PASSWORD)@{redis_service['metadata']['name']}:{port['port']}/0"
    for group, spec in pod_specs(cluster).items():
        if group == "head":
            continue
        [container] = spec["containers"]
        _, password, url = container["env"]
        assert url["value"] == address
        assert [password] == redis["env"]
        [mount] = container["volumeMounts"]
        assert mount["mountPath"] == application["args"]["jobs"]["folder"]
        volume = {"name": mount["name"], "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}}
        assert spec["volumes"] == [volume]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_the_redis_of_jobs_keeps_everything():
    """The server refuses writes before it is killed for its memory, and finds its data again."""
    _, stateful_set, _ = yaml.safe_load_all((KUBERAY / "jobs.yaml").read_text())
    [redis] = stateful_set["spec"]["template"]["spec"]["containers"]
    options = dict(zip(redis["args"][::2], redis["args"][1::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"
    most, limit = options["--maxmemory"], redis["resources"]["limits"]["memory"]
    assert int(most.removesuffix("mb")) * 2 < int(limit.removesuffix("Gi")) * 1024
    [volume] = stateful_set["spec"]["volumeClaimTemplates"]
    assert redis["volumeMounts"] == [{"name": volume["metadata"]["name"], "mountPath": "/data"}]
    assert options["--requirepass"] == f"$({redis['env'][0]['name']})"


def test_the_config_is_the_shipped_one(service):
    shipped = yaml.safe_load((ROOT / "cluster" / "serve_config.gpu.yaml").read_text())
    assert yaml.safe_load(service["spec"]["serveConfigV2"]) == shipped, "copy serve_config.gpu.yaml to serveConfigV2"


def test_the_cluster_is_of_the_installed_ray(cluster):
    assert cluster["rayVersion"] == ray.__version__


def test_nothing_runs_as_root(cluster):
    _, redis = yaml.safe_load_all((KUBERAY / "redis.yaml").read_text())
    _, jobs_redis, _ = yaml.safe_load_all((KUBERAY / "jobs.yaml").read_text())
    stateful_sets = [each["spec"]["template"]["spec"] for each in (redis, jobs_redis)]
    for spec in [*pod_specs(cluster).values(), *stateful_sets]:
        assert spec["securityContext"]["runAsNonRoot"]
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            }


def test_the_monitor_selects_a_port_of_every_pod(cluster):
    monitor = yaml.safe_load((KUBERAY / "podmonitor.yaml").read_text())
    [endpoint] = monitor["spec"]["podMetricsEndpoints"]
    for group, spec in pod_specs(cluster).items():
        [container] = spec["containers"]
        assert endpoint["port"] in {port["name"] for port in container["ports"]}, group


def test_the_head_runs_no_replica(cluster):
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"


def test_pods_outlive_the_calls_of_their_replicas(cluster, service):
    """Kubernetes kills what is left after the grace period, in which the pod's node is drained first.

    Layout and Jobs, which need no resource, may run in any worker.
    """
    [application] = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
    needs = {name.title() for name in ("ocr", "chart") if application["args"][name].get("resources")}
    for group, spec in pod_specs(cluster).items():
        if group == "head":
            continue
        patience = max(
            deployment.get("graceful_shutdown_timeout_s", 20)
            for deployment in application["deployments"]
            if deployment["name"] not in needs or deployment["name"] == group.title()
        )
        [container] = spec["containers"]
        script = container["lifecycle"]["preStop"]["exec"]["command"][-1]
        [announced] = map(int, re.findall(r"--deadline-remaining-seconds (\d+)", script))
        [waited] = map(int, re.findall(r"timeout (\d+) bash", script))
        assert patience < announced == waited < spec["terminationGracePeriodSeconds"], group


def test_the_drain_is_one_that_ray_knows(cluster):
    """The command is hidden from `ray --help`."""
    [container] = pod_specs(cluster)["ingress"]["containers"]
    script = container["lifecycle"]["preStop"]["exec"]["command"][-1]
    options = re.findall(r"(--[a-z-]+)", script.partition("timeout")[0])
    assert {parameter.opts[0] for parameter in drain_node.params} >= set(options)
    assert re.findall(r"--reason (\w+)", script)[0] in autoscaler_pb2.DrainNodeReason.keys()  # noqa: SIM118


def forbid_unknown_names(schema):
    """Kubernetes drops unknown names in silence, unless it is told to validate strictly."""
    if isinstance(schema, list):
        return [forbid_unknown_names(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: forbid_unknown_names(inner) for name, inner in schema.items()}
    if "type" in schema and "properties" in schema:
        strict.setdefault("additionalProperties", False)
    return strict
