"""The deployments as Serve makes them, without Ray: plain classes, on engines of the test."""

import asyncio
import logging
import os
import queue
import threading
from types import SimpleNamespace

import httpx
import pytest
from PIL import Image
from ray.serve.schema import ReplicaState

from serve_app.api.draining import FOLDER_VARIABLE, Drain
from serve_app.api.key_file import Keys
from serve_app.config import (
    AppConfig,
    ChartConfig,
    HttpConfig,
    JobsConfig,
    LayoutConfig,
    Limits,
    OcrConfig,
    RecycleConfig,
    RemoteConfig,
)
from serve_app.domain import ChartReading, ChartTable, LayoutTask, ModelInfo, OcrOptions, Readiness, Size, TextLine
from serve_app.errors import Busy, ModelBroken, ModelUnavailable, Quarantined, UnreadableImage
from serve_app.gpu.usage import Usage
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.hosting.protocols import no_step
from serve_app.serving import clients, deployments
from serve_app.serving.deployments import CPU_NICENESS, Chart, Ingress, Layout, Ocr, RemoteChart
from tests.drawings import draw_page, encode
from tests.unit.api.test_key_file import a_key

PNG = encode(draw_page(("one line",), width=300))
LINE = TextLine("12", 0.9, ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)))
REMOTE = RemoteConfig(url="http://model.server:8000")


class RecordingOcr(FakeOcr):
    def __init__(self):
        self.niceness = os.nice(0)
        self.calls = []

    def read(self, image, options, between_steps=no_step):
        self.calls.append((image, options))
        return super().read(image, options, between_steps)

    def measure(self):
        return Usage(gpu_bytes=11, gpu_budget_bytes=22)


class RecordingChart(FakeChart):
    """Each call waits for its turn, so that a test decides what has come in meanwhile."""

    def __init__(self, *, batches=True):
        self.batches = batches
        self.niceness = os.nice(0)
        self.calls = []
        self.begun = queue.Queue()
        self.turns = threading.Semaphore(0)

    def read(self, charts):
        self.calls.append(charts)
        self.begun.put(len(charts))
        assert self.turns.acquire(timeout=30)
        return super().read(charts)

    def measure(self):
        return Usage(gpu_bytes=33, gpu_budget_bytes=44, oom_steps=2)


def use(monkeypatch, name, make):
    """Have a deployment load this engine; returns where the arguments of the load are found."""
    loads = []

    def load(config, device):
        loads.append((config, device))
        return make()

    monkeypatch.setattr(deployments, name, load)
    return loads


@pytest.mark.usefixtures("recorder")
class TestOcr:
    async def test_an_image_is_decoded_and_read_as_the_options_say(self, monkeypatch):
        loads = use(monkeypatch, "load_ocr", RecordingOcr)
        config, options = OcrConfig(), OcrOptions(text_det_thresh=0.4)
        ocr = Ocr(config, "cpu")
        page = await ocr.read(PNG, options)
        assert loads == [(config, "cpu")]
        assert (page.size, page.lines[0].text) == (Size(300, 116), "fake 300x116")
        [(image, asked)] = ocr._model.engine.calls
        assert (image.mode, image.size, asked) == ("RGB", (300, 116), options)
        assert image.tobytes() == draw_page(("one line",), width=300).tobytes()

    @pytest.mark.parametrize(("device", "niceness"), [("cpu", CPU_NICENESS), ("gpu", 0), ("auto", 0)])
    def test_a_model_on_the_cpu_gives_way_to_the_ingress(self, monkeypatch, device, niceness):
        use(monkeypatch, "load_ocr", RecordingOcr)
        before = os.nice(0)
        assert Ocr(OcrConfig(), device)._model.engine.niceness - before == min(niceness, 19 - before)
        assert os.nice(0) == before
        assert CPU_NICENESS > 0

    @pytest.mark.parametrize(
        ("background", "both", "order"),
        [
            (True, False, ["passing", "long"]),
            (False, False, ["long", "passing"]),
            (True, True, ["long", "passing"]),  # jobs do not pass each other
        ],
    )
    async def test_a_call_passes_one_in_the_background_between_its_steps(self, monkeypatch, background, both, order):
        engine, begun, turns, ended = RecordingOcr(), queue.Queue(), threading.Semaphore(0), []

        def read(image, options, between_steps):
            if options.language == "long":
                begun.put(None)
                assert turns.acquire(timeout=30)
            between_steps()
            ended.append(options.language)
            return FakeOcr.read(engine, image, options)

        monkeypatch.setattr(engine, "read", read)
        use(monkeypatch, "load_ocr", lambda: engine)
        ocr = Ocr(OcrConfig(), "cpu")
        long = asyncio.create_task(ocr.read(PNG, OcrOptions(language="long", background=background)))
        await asyncio.to_thread(begun.get, timeout=30)
        queued = asyncio.Event()
        submit = ocr._model._executor.submit
        monkeypatch.setattr(ocr._model._executor, "submit", lambda *call: (queued.set(), submit(*call))[1])
        passing = asyncio.create_task(ocr.read(PNG, OcrOptions(language="passing", background=both)))
        await queued.wait()
        turns.release()
        await asyncio.gather(long, passing)
        assert ended == order

    async def test_it_tells_what_it_has_loaded(self, monkeypatch):
        use(monkeypatch, "load_ocr", RecordingOcr)
        assert await Ocr(OcrConfig(), "cpu").describe() == ModelInfo("fake", "ocr", "onnxruntime", "cpu")

    async def test_a_health_check_reports_the_memory_of_the_process_and_of_the_gpu(self, monkeypatch, recorder):
        use(monkeypatch, "load_ocr", RecordingOcr)
        await Ocr(OcrConfig(), "cpu").check_health()
        assert recorder.values("serve_app_gpu_memory_bytes", "ocr") == [11]
        assert recorder.values("serve_app_gpu_budget_bytes", "ocr") == [22]
        [resident] = recorder.values("serve_app_resident_bytes", "ocr")
        assert resident > 1 << 20

    async def test_calls_are_observed(self, monkeypatch, recorder):
        use(monkeypatch, "load_ocr", RecordingOcr)
        await Ocr(OcrConfig(), "cpu").read(PNG, OcrOptions())
        assert recorder.values("serve_app_batch_size", "ocr") == [1]
        assert len(recorder.values("serve_app_wait_seconds", "ocr")) == 1

    async def test_the_configs_bound_on_calls_retires_the_replica(self, monkeypatch):
        use(monkeypatch, "load_ocr", RecordingOcr)
        ocr = Ocr(OcrConfig(recycle=RecycleConfig(calls=1)), "cpu")
        await ocr.check_health()
        await ocr.read(PNG, OcrOptions())
        with pytest.raises(ModelBroken, match="1 calls"):
            await ocr.check_health()

    async def test_a_call_beyond_the_configs_limit_is_stuck(self, monkeypatch):
        use(monkeypatch, "load_ocr", RecordingOcr)
        ocr = Ocr(OcrConfig(call_limit_s=7.5), "cpu")
        ocr._model._started = -1e9  # a call that began long ago
        with pytest.raises(ModelBroken, match=r"more than 7\.5 seconds"):
            await ocr.check_health()


@pytest.mark.usefixtures("recorder")
class TestChart:
    @pytest.mark.parametrize(
        ("batches", "settings", "sizes"),
        [
            (True, {"batch_size": 3}, [1, 3, 1]),
            (True, {"batch_size": 8}, [1, 4]),
            (True, {"batch_size": 8, "batch_pixels": 2 * 300 * 116}, [1, 2, 2]),
            (False, {"batch_size": 8}, [1, 1, 1, 1, 1]),
        ],
    )
    async def test_waiting_charts_are_read_in_batches_of_the_configs_size(self, monkeypatch, batches, settings, sizes):
        use(monkeypatch, "load_chart", lambda: RecordingChart(batches=batches))
        chart = Chart(ChartConfig(**settings), "cpu")
        engine, waiting = chart._model.engine, []
        submit, submitted = chart._model.submit, queue.Queue()

        def count(function):
            submit(function)
            submitted.put(None)

        monkeypatch.setattr(chart._model, "submit", count)
        waiting.append(asyncio.create_task(chart.read(PNG, ())))
        assert await asyncio.to_thread(engine.begun.get, timeout=30) == 1
        waiting += [asyncio.create_task(chart.read(PNG, ())) for _ in range(4)]
        for _ in range(5):
            await asyncio.to_thread(submitted.get, timeout=30)
        engine.turns.release(5)
        readings = await asyncio.gather(*waiting)
        assert [reading.table.rows[0][1].text for reading in readings] == ["300"] * 5
        assert [len(charts) for charts in engine.calls] == sizes

    async def test_the_ocrs_lines_go_to_the_model(self, monkeypatch):
        loads = use(monkeypatch, "load_chart", RecordingChart)
        config = ChartConfig()
        chart = Chart(config, "gpu")
        chart._model.engine.turns.release()
        await chart.read(PNG, [LINE])
        [[given]] = chart._model.engine.calls
        assert given.lines == (LINE,)
        assert (given.image.mode, given.image.size) == ("RGB", (300, 116))
        assert loads == [(config, "gpu")]

    @pytest.mark.parametrize(("device", "niceness"), [("cpu", CPU_NICENESS), ("gpu", 0)])
    def test_a_model_on_the_cpu_gives_way_to_the_ingress(self, monkeypatch, device, niceness):
        use(monkeypatch, "load_chart", RecordingChart)
        before = os.nice(0)
        assert Chart(ChartConfig(), device)._model.engine.niceness - before == min(niceness, 19 - before)

    async def test_it_tells_what_it_has_loaded(self, monkeypatch):
        use(monkeypatch, "load_chart", RecordingChart)
        assert await Chart(ChartConfig(), "cpu").describe() == ModelInfo("fake", "chart", "transformers", "cpu")

    async def test_health_checks_and_calls_are_observed(self, monkeypatch, recorder):
        use(monkeypatch, "load_chart", RecordingChart)
        chart = Chart(ChartConfig(recycle=RecycleConfig(calls=1)), "cpu")
        await chart.check_health()
        assert recorder.values("serve_app_gpu_memory_bytes", "chart") == [33]
        assert recorder.values("serve_app_gpu_budget_bytes", "chart") == [44]
        assert recorder.values("serve_app_oom_steps", "chart") == [2]
        assert recorder.values("serve_app_resident_bytes", "chart")[0] > 1 << 20
        chart._model.engine.turns.release()
        await chart.read(PNG, ())
        assert recorder.values("serve_app_batch_size", "chart") == [1]
        with pytest.raises(ModelBroken, match="1 calls"):
            await chart.check_health()

    async def test_a_call_beyond_the_configs_limit_is_stuck(self, monkeypatch):
        use(monkeypatch, "load_chart", RecordingChart)
        chart = Chart(ChartConfig(call_limit_s=7.5), "cpu")
        chart._model._started = -1e9
        with pytest.raises(ModelBroken, match=r"more than 7\.5 seconds"):
            await chart.check_health()


class RecordingLayout(FakeLayout):
    def __init__(self):
        self.niceness = os.nice(0)
        self.images = []

    def tell_orientation(self, image):
        self.images.append(image)
        return super().tell_orientation(image)

    def measure(self):
        return Usage(gpu_bytes=55, gpu_budget_bytes=66)


@pytest.mark.usefixtures("recorder")
class TestLayout:
    async def test_an_image_is_decoded_and_only_the_task_is_done(self, monkeypatch):
        loads = use(monkeypatch, "load_layout", RecordingLayout)
        config = LayoutConfig()
        layout = Layout(config, "cpu")
        answer = await layout.read(PNG, LayoutTask(orientation=True))
        assert loads == [(config, "cpu")]
        [image] = layout._model.engine.images
        assert (image.mode, image.tobytes()) == ("RGB", draw_page(("one line",), width=300).tobytes())
        assert answer.orientation == FakeLayout().tell_orientation(image)
        assert (answer.regions, answer.table) == ((), None)

    @pytest.mark.parametrize(("device", "niceness"), [("cpu", CPU_NICENESS), ("gpu", 0)])
    def test_a_model_on_the_cpu_gives_way_to_the_ingress(self, monkeypatch, device, niceness):
        use(monkeypatch, "load_layout", RecordingLayout)
        before = os.nice(0)
        assert Layout(LayoutConfig(), device)._model.engine.niceness - before == min(niceness, 19 - before)

    async def test_it_tells_what_it_has_loaded(self, monkeypatch):
        use(monkeypatch, "load_layout", RecordingLayout)
        config = LayoutConfig()
        info = await Layout(config, "cpu").describe()
        assert info == ModelInfo(FakeLayout.name, "layout", config.engine, FakeLayout.device)

    async def test_a_refusal_is_returned(self, monkeypatch):
        use(monkeypatch, "load_layout", RecordingLayout)
        assert isinstance(await Layout(LayoutConfig(), "cpu").read(PNG[:60], LayoutTask()), UnreadableImage)

    async def test_health_checks_and_calls_are_observed(self, monkeypatch, recorder):
        use(monkeypatch, "load_layout", RecordingLayout)
        layout = Layout(LayoutConfig(recycle=RecycleConfig(calls=1)), "cpu")
        await layout.check_health()
        assert recorder.values("serve_app_gpu_memory_bytes", "layout") == [55]
        assert recorder.values("serve_app_gpu_budget_bytes", "layout") == [66]
        assert recorder.values("serve_app_resident_bytes", "layout")[0] > 1 << 20
        await layout.read(PNG, LayoutTask())
        assert recorder.values("serve_app_batch_size", "layout") == [1]
        with pytest.raises(ModelBroken, match="1 calls"):
            await layout.check_health()

    async def test_a_call_beyond_the_configs_limit_is_stuck(self, monkeypatch):
        use(monkeypatch, "load_layout", RecordingLayout)
        layout = Layout(LayoutConfig(call_limit_s=7.5), "cpu")
        layout._model._started = -1e9
        with pytest.raises(ModelBroken, match=r"more than 7\.5 seconds"):
            await layout.check_health()


class Server:
    """The engine of a remote chart."""

    name, device = "MinerU2.5", "remote"

    def __init__(self, config, remote):
        self.arguments = (config, remote)
        self.images = []
        self.error = None

    async def read(self, image):
        self.images.append(image)
        if self.error:
            raise self.error
        return ChartReading(ChartTable(), self.name, Size(300, 116))

    async def check(self):
        if self.error:
            raise self.error


class TestRemoteChart:
    @pytest.fixture
    def chart(self, monkeypatch, recorder):
        monkeypatch.setattr(deployments, "OpenAiChart", Server)
        return RemoteChart(ChartConfig(), REMOTE)

    async def test_a_chart_goes_to_the_server_as_it_came(self, chart, recorder):
        assert chart._engine.arguments == (ChartConfig(), REMOTE)
        assert (await chart.read(PNG, [LINE])).model == "MinerU2.5"
        assert chart._engine.images == [PNG]
        assert recorder.values("serve_app_batch_size", "chart") == [1]
        assert recorder.values("serve_app_wait_seconds", "chart") == [0.0]
        [seconds] = recorder.values("serve_app_model_seconds", "chart")
        assert 0 <= seconds < 30

    async def test_a_call_that_fails_is_observed_too(self, chart, recorder):
        chart._engine.error = Busy("busy")
        assert isinstance(await chart.read(PNG, ()), Busy)  # returned, as all refusals
        assert len(recorder.values("serve_app_model_seconds", "chart")) == 1

    async def test_it_tells_what_the_server_runs(self, chart):
        assert await chart.describe() == ModelInfo("MinerU2.5", "chart", "openai", "remote")

    async def test_it_is_ready_as_its_server_is_and_healthy_in_any_case(self, chart, recorder):
        assert await chart.readiness() == Readiness(ready=True)
        chart._engine.error = ModelUnavailable("the server is away")
        assert await chart.readiness() == Readiness(ready=False, reason="the server is away")
        await chart.check_health()
        assert recorder.values("serve_app_resident_bytes", "chart")[0] > 1 << 20
        assert recorder.values("serve_app_gpu_memory_bytes", "chart") == [0]


class Answer:
    """What a handle's call gives."""

    def __init__(self, value):
        self._value = value

    def __await__(self):
        if isinstance(self._value, Exception):
            raise self._value
        return self._value
        yield


class Handle:
    """A deployment's handle: each method answers with a value, or what the value makes of its arguments."""

    app_name = "reader"

    def __init__(self, name, **methods):
        self.deployment_name = name
        self.calls = []
        for method, value in methods.items():
            setattr(self, method, SimpleNamespace(remote=self._answer(method, value)))

    def _answer(self, method, value):
        def remote(*arguments):
            self.calls.append((method, *arguments))
            return Answer(value(*arguments) if callable(value) else value)

        return remote


def read_page(image, options):
    return FakeOcr().read(Image.new("RGB", (300, 116)), options)


NO_JOBS = AppConfig(jobs=JobsConfig(enabled=False))
LAYOUT = Handle("Page", describe=ModelInfo("pages", "layout", "fake", "cpu"))


class TestIngress:
    """The HTTP application between Serve's handles: what an ingress replica makes of its arguments."""

    @pytest.fixture(autouse=True)
    def controller(self, monkeypatch, recorder):
        running = SimpleNamespace(replica_states={ReplicaState.RUNNING: 1}, message="")
        found = {
            "Front": running,
            "Text": running,
            "Page": running,
            "Table": SimpleNamespace(replica_states={}, message="no GPU"),
        }
        status = SimpleNamespace(applications={"reader": SimpleNamespace(deployments=found)})
        monkeypatch.setattr("serve_app.serving.replica_status.serve.status", lambda: status)
        monkeypatch.setattr(clients.serve, "get_replica_context", lambda: SimpleNamespace(deployment="Front"))
        return found

    @pytest.fixture
    def ocr(self):
        return Handle("Text", read=read_page, describe=ModelInfo("reader", "ocr", "fake", "cpu"))

    @pytest.fixture
    def chart(self):
        reading = ChartReading(ChartTable(), "grapher", Size(300, 116))
        return Handle(
            "Table",
            read=reading,
            describe=ModelInfo("grapher", "chart", "fake", "cpu"),
            readiness=Readiness(ready=False, reason="the server is away"),
        )

    def serve(self, config, ocr, chart, *, wants_words=True):
        app = Ingress(config, ocr, chart, LAYOUT, wants_words).__serve_build_asgi_app__()
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")

    async def test_serves_line_of_each_request_is_left_to_the_audit_log(self, ocr, chart, monkeypatch):
        serves = logging.getLogger("ray.serve")
        monkeypatch.setattr(serves, "filters", [])
        self.serve(NO_JOBS, ocr, chart)
        line = logging.LogRecord("ray.serve", logging.INFO, __file__, 1, "POST /v1/ocr 200", (), None)
        assert serves.filter(line)
        line.serve_access_log = True
        assert not serves.filter(line)

    async def test_each_route_reaches_its_deployment(self, ocr, chart, recorder):
        async with self.serve(NO_JOBS, ocr, chart) as http:
            assert (await http.post("/v1/ocr", content=PNG)).json()["text"] == "fake 300x116"
            assert (await http.post("/v1/chart", content=PNG)).json()["model"] == "grapher"
            models = (await http.get("/v1/models")).json()["models"]
        assert [model["name"] for model in models] == ["reader", "grapher", "pages"]
        assert [call[0] for call in ocr.calls] == ["read", "read", "describe"]
        assert [call[:2] for call in chart.calls] == [("read", PNG), ("describe",)]
        assert recorder.values("serve_app_in_flight", "ocr")[:3] == [1, 0, 1]
        assert recorder.values("serve_app_in_flight", "chart")[:3] == [1, 0, 1]

    @pytest.mark.parametrize("wants_words", [True, False])
    async def test_only_a_chart_model_that_wants_words_is_given_those_of_the_ocr(self, ocr, chart, wants_words):
        async with self.serve(NO_JOBS, ocr, chart, wants_words=wants_words) as http:
            await http.post("/v1/chart", content=PNG)
        assert len(ocr.calls) == 1  # also asked beside a model that wants none: its words check the values
        [(_, _, lines)] = chart.calls
        assert [line.text for line in lines] == ["fake 300x116"] * int(wants_words)

    async def test_each_models_replicas_are_counted(self, ocr, chart, controller):
        states = {ReplicaState.RUNNING: 3, ReplicaState.STARTING: 1}
        controller["Text"] = SimpleNamespace(replica_states=states, message="")
        async with self.serve(NO_JOBS, ocr, chart) as http:
            ready = (await http.get("/ready")).json()
            models = (await http.get("/v1/capacity")).json()["models"]
        assert ready["models"]["ocr"] == {"ready": True, "reason": ""}
        assert ready["models"]["chart"] == {"ready": False, "reason": "no GPU"}
        assert [(models[name]["running"], models[name]["target"]) for name in ("ocr", "chart")] == [(3, 4), (0, 0)]

    def test_the_lag_of_its_event_loop_is_observed(self, ocr, chart, monkeypatch, recorder):
        built = []
        monkeypatch.setattr(deployments, "build_api", lambda *arguments: built.append(arguments))
        Ingress(NO_JOBS, ocr, chart, LAYOUT, True).__serve_build_asgi_app__()
        [(service, models, jobs, observe_lag, drain)] = built
        assert (service.ocr, service.chart, service.layout, jobs, drain) == (*models.values(), None, None)
        observe_lag(0.25)
        assert recorder.values("serve_app_loop_lag_seconds") == [0.25]

    def test_its_routes_have_the_jobs_that_the_config_names(self, ocr, chart, monkeypatch, recorder):
        opened, built = [], []
        monkeypatch.setattr(deployments.JobsService, "open", lambda config: opened.append(config) or "jobs")
        monkeypatch.setattr(deployments, "build_api", lambda *arguments: built.append(arguments))
        config = AppConfig(jobs=JobsConfig(retain_s=7))
        Ingress(config, ocr, chart, LAYOUT, True).__serve_build_asgi_app__()
        assert (opened, built[0][2]) == ([config.jobs], "jobs")

    def test_it_is_told_when_the_service_stops(self, ocr, chart, monkeypatch, recorder, tmp_path):
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
        built = []
        monkeypatch.setattr(deployments, "build_api", lambda *arguments: built.append(arguments))
        Ingress(NO_JOBS, ocr, chart, LAYOUT, True).__serve_build_asgi_app__()
        Drain(tmp_path).begin()
        assert built[0][-1].begun

    @pytest.mark.parametrize(("share", "calls"), [(False, 3), (True, 1)])
    async def test_identical_images_share_a_call_where_they_may(self, ocr, chart, recorder, share, calls):
        config = NO_JOBS.model_copy(update={"http": HttpConfig(share_identical=share)})
        service = Ingress(config, ocr, chart, LAYOUT, True)._clients.service
        for reader, extra, handle in ((service.ocr, OcrOptions(), ocr), (service.chart, (), chart)):
            answers = await asyncio.gather(*(reader.read(PNG, extra) for _ in range(3)))
            assert answers[0] == answers[1] == answers[2]
            assert len(handle.calls) == calls

    async def test_answers_are_kept_for_each_key_where_the_config_says_so(self, ocr, chart, recorder, monkeypatch):
        keys = Keys(keys=(a_key("sa_ann", "ann"), a_key("sa_ben", "ben")))
        monkeypatch.setenv("TEST_KEYS", keys.model_dump_json())
        told, answers = [], []
        for http in (HttpConfig(keys_env="TEST_KEYS", cache_mib=1), HttpConfig(keys_env="TEST_KEYS")):
            async with self.serve(NO_JOBS.model_copy(update={"http": http}), ocr, chart) as client:
                for key, query in (("sa_ann", ""), ("sa_ann", ""), ("sa_ben", ""), ("sa_ann", "?words=true")):
                    answer = await client.post(f"/v1/ocr{query}", content=PNG, headers={"X-Api-Key": key})
                    told.append(answer.headers.get("x-cache"))
                    answers.append((answer.status_code, answer.json()["text"]))
        assert told == ["miss", "hit", "miss", "miss", None, None, None, None]
        assert set(answers) == {(200, "fake 300x116")}
        assert len(ocr.calls) == 3 + 4

    async def test_a_server_that_may_answer_differently_is_always_asked(self, ocr, chart):
        remote = ChartConfig(model="vendor/MinerU2.5", remote=REMOTE)
        config = NO_JOBS.model_copy(update={"http": HttpConfig(cache_mib=1), "chart": remote})
        async with self.serve(config, ocr, chart) as http:
            told = [(await http.post("/v1/chart", content=PNG)).headers["x-cache"] for _ in range(2)]
        assert told == ["miss", "miss"]
        assert (len(ocr.calls), len(chart.calls)) == (1, 2)

    async def test_the_ingresses_share_the_replicas(self, ocr, chart, controller):
        controller["Front"] = SimpleNamespace(replica_states={ReplicaState.RUNNING: 2}, message="")
        ingress = Ingress(NO_JOBS, ocr, chart, LAYOUT, True)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(ingress.__serve_build_asgi_app__()), base_url="http://service"
        ) as http:
            await http.get("/ready")  # waits for the controller's answer
        assert [load.replicas.ingresses for load in ingress._clients.service.admission.report().values()] == [2, 2, 2]

    async def test_a_server_is_asked_only_where_there_is_one(self, ocr, chart, controller):
        controller["Table"] = controller["Text"]
        remote = NO_JOBS.model_copy(update={"chart": ChartConfig(model="vendor/MinerU2.5", remote=REMOTE)})
        for config, ready in ((NO_JOBS, True), (remote, False)):
            async with self.serve(config, ocr, chart) as http:
                assert (await http.get("/ready")).json()["models"]["chart"]["ready"] is ready
        assert ocr.calls == []

    async def test_the_limits_are_the_configs(self, ocr, chart):
        config = NO_JOBS.model_copy(update={"limits": Limits(max_in_flight=1)})
        begun = asyncio.Event()

        def hang(*_):
            begun.set()
            return asyncio.get_running_loop().create_future()

        ocr.read = SimpleNamespace(remote=hang)
        async with self.serve(config, ocr, chart) as http:
            first = asyncio.create_task(http.post("/v1/ocr", content=PNG))
            await asyncio.wait_for(begun.wait(), 30)
            refused = await http.post("/v1/ocr", content=PNG)
            assert refused.status_code == 429
            assert "The ocr model has 1 requests in flight" in refused.json()["error"]["message"]
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)

    @pytest.mark.parametrize("model", ["ocr", "chart"])
    @pytest.mark.parametrize(("seconds", "calls"), [(600.0, 2), (0.0, 4)])
    async def test_each_models_quarantine_lasts_as_the_config_says(self, ocr, chart, model, seconds, calls):
        from ray.exceptions import ActorDiedError

        handle = {"ocr": ocr, "chart": chart}[model]
        handle.read = SimpleNamespace(remote=handle._answer("read", lambda *_: ActorDiedError()))
        config = NO_JOBS.model_copy(update={"http": HttpConfig(quarantine_s=seconds)})
        async with self.serve(config, ocr, chart) as http:
            answers = [(await http.post(f"/v1/{model}", content=PNG)).status_code for _ in range(2)]
        assert answers == ([422, 422] if seconds else [503, 503])
        assert len(handle.calls) == calls

    @pytest.mark.parametrize("background", [True, False])
    async def test_the_calls_of_jobs_let_those_of_requests_pass(self, ocr, chart, background):
        made = clients.Clients(NO_JOBS, ocr, chart, LAYOUT, True, background=background)
        await made.service.ocr.read(PNG, OcrOptions(language="de"))
        [(_, _, options)] = [call for call in ocr.calls if call[0] == "read"]
        assert options == OcrOptions(language="de", background=background)

    @pytest.mark.parametrize(("seconds", "calls"), [(600.0, 2), (0.0, 4)])
    async def test_the_quarantine_of_the_layout_lasts_as_long(self, ocr, chart, seconds, calls):
        from ray.exceptions import ActorDiedError

        layout = Handle("Page", read=lambda *_: ActorDiedError())
        made = clients.Clients(
            NO_JOBS.model_copy(update={"http": HttpConfig(quarantine_s=seconds)}), ocr, chart, layout, True
        )
        for _ in range(2):
            with pytest.raises(Quarantined if seconds else ModelUnavailable):
                await made.models["layout"].read(PNG, LayoutTask())
        assert len(layout.calls) == calls

    @pytest.mark.parametrize("model", ["ocr", "chart", "layout"])
    async def test_what_happens_to_a_models_calls_is_counted_for_that_model(self, ocr, chart, model, recorder):
        from ray.exceptions import ActorDiedError

        layout = Handle("Page")
        calls = {"ocr": ocr, "chart": chart, "layout": layout}
        calls[model].read = SimpleNamespace(remote=calls[model]._answer("read", lambda *_: ActorDiedError()))
        made = clients.Clients(NO_JOBS, ocr, chart, layout, True)
        with pytest.raises(Quarantined):
            await made.models[model].read(PNG, ())
        retries = {name: recorder.values("serve_app_retries", name) for name in calls}
        assert retries == {name: [1.0] if name == model else [] for name in calls}
