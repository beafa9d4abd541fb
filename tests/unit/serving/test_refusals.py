import pickle

import pytest

from serve_app.errors import AppError, ModelFailed, TooManyPixels, UnreadableImage
from serve_app.serving.refusals import return_refusals


class Deployment:
    @return_refusals
    async def read(self, outcome):
        """Read."""
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.mark.parametrize("error", [UnreadableImage("cut short"), TooManyPixels("too large")])
async def test_a_refusal_is_returned_and_survives_the_way_between_processes(error):
    returned = await Deployment().read(error)
    assert returned is error
    copy = pickle.loads(pickle.dumps(returned))
    assert (type(copy), copy.message, copy.retry_after) == (type(error), error.message, error.retry_after)


@pytest.mark.parametrize("error", [ModelFailed("failed"), AppError("internal"), KeyError("boxes")])
async def test_a_failure_is_raised(error):
    with pytest.raises(type(error)):
        await Deployment().read(error)


async def test_a_result_passes_and_the_method_keeps_its_name():
    assert await Deployment().read("page") == "page"
    assert (Deployment.read.__name__, Deployment.read.__doc__) == ("read", "Read.")
