"""A plan as settings, and in words."""

from typing import Any

import yaml

from serve_app.config import Limits
from serve_app.gpu.footprint import Footprint
from serve_app.planning.plan import GIB, Plan, find_reserve

CPU_OCRS = 2
"""Replicas of Ocr where it runs on the CPU; how many are worth it depends on its cores."""

_SEVERAL = ("Ray fills several cards as replicas come: the last one may find no room, while the others serve.",)

_PARTS = (
    ("weights", "weights"),
    ("KV cache", "cache"),
    ("activations", "activations"),
    ("allocator's slack", "slack"),
    ("CUDA context", "context"),
    ("one replica", "total"),
)


def list_settings(plan: Plan) -> dict[str, Any]:
    """`args` and `deployments` of a Serve config: what the plan decides of them."""
    layout = plan.layout
    return {
        "args": plan.config.model_dump(exclude_unset=True),
        "deployments": [
            # One call runs, the next two are on the replica already.
            _scale("Ocr", ongoing=3, target=2, replicas=layout.ocrs * plan.cards or CPU_OCRS),
            # One batch runs, the next one collects; a replica more where that is not enough.
            _scale("Chart", ongoing=2 * layout.batch, target=layout.batch, replicas=layout.charts * plan.cards),
        ],
    }


def describe(plan: Plan) -> str:
    """The settings as YAML, then a table of what each replica takes, in GiB."""
    chart, ocr, layout = plan.config.chart, plan.config.ocr, plan.layout
    columns: list[tuple[str, Footprint, int, float]] = [("Chart", plan.chart, layout.charts, chart.num_gpus)]
    if plan.ocr:
        columns.append(("Ocr", plan.ocr, layout.ocrs, ocr.num_gpus))
    reserve = find_reserve(plan.card_bytes)
    lines = [
        yaml.safe_dump(list_settings(plan), sort_keys=False),
        f"{plan.cards} x {_gib(plan.card_bytes)} GiB. In GiB; computed, not measured:",
        _row("", [name for name, *_ in columns]),
        *(_row(title, [_gib(getattr(needs, part)) for _, needs, *_ in columns]) for title, part in _PARTS),
        _row("num_gpus", [f"{share:.2f}" for *_, share in columns]),
        _row("replicas on a card", [str(count) for *_, count, _ in columns]),
        _row("all replicas on a card", [_gib(plan.planned_bytes)]),
        _row("kept free at least", [_gib(reserve)]),
        _row("left over", [_gib(plan.card_bytes - plan.planned_bytes - reserve)]),
        "",
        f"Chart: {layout.batch} at a time, of {layout.chart_side} x {layout.chart_side} pixels, answers of any length.",
        f"Ocr: a page of {layout.ocr_side} x {layout.ocr_side} pixels." if plan.ocr else "Ocr: on the CPU.",
        *(_SEVERAL if plan.cards > 1 else ()),
        "serve_app/charts/footprint.py says where each number comes from, and which are estimates.",
    ]
    return "\n".join(lines)


def _scale(name: str, *, ongoing: int, target: int, replicas: int) -> dict[str, Any]:
    return {
        "name": name,
        "max_ongoing_requests": max(3, ongoing),
        "max_queued_requests": Limits().max_in_flight,  # the ingress refuses what is more than that, in its own words
        "autoscaling_config": {"min_replicas": 1, "max_replicas": replicas, "target_ongoing_requests": target},
    }


def _row(title: str, cells: list[str]) -> str:
    return f"{title:<24}" + "".join(f"{cell:>8}" for cell in cells)


def _gib(size: int) -> str:
    return f"{size / GIB:.2f}"
