"""What is kept, for whom, for how long, and that it is as good as new."""

import asyncio

import pytest

from serve_app.config import Limits
from serve_app.domain import OcrOptions, Page, Size, TextLine
from serve_app.errors import Busy
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.load import Load, ReplicaCounts
from serve_app.pipeline.result_cache import USE, CachedCalls, ResultCache, Use

PLAIN, WORDS = OcrOptions(), OcrOptions(return_word_box=True)
LINE = TextLine("a", 1.0, ((0, 0), (1, 0), (1, 1), (0, 1)))
MIB = 1 << 20


class Model:
    """Answers with a page that it makes anew each time."""

    def __init__(self):
        self.calls = []
        self.error = None

    async def read(self, image, extra):
        self.calls.append((image, extra))
        if self.error is not None:
            raise self.error
        return Page(Size(3, 4), (LINE,), f"call {len(self.calls)}", {"raw": [1]})


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def cached(model, clock):
    return CachedCalls("ocr", model, ResultCache(MIB, 60.0, clock))


async def ask(cached, image=b"page", extra=PLAIN, owner="ann"):
    """In a context of its own, as each request has; the answer's model names the call that gave it."""

    async def request():
        use = Use(owner)
        USE.set(use)
        answer = await cached.read(image, extra)
        return answer, use

    return await asyncio.create_task(request())


async def test_the_same_is_read_once(cached, model):
    first, missed = await ask(cached)
    again, found = await ask(cached, bytes(bytearray(b"page")))
    assert first == again
    assert len(model.calls) == 1
    assert (missed, found) == (Use("ann", missed=1), Use("ann", found=1))


@pytest.mark.parametrize("other", [{"image": b"other"}, {"extra": WORDS}, {"owner": "ben"}, {"owner": None}])
async def test_another_image_option_or_owner_is_another_call(cached, model, other):
    await ask(cached)
    answer, _ = await ask(cached, **other)
    assert (answer.model, len(model.calls)) == ("call 2", 2)


async def test_models_are_told_apart(model, clock):
    cache = ResultCache(MIB, 60.0, clock)
    await ask(CachedCalls("ocr", model, cache))
    answer, _ = await ask(CachedCalls("layout", model, cache))
    assert answer.model == "call 2"


async def test_lines_of_text_are_options_too(cached, model):
    for extra in ([LINE], (LINE,), ()):
        await ask(cached, extra=extra)
    assert len(model.calls) == 2


async def test_who_changes_an_answer_changes_no_other(cached):
    first, _ = await ask(cached)
    first.paddlex["raw"].append(2)
    second, _ = await ask(cached)
    second.paddlex["raw"].append(3)
    third, _ = await ask(cached)
    assert third.paddlex == {"raw": [1]}


async def test_errors_are_not_kept(cached, model):
    model.error = Busy("full", 3)
    with pytest.raises(Busy):
        await ask(cached)
    model.error = None
    answer, _ = await ask(cached)
    assert answer.model == "call 2"


async def test_without_a_request_nothing_is_kept_or_found(cached, model):
    """Jobs call the same clients."""
    await ask(cached)
    assert [(await cached.read(b"page", PLAIN)).model for _ in range(2)] == ["call 2", "call 3"]


async def test_it_is_kept_for_so_long_and_no_longer(cached, clock):
    await ask(cached)
    clock.now = 60.0
    answer, _ = await ask(cached)
    assert answer.model == "call 1"
    clock.now = 60.5
    answer, _ = await ask(cached)
    assert answer.model == "call 2"


def test_the_oldest_make_room(clock):
    cache = ResultCache(10_000, 60.0, clock)
    for number in range(5):
        cache.keep(number, bytes(2000))
    assert [cache.find(number) is not None for number in range(5)] == [False, True, True, True, True]
    assert cache.bytes == 4 * 2500


def test_the_same_key_counts_once_and_what_is_old_not_at_all(clock):
    cache = ResultCache(10_000, 60.0, clock)
    cache.keep("a", bytes(2000))
    cache.keep("a", bytes(1000))
    assert (cache.bytes, cache.find("a")) == (1500, bytes(1000))
    clock.now = 61.0
    cache.keep("b", b"")
    assert cache.bytes == 500
    assert cache.find("a") is None


def test_what_is_larger_than_the_cache_is_not_kept(clock):
    cache = ResultCache(10_000, 60.0, clock)
    cache.keep("small", bytes(100))
    cache.keep("large", bytes(10_000))
    assert (cache.find("small"), cache.find("large")) == (bytes(100), None)


async def test_what_was_found_says_nothing_about_the_speed_of_the_model(cached, clock):
    """Or everybody would be let in while few images are new."""
    load = Load("ocr", Limits(), lambda: ReplicaCounts(1, 1, 1), clock=clock)
    admission = Admission({"ocr": load}, clock)

    async def request():
        USE.set(Use("ann"))
        for _ in range(5):
            with admission.admit(["ocr"], 100.0) as ticket, ticket.call("ocr"):
                if not load.mean_service_s:
                    clock.now += 2.0
                await cached.read(b"page", PLAIN)

    await asyncio.create_task(request())
    assert load.mean_service_s == 2.0
