from serve_app.gpu.usage import NO_GPU, Usage, measure
from serve_app.hosting.fake import FakeOcr


class Growing(FakeOcr):
    def measure(self):
        return Usage(2, 4, 1)


def test_an_engine_tells_what_it_takes():
    assert measure(Growing()) == Usage(gpu_bytes=2, gpu_budget_bytes=4, oom_steps=1)


def test_an_engine_that_knows_no_gpu_takes_none():
    assert measure(FakeOcr()) == NO_GPU == Usage(0, 0, 0)
