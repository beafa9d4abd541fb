"""The dashboard asks for metrics that the application has, in PromQL that Prometheus reads."""

import ast
import json
import re

import promql_parser
import pytest
import yaml
from ray._private.ray_constants import PROMETHEUS_SERVICE_DISCOVERY_FILE

import serve_app.serving.metrics
from tests.service import ROOT

MONITORING = ROOT / "cluster" / "monitoring"
PROMETHEUS_NAMES = {"Counter": ["_total"], "Gauge": [""], "Histogram": ["_bucket", "_sum", "_count"]}


def exported_names():
    """The names in Prometheus of each metric that serve_app/serving/metrics.py makes."""
    with open(serve_app.serving.metrics.__file__, encoding="utf-8") as source:
        calls = [node for node in ast.walk(ast.parse(source.read())) if isinstance(node, ast.Call)]
    return [
        {f"ray_{call.args[0].value}{suffix}" for suffix in PROMETHEUS_NAMES[call.func.id]}
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in PROMETHEUS_NAMES
    ]


def dashboard():
    return json.loads((MONITORING / "grafana" / "serve_app.json").read_text())


def expressions():
    return [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("expression", expressions())
def test_each_expression_is_promql_over_metrics_that_are_there(expression):
    parsed = promql_parser.parse(expression.replace("$__rate_interval", "1m"))
    asked = set(re.findall(r"\bray_\w+", parsed.prettify()))
    assert asked
    assert asked <= set().union(*exported_names())


def test_every_metric_is_shown():
    shown = set(re.findall(r"\bray_\w+", " ".join(expressions())))
    assert [names for names in exported_names() if not names & shown] == []


def test_variables_ask_for_metrics_that_are_there():
    names = set().union(*exported_names())
    for variable in dashboard()["templating"]["list"]:
        assert set(re.findall(r"\bray_\w+", variable["query"])) <= names


def test_panels_are_told_apart_and_do_not_overlap():
    panels = dashboard()["panels"]
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


def test_prometheus_reads_the_file_that_ray_writes():
    [job] = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]
    [discovery] = job["file_sd_configs"]
    assert discovery["files"] == [f"/tmp/ray/session_latest/{PROMETHEUS_SERVICE_DISCOVERY_FILE}"]


def test_grafana_finds_the_dashboards_where_compose_mounts_them():
    provisioning = MONITORING / "grafana" / "provisioning"
    providers = yaml.safe_load((provisioning / "dashboards" / "dashboards.yaml").read_text())["providers"]
    services = yaml.safe_load((ROOT / "cluster" / "docker-compose.yaml").read_text())["services"]
    mounts = [mount.split(":")[1] for mount in services["grafana"]["volumes"]]
    for provider in providers:
        path = provider["options"]["path"]
        assert any(mount.startswith(path) or path.startswith(mount) for mount in mounts), path
    [source] = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert "prometheus" in services
