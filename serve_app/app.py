"""`build_app` binds the deployments: open this file to see the whole system."""

import logging
from typing import Any

import ray
from ray import serve
from ray.serve import Application

from serve_app.charts.profiles import find_profile
from serve_app.config import AppConfig, ChartConfig, LayoutConfig, OcrConfig
from serve_app.planning.shares import check_start
from serve_app.serving.deployments import Chart, Ingress, Layout, Ocr, RemoteChart
from serve_app.serving.jobs import Jobs
from serve_app.serving.listening import check_access
from serve_app.serving.logs import join_serve_log

logger = logging.getLogger(__name__)


def build_app(args: AppConfig) -> Application:
    """Bind Ingress to Ocr, Chart and Layout.

    Replica counts, autoscaling and queue bounds are set under `deployments:` in the Serve config; what a replica
    needs of a node is set here, from `args:`.

    Raises:
        ConfigError: no profile fits `chart.model`, or the cluster's GPUs have no place for the models, or
            other machines reach a service that asks for no key.
    """
    join_serve_log()
    check_access(args.http)
    profile = find_profile(args.chart.model, args.chart.profile)
    with_gpu = asks_for_gpu(args)
    if with_gpu:
        # With `device: gpu`, nodes with more GPUs may start later.
        check_start(args, ray.cluster_resources()["GPU"] if args.device == "auto" else None)
    device = args.device if with_gpu else "cpu"
    ocr = serve.deployment(
        Ocr,
        name="Ocr",
        ray_actor_options=_list_needs(args.ocr, with_gpu=with_gpu),
    ).bind(args.ocr, device if args.ocr.num_gpus else "cpu")
    remote = args.chart.remote
    chart = serve.deployment(
        Chart if remote is None else RemoteChart,
        name="Chart",
        ray_actor_options=_list_needs(args.chart, with_gpu=with_gpu and remote is None),
    ).bind(args.chart, device if remote is None else remote)
    layout = serve.deployment(
        Layout,
        name="Layout",
        ray_actor_options=_list_needs(args.layout, with_gpu=with_gpu),
    ).bind(args.layout, device if args.layout.num_gpus else "cpu")
    # Jobs is no one's callee: bound to the ingress, it is part of the application.
    jobs = (
        serve.deployment(Jobs, name="Jobs", ray_actor_options={"num_cpus": args.jobs.num_cpus}).bind(
            args, ocr, chart, layout, profile.wants_words
        )
        if args.jobs.enabled
        else None
    )
    return serve.deployment(
        serve.ingress()(Ingress), name="Ingress", ray_actor_options={"num_cpus": args.http.num_cpus}
    ).bind(args, ocr, chart, layout, profile.wants_words, jobs)


def _list_needs(model: OcrConfig | ChartConfig | LayoutConfig, *, with_gpu: bool) -> dict[str, Any]:
    """What a replica of the model needs of a node."""
    num_gpus = model.num_gpus if with_gpu else 0
    return {"num_cpus": model.num_cpus, "num_gpus": num_gpus, "resources": model.resources}


def asks_for_gpu(args: AppConfig) -> bool:
    """Whether the deployments ask Ray for their fractions of a GPU.

    A fraction of a GPU that no node has stays pending for ever, so `auto` asks only where the cluster has one.
    """
    if args.device != "auto":
        return args.device == "gpu"
    if not ray.is_initialized():  # `serve run serve_app.app:build_app` builds the application before it starts Ray
        ray.init(namespace="serve")
    found = bool(ray.cluster_resources().get("GPU", 0))
    logger.info("device: auto: the models run on %s", "GPUs" if found else "CPUs: the cluster has no GPU")
    return found
