import pytest

from serve_app.errors import ConfigError
from serve_app.gpu.memory import CONTEXT_BYTES, check_fit, find_budget, is_exhausted, is_fatal

GIB = 1 << 30


def test_the_shares_of_a_card_and_their_contexts_fit_it():
    budget = find_budget(24 * GIB, 0.25)
    assert 4 * (budget + CONTEXT_BYTES) <= 24 * GIB
    assert budget > 5 * GIB


def test_more_than_one_card_is_no_more_than_one():
    assert find_budget(8 * GIB, 2) == find_budget(8 * GIB, 1)


def test_a_share_without_room_is_refused():
    with pytest.raises(ConfigError, match=r"num_gpus: 0\.1 of a card of 4096 MiB"):
        find_budget(4 * GIB, 0.1)


def test_weights_that_do_not_fit_are_refused():
    check_fit(2 * GIB, 3 * GIB, 0.5)
    with pytest.raises(ConfigError, match="Raise num_gpus"):
        check_fit(4 * GIB, 3 * GIB, 0.5)


@pytest.mark.parametrize(
    ("message", "exhausted", "fatal"),
    [
        ("CUDA out of memory. Tried to allocate 640.00 MiB", True, False),
        ("ResourceExhaustedError: Out of memory error on GPU 0", True, False),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True, False),
        ("CUDA error: an illegal memory access was encountered", False, True),
        ("CUDA error: device-side assert triggered", False, True),
        ("CUBLAS_STATUS_EXECUTION_FAILED when calling", False, True),
        ("(External) CUDNN error(8), CUDNN_STATUS_EXECUTION_FAILED", False, True),
        ("mat1 and mat2 shapes cannot be multiplied", False, False),
    ],
)
def test_errors_are_told_apart_by_their_messages(message, exhausted, fatal):
    error = RuntimeError(message)
    assert (is_exhausted(error), is_fatal(error)) == (exhausted, fatal)
