"""Settings of the Layout deployment."""

from typing import Annotated, Literal

from pydantic import Field

from serve_app.config.section import ComputedPrecision, RecycleConfig, Section


class LayoutConfig(Section):
    """The Layout deployment: the regions of pages, their orientation, and the cells of tables.

    The models are small. By default they stay on the CPU; give them a fraction of a GPU with `num_gpus`.
    """

    engine: Literal["installed", "fake"] = "installed"
    """`installed` are the models that come with the install; `fake` finds nothing, for load tests."""

    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """CPU threads of the models in one replica."""
    cpu_precision: ComputedPrecision = "float32"
    """Precision of the models for regions and orientation on a CPU. `bfloat16` is faster on CPUs with AMX; it moves
    boxes by a few pixels."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.25
    """CPUs that Ray reserves for one replica. It bounds placement, not use."""
    num_gpus: Annotated[float, Field(ge=0)] = 0.0
    """Fraction of a GPU that Ray reserves for one replica."""
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Custom resources of Ray that a replica needs: it runs only on nodes that have them."""
    call_limit_s: Annotated[float, Field(gt=0)] = 60.0
    """Seconds after which a call counts as stuck and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig(resident_mib=4096)
    """When a replica is replaced by a fresh process."""
