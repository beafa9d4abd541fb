"""In which precision a model computes on this CPU."""

import logging
from pathlib import Path

from serve_app.config import ComputedPrecision, CpuPrecision

logger = logging.getLogger(__name__)

MULTIPLIES_BFLOAT16 = frozenset({"amx_bf16", "avx512_bf16"})
"""Linux's names for Intel's matrix units, and for the vector instructions that AMD has had since Zen 4."""


def choose_precision(asked: CpuPrecision, cpuinfo: Path = Path("/proc/cpuinfo")) -> ComputedPrecision:
    """The precision that was asked for; with `auto`, bfloat16 where the CPU has instructions to multiply it.

    Other CPUs convert it to float32 and back, which takes longer than computing in float32.

    Args:
        asked: the setting.
        cpuinfo: Linux's description of the CPUs; without it, `auto` is float32.
    """
    if asked != "auto":
        return asked
    chosen: ComputedPrecision = "bfloat16" if MULTIPLIES_BFLOAT16 & _read_flags(cpuinfo) else "float32"
    logger.info("cpu_precision: auto: computing in %s", chosen)
    return chosen


def _read_flags(cpuinfo: Path) -> frozenset[str]:
    """What all CPUs of a machine can do: the flags of the first one."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2] for line in lines if line.startswith("flags")), "").split())
