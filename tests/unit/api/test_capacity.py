from tests.drawings import draw_page, encode

PNG = encode(draw_page(("one line",), width=300))


async def test_an_idle_service_has_room(service):
    answer = await service.http.get("/v1/capacity")
    idle = {
        "running": 1,
        "target": 2,
        "in_flight": 0,
        "expected_wait_s": None,
        "mean_service_s": None,
        "admits": True,
    }
    assert answer.json() == {"models": {"ocr": idle, "chart": idle, "layout": idle}}
    assert service.calls == 0


async def test_a_busy_one_tells_the_wait(service, monkeypatch):
    load, now = service.loads["ocr"], 0.0
    read = service.ocr.read
    monkeypatch.setattr(load, "_clock", lambda: now)
    monkeypatch.setattr(load, "_counted_until", now)

    async def take_a_while(*arguments):
        nonlocal now
        now += 0.25
        return await read(*arguments)

    monkeypatch.setattr(service.ocr, "read", take_a_while)
    await service.http.post("/v1/ocr", content=PNG)
    for _ in range(3):
        load.reserve(1)
    ocr = (await service.http.get("/v1/capacity")).json()["models"]["ocr"]
    assert (ocr["in_flight"], ocr["mean_service_s"], ocr["expected_wait_s"]) == (3, 0.25, 0.75)


async def test_a_full_one_admits_nothing(service):
    for _ in range(100):
        service.loads["chart"].reserve(1)
    models = (await service.http.get("/v1/capacity")).json()["models"]
    assert (models["ocr"]["admits"], models["chart"]["admits"]) == (True, False)
