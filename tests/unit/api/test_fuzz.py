"""Mutated images and bodies against the whole HTTP application in this process; `tests.bench.fuzz` does many more."""

import time

import pytest

from tests.fuzzing import make_request, post

COUNT = 2_000
BATCHES = 20
MOST_S = 3.0
"""CPU seconds of one request, of all threads. A sound one takes 0.2 at most where nothing else runs, which the long run
holds; what keeps a parser busy takes many seconds, or does not end."""


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("batch", range(BATCHES))
async def test_whatever_comes_is_read_or_refused(service, batch):
    for seed in range(batch, COUNT, BATCHES):
        request = make_request(seed)
        begun = time.process_time()
        answer = await post(service.http, request)
        assert time.process_time() - begun < MOST_S, seed
        assert answer.status_code in {200, 400, 413, 415, 422}, (seed, answer.text)
