"""A page that is one image: turned upright, with its regions and its text."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from serve_app.documents.orientation import choose_turn, is_better, measure_signs
from serve_app.domain import LayoutAnswer, LayoutTask, Page, Region
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_canvas import ScannedCanvas

Look = Callable[[bytes, LayoutTask], Awaitable[LayoutAnswer]]
"""Asks the layout model about an encoded image."""

ReadText = Callable[[bytes], Awaitable[Page]]
"""Has OCR read an encoded image."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A page as it stands upright; all places are in pixels of the canvas."""

    canvas: ScannedCanvas
    regions: Sequence[Region]
    text: Page


async def read_scan(image: bytes, options: DocumentOptions, look: Look, read_text: ReadText, *, angle: int = 0) -> Scan:
    """Read an encoded page, and turn it upright.

    By default it is turned where both its OCR and the orientation model say that it lies otherwise, if it reads better
    then; with `options.classified` as the model says.

    Args:
        image: the page.
        options: of the request.
        look: the layout model.
        read_text: the OCR.
        angle: degrees counter-clockwise by which it must be turned, where that is known.

    Raises:
        AppError: what the models raise.
    """
    canvas = await ScannedCanvas.open(image)
    if angle:
        return await _read_turned(canvas, angle, look, read_text)
    answer = await look(image, LayoutTask(regions=True, orientation=True))
    if options.classified and answer.orientation and answer.orientation.degrees:
        return await _read_turned(canvas, answer.orientation.degrees, look, read_text)
    text = await read_text(image)
    if options.classified or not options.upright:
        return Scan(canvas, answer.regions, text)
    signs = measure_signs(text.lines)
    degrees = choose_turn(signs, answer.orientation) if answer.orientation else 0
    if not degrees:
        return Scan(canvas, answer.regions, text)
    turned = await canvas.turn(degrees)
    image = await turned.encode()
    read = await read_text(image)
    if not is_better(measure_signs(read.lines), signs):
        return Scan(canvas, answer.regions, text)
    return Scan(turned, (await look(image, LayoutTask(regions=True))).regions, read)


async def _read_turned(canvas: ScannedCanvas, degrees: int, look: Look, read_text: ReadText) -> Scan:
    turned = await canvas.turn(degrees)
    image = await turned.encode()
    return Scan(turned, (await look(image, LayoutTask(regions=True))).regions, await read_text(image))
