"""`check`, `plan` and `settings`: Serve configs, before anything runs."""

from typing import Annotated

import typer

GIB = 1024**3
GpuMemory = typer.Option(metavar="GIB", min=0.001, max=10_000)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(plan)
    app.command()(settings)


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE…")],
    gpu_memory: Annotated[float | None, GpuMemory] = None,
    gpus: Annotated[int, typer.Option(min=1, max=4096, help="How many, all alike")] = 1,
) -> int:
    """Find mistakes in Serve config files before they are deployed.

    With --gpu-memory, also tell what does not fit GPUs of that memory.
    """
    from serve_app.cli.check import check_file

    status = 0
    for file in files:
        mistakes = check_file(file, int(gpu_memory * GIB) if gpu_memory else None, gpus)
        for mistake in mistakes:
            print(f"{file}: {mistake}")
        print(f"{file}: {len(mistakes) or 'no'} mistake{'' if len(mistakes) == 1 else 's'}")
        status = max(status, int(bool(mistakes)))
    return status


def plan(
    gpu_memory: Annotated[float, GpuMemory],
    model: Annotated[str, typer.Option(help="As in chart.model")] = "opendatalab/MinerU2.5-Pro-2605-1.2B",
    ocr_replicas: Annotated[int | None, typer.Option(min=0, max=64, help="On each GPU; 0: on the CPU")] = None,
    gpus: Annotated[int, typer.Option(min=1, max=4096, help="How many, all alike")] = 1,
) -> int:
    """Print the settings for a GPU, and what they take of its memory."""
    from serve_app.planning.plan import make_plan
    from serve_app.planning.report import describe

    print(describe(make_plan(model, int(gpu_memory * GIB), gpus, ocr_replicas)))
    return 0


def settings() -> int:
    """Print the documentation of all settings, in Markdown."""
    from serve_app.cli.settings import describe_settings

    print(describe_settings(), end="")
    return 0
