"""What every group of settings is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MIB = 1024 * 1024

Device = Literal["auto", "cpu", "gpu"]
ComputedPrecision = Literal["float32", "bfloat16"]
CpuPrecision = Literal["auto", ComputedPrecision]


class Section(BaseModel):
    """A group of settings: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class RecycleConfig(Section):
    """When a replica is replaced by a fresh process. It finishes its calls first."""

    resident_mib: Annotated[int, Field(ge=256)] = 8192
    """Resident memory, in MiB, above which the replica is replaced."""
    calls: Annotated[int, Field(ge=0)] = 0
    """Number of calls after which the replica is replaced; 0 means never."""
