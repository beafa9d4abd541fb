import threading
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from serve_app.config import AppConfig, ChartConfig, Limits, OcrConfig
from serve_app.domain import Size, TextLine
from serve_app.errors import TooManyBytes, TooManyPixels, UnreadableImage
from serve_app.imaging import copies
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.service import Service
from serve_app.pipeline.upload import Upload
from tests.drawings import draw_page, encode

PAGE = draw_page(("one line",), width=2048)  # 2048 x 116
PNG = encode(PAGE)


def serve(config):
    """A service of which only the settings are asked."""
    return Service(config, None, None, None, Admission({}), chart_wants_words=True)


def lossy(quality):
    return AppConfig(transport="jpeg", jpeg_quality=quality, chart=ChartConfig(max_long_side=768))


def opened(data):
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        ({"max_bytes": 1024}, TooManyBytes),
        ({"max_pixels": 200_000}, TooManyPixels),
        ({"max_side": 2000}, TooManyPixels),
        ({"max_decode_mb": 1}, TooManyPixels),  # 7 bytes a pixel are 1,662,976
    ],
)
async def test_each_limit_of_the_config_is_held(limits, error):
    with pytest.raises(error):
        await Upload.open(serve(AppConfig(limits=Limits(**limits))), PNG)


async def test_images_share_the_configs_memory(bench):
    assert bench(AppConfig(limits=Limits(decode_mb=7))).service.decoding._capacity == 7_000_000


async def test_the_size_is_that_of_the_upright_image():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert (await Upload.open(serve(AppConfig()), encode(PAGE, "JPEG", exif=exif))).size == Size(116, 2048)


async def test_each_model_gets_the_copy_that_its_settings_ask_for():
    config = AppConfig(ocr=OcrConfig(max_long_side=1536), chart=ChartConfig(max_long_side=768))
    upload = await Upload.open(serve(config), PNG)
    page, chart = await upload.prepare_for_ocr(), await upload.prepare_for_chart()
    assert (page.size, chart.size) == (Size(1536, 87), Size(768, 44))
    assert (opened(page.data).size, opened(chart.data).size) == ((1536, 87), (768, 44))
    assert page.original == chart.original == Size(2048, 116)


@pytest.mark.parametrize("ocr", [False, True])
@pytest.mark.parametrize("chart", [False, True])
async def test_each_model_is_binarised_for_alone(ocr, chart):
    config = AppConfig(ocr=OcrConfig(binarise=ocr), chart=ChartConfig(binarise=chart))
    upload = await Upload.open(serve(config), PNG)
    for prepared, asked in ((await upload.prepare_for_ocr(), ocr), (await upload.prepare_for_chart(), chart)):
        assert (set(np.unique(np.asarray(opened(prepared.data)))) == {0, 255}) is asked


@pytest.mark.parametrize("ocr", [False, True])
@pytest.mark.parametrize("chart", [False, True])
async def test_each_copy_of_both_is_made_as_its_model_asks(ocr, chart):
    config = AppConfig(
        ocr=OcrConfig(binarise=ocr, max_long_side=1536), chart=ChartConfig(binarise=chart, max_long_side=1024)
    )
    both = await (await Upload.open(serve(config), PNG)).prepare_for_both()
    assert [prepared.size for prepared in both] == [Size(1536, 87), Size(1024, 58)]
    for prepared, asked in zip(both, (ocr, chart), strict=True):
        assert (set(np.unique(np.asarray(opened(prepared.data)))) == {0, 255}) is asked


async def test_the_memory_that_each_decode_may_take_is_told_first(monkeypatch):
    upload, told = await Upload.open(serve(AppConfig()), PNG), []
    run = upload._decoding.run

    async def record(weight, function, *arguments):
        told.append(weight)
        return await run(weight, function, *arguments)

    monkeypatch.setattr(upload, "_decoding", SimpleNamespace(run=record))
    for method in (upload.prepare_for_ocr, upload.prepare_for_chart, upload.prepare_for_both, lambda: upload.draw([])):
        await method()
    await upload.cut()
    decode_bytes = upload._header.decode_bytes
    assert decode_bytes >= 2048 * 116 * 3
    assert told == [decode_bytes] * 4 + [decode_bytes + copies.TILED_BYTES]


async def test_the_configs_transport_and_quality_are_used():
    upload = await Upload.open(
        serve(AppConfig(transport="jpeg", jpeg_quality=40, chart=ChartConfig(max_long_side=768))), PNG
    )
    better = await Upload.open(
        serve(AppConfig(transport="jpeg", jpeg_quality=95, chart=ChartConfig(max_long_side=768))), PNG
    )
    low, high = (await upload.prepare_for_chart()).data, (await better.prepare_for_chart()).data
    assert opened(low).format == "JPEG"
    assert len(low) < len(high)
    assert opened((await (await Upload.open(serve(AppConfig()), PNG)).prepare_for_chart()).data).format == "PNG"


async def test_tiles_have_the_configs_side():
    tiles = await (await Upload.open(serve(AppConfig(ocr=OcrConfig(tile_side=500))), PNG)).cut()
    assert tiles.size == Size(4096, 232)
    assert 400 < max(opened(piece.data).width for piece in tiles.pieces) <= 500


async def test_pixels_are_decoded_once_and_never_in_the_event_loop(monkeypatch):
    threads = []
    decode = copies.decode

    def record(*args, **kwargs):
        threads.append(threading.current_thread())
        return decode(*args, **kwargs)

    monkeypatch.setattr(copies, "decode", record)
    upload = await Upload.open(serve(AppConfig(ocr=OcrConfig(max_long_side=1536))), PNG)
    assert threads == []
    await upload.prepare_for_both()
    assert len(threads) == 1
    assert threading.main_thread() not in threads


async def test_a_large_jpeg_is_decoded_for_the_larger_of_its_copies(monkeypatch):
    asked = []
    decode = copies.decode

    def record(*args, **kwargs):
        asked.append(kwargs.get("long_side"))
        return decode(*args, **kwargs)

    monkeypatch.setattr(copies, "decode", record)
    config = AppConfig(ocr=OcrConfig(max_long_side=1536), chart=ChartConfig(max_long_side=1024))
    await (await Upload.open(serve(config), encode(PAGE, "JPEG"))).prepare_for_chart()
    assert asked == [1536]


async def test_damage_is_told_by_each_method():
    upload = await Upload.open(serve(AppConfig()), PNG[: len(PNG) // 2])
    for method in (upload.prepare_for_ocr, upload.prepare_for_chart, upload.cut, lambda: upload.draw([])):
        with pytest.raises(UnreadableImage):
            await method()


async def test_outlines_are_drawn_into_the_upload():
    upload = await Upload.open(serve(AppConfig()), PNG)
    outline = ((100.0, 20.0), (400.0, 20.0), (400.0, 90.0), (100.0, 90.0))
    drawn, plain = (
        np.asarray(opened(data)).astype(int) for data in (await upload.draw([TextLine("a", 1.0, outline)]))[:2]
    )
    changed = np.argwhere(np.abs(drawn - plain).max(axis=2) > 60)
    assert drawn.shape == plain.shape == (116, 2048, 3)
    assert changed[:, 0].min() == pytest.approx(20, abs=3)
    assert changed[:, 1].max() == pytest.approx(400, abs=3)


async def test_outlines_are_drawn_into_the_turned_upload_and_both_are_shown():
    upload = await Upload.open(serve(AppConfig()), PNG)
    drawn = await upload.draw([], 90)
    assert [opened(data).size for data in drawn] == [(116, 2048), (2048, 116), (1000 + 57, 1000)]
    assert (await upload.draw([])).both is None
