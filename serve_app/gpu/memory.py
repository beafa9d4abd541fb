"""A process's share of its card's memory, and which errors of the card can be lived with."""

from serve_app.errors import ConfigError

CONTEXT_BYTES = 512 << 20
"""What a CUDA context takes beside the allocator's memory, with cuBLAS and cuDNN loaded. An estimate, not measured: it
differs between cards, drivers and libraries, and `nvidia-smi` shows it once a process has made one tensor. Ray divides
a card on paper only, so each process has to leave room for its own."""

_FATAL = (
    "illegal memory access",
    "device-side assert",
    "unspecified launch failure",
    "cublas_status_",
    "cudnn_status_",
    "an illegal instruction",
    "misaligned address",
    "ecc error",
    "cuda error",
    "cudaerror",
)
"""In the messages of errors after which the CUDA context is dead (CUDA Runtime API, error codes)."""

_EXHAUSTED = ("out of memory", "resourceexhausted", "cublas_status_alloc_failed")


def find_budget(total_bytes: int, share: float) -> int:
    """Bytes that a process's allocator may take of a card, given the fraction that its `num_gpus` is.

    Raises:
        ConfigError: the share does not even hold the CUDA context.
    """
    budget = int(total_bytes * min(share, 1.0)) - CONTEXT_BYTES
    if budget <= 0:
        raise ConfigError(
            f"num_gpus: {share:g} of a card of {total_bytes >> 20} MiB leaves nothing beside the CUDA context of "
            f"{CONTEXT_BYTES >> 20} MiB. Raise num_gpus, so that fewer replicas share the card"
        )
    return budget


def check_fit(weights_bytes: int, budget_bytes: int, share: float) -> None:
    """Refuse a model that cannot be loaded within its share, before it is moved to the card.

    Raises:
        ConfigError: the weights alone are larger.
    """
    if weights_bytes > budget_bytes:
        raise ConfigError(
            f"The weights take {weights_bytes >> 20} MiB, num_gpus: {share:g} leaves {budget_bytes >> 20} MiB of the "
            "card. Raise num_gpus, or choose a smaller model"
        )


def is_exhausted(error: BaseException) -> bool:
    """Whether the card only ran out of memory: smaller work may still succeed."""
    return any(mark in str(error).lower() for mark in _EXHAUSTED)


def is_fatal(error: BaseException) -> bool:
    """Whether the CUDA context is dead, so that nothing will succeed in this process any more."""
    return not is_exhausted(error) and any(mark in str(error).lower() for mark in _FATAL)
