import pytest

from serve_app.domain import Readiness


async def test_health_is_what_the_clients_of_paddlex_and_mineru_look_for(service):
    body = (await service.http.get("/health", headers={"x-request-id": "abc"})).json()
    assert body == {
        "status": "healthy",
        "logId": "abc",
        "errorCode": 0,
        "errorMsg": "Healthy",
        "protocol_version": 2,
        "max_concurrent_requests": service.reading.config.documents.max_in_flight,
        "processing_window_size": 1,
    }


async def test_ready_names_the_model_that_is_not(service):
    assert (await service.http.get("/ready")).status_code == 200
    service.chart.state = Readiness(ready=False, reason="no replica is running yet")
    answer = await service.http.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["models"] == {
        "ocr": {"ready": True, "reason": ""},
        "chart": {"ready": False, "reason": "no replica is running yet"},
        "layout": {"ready": True, "reason": ""},
    }
    assert (await service.http.get("/health")).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_a_probe_may_ask_by_head(service, path):
    assert (await service.http.head(path)).status_code == 200
    service.chart.state = Readiness(ready=False)
    assert (await service.http.head(path)).status_code == (await service.http.get(path)).status_code


async def test_models_are_listed(service):
    models = (await service.http.get("/v1/models")).json()["models"]
    assert [(model["name"], model["task"]) for model in models] == [
        ("fake", task) for task in ("ocr", "chart", "layout")
    ]
