"""The plot for the README."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tests.bench.throughput.table import Row


def draw(rows: list[Row], target: Path) -> None:
    """Draw answers a second of each contestant by number of clients, one panel for each workload; dashed: the limit."""
    rows = [row for row in rows if not row.rate]
    workloads = list(dict.fromkeys(row.workload for row in rows))
    names = list(dict.fromkeys(row.contestant for row in rows if row.contestant != "limit"))
    clients = sorted({row.clients for row in rows if row.contestant != "limit"})
    figure = Figure(figsize=(3.6 * len(workloads) + 1.2, 2.8), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    for number, workload in enumerate(workloads):
        axes = figure.add_subplot(1, len(workloads), number + 1)
        for place, name in enumerate(names):
            heights = [_find_best(rows, name, workload, count) for count in clients]
            left = [slot + (place - (len(names) - 1) / 2) * 0.8 / len(names) for slot in range(len(clients))]
            axes.bar(left, heights, 0.8 / len(names), label=name)
        bound = max((row.outcome.per_second for row in rows if row.is_limit(workload)), default=0.0)
        if bound:
            axes.axhline(bound, color="black", linestyle="--", linewidth=1, label="bare engine")
        axes.set_xticks(range(len(clients)), [str(count) for count in clients])
        axes.set_xlabel("clients")
        axes.set_title(workload)
    figure.axes[0].set_ylabel("images a second")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right upper", fontsize="small")
    figure.savefig(target)
    print(f"drawn: {target}")


def _find_best(rows: list[Row], name: str, workload: str, clients: int) -> float:
    return max(
        (
            row.outcome.per_second
            for row in rows
            if (row.contestant, row.workload, row.clients) == (name, workload, clients)
        ),
        default=0.0,
    )
