import httpx
import pytest

from serve_app.api.app import build_api
from serve_app.api.jobs_service import JobsService
from serve_app.api.upload import MEDIA_TYPES
from serve_app.config import AppConfig, ChartConfig, DocumentsConfig, HttpConfig, JobsConfig, Limits, OcrConfig
from serve_app.imaging.header import MIN_SIDE
from tests.drawings import encode, sketch_chart


@pytest.fixture
def config():
    return AppConfig(
        limits=Limits(max_bytes=50_000, max_pixels=90_000, max_side=400, max_decode_mb=20, decode_mb=40),
        ocr=OcrConfig(max_long_side=2000, languages={"ru": "eslav_PP-OCRv5_mobile_rec"}),
        chart=ChartConfig(max_long_side=800),
        http=HttpConfig(deadline_s=7),
        documents=DocumentsConfig(max_bytes=70_000, max_pages=9, deadline_s=50),
    )


async def test_the_limits_are_those_of_the_config(service):
    limits = (await service.http.get("/v1/limits")).json()
    documents = limits.pop("documents")
    assert limits == {
        "max_bytes": 50_000,
        "max_pixels": 90_000,
        "max_side": 400,
        "max_decode_mb": 20,
        "decode_mb": 40,
        "min_side": MIN_SIDE,
        "media_types": list(MEDIA_TYPES),
        "long_side": {"ocr": 2000, "chart": 800},
        "deadline_s": 7,
        "languages": ["ru"],
        "routes": [
            "/v1/analyze",
            "/v1/chart",
            "/v1/convert/file",
            "/v1/convert/file/async",
            "/v1/convert/source/async",
            "/v1/document",
            "/v1/export",
            "/v1/jobs",
            "/v1/ocr",
        ],
    }
    formats = documents.pop("formats")
    assert documents == {
        "max_bytes": 70_000,
        "max_pages": 9,
        "deadline_s": 50,
        "media_types": ["application/pdf", *MEDIA_TYPES],
        "jobs": False,
    }
    assert {"json", "markdown", "html", "text"} <= set(formats)
    assert service.calls == 0


async def test_every_format_named_there_is_let_in(service):
    """Whatever is wrong with the document is found out after the parameters are."""
    for chosen in (await service.http.get("/v1/limits")).json()["documents"]["formats"]:
        answer = await service.http.post("/v1/document", content=b"plain text", params={"format": chosen})
        assert answer.status_code == 415


async def test_where_there_are_jobs_it_is_said(service, tmp_path):
    jobs = JobsService.open(JobsConfig(folder=str(tmp_path)))
    app = build_api(service.reading, service.models, jobs)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        assert (await http.get("/v1/limits")).json()["documents"]["jobs"] is True
    await jobs.store.close()


@pytest.mark.parametrize(
    ("size", "status"), [((300, 300), 200), ((301, 300), 413), ((401, 20), 413), ((40, 8), 200), ((40, 7), 400)]
)
async def test_and_uploads_are_held_to_them(service, size, status):
    answer = await service.http.post("/v1/ocr", content=encode(sketch_chart(640, 480).resize(size), "JPEG", quality=30))
    assert answer.status_code == status


async def test_every_route_named_there_takes_a_post(service):
    for route in (await service.http.get("/v1/limits")).json()["routes"]:
        assert (await service.http.post(route, content=b"")).status_code in (400, 404, 422)
