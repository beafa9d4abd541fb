"""HEIC over HTTP, whole and mutated: it is read or refused, and what breaks the decoder ends its process alone."""

import random
from pathlib import Path

import pytest

from tests.fuzzing import mutate

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = [(SAMPLES / name).read_bytes() for name in ("page.heic", "turned.heic")]
ROUTES = ("/v1/ocr", "/v1/chart", "/v1/document")
COUNT = 12
"""Mutated files in a run of the tests."""


def damage(seed: int) -> bytes:
    """A HEIC file of the given number, whose brands still say so."""
    rng = random.Random(seed)
    whole = rng.choice(FILES)
    return whole[:24] + mutate(rng, whole)[24:]


async def test_each_route_reads_it(service):
    for route in ROUTES:
        assert (await service.http.post(route, content=FILES[1], timeout=60)).status_code == 200


@pytest.mark.parametrize("seed", range(COUNT))
async def test_a_mutated_file_is_read_or_refused(service, seed):
    data = damage(seed)
    answer = await service.http.post(ROUTES[seed % len(ROUTES)], content=data, timeout=60)
    assert answer.status_code in {200, 400, 413, 415, 422}, answer.text
    assert answer.json()
