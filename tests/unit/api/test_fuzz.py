"""Mutated images and bodies against the whole HTTP application in this process; `tests.bench.fuzz` does many more."""

import time

import pytest

from tests.fuzzing import make_request, post

COUNT = 2_000
BATCHES = 20
MOST_S = 0.5
"""CPU seconds of one request; the long run holds 0.2 on a machine that does nothing else."""


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("batch", range(BATCHES))
async def test_whatever_comes_is_read_or_refused(service, batch):
    for seed in range(batch, COUNT, BATCHES):
        request = make_request(seed)
        begun = time.process_time()
        answer = await post(service.http, request)
        took = time.process_time() - begun
        assert answer.status_code in {200, 400, 413, 415, 422}, (seed, answer.text)
        if took > MOST_S:  # again, since a busy machine slows a core down
            begun = time.process_time()
            await post(service.http, request)
            took = time.process_time() - begun
        assert took < MOST_S, seed
