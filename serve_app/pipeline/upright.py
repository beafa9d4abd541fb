"""Reads an image that lies on its side or upside down once more, turned upright."""

import asyncio
from dataclasses import replace

from serve_app.documents.orientation import choose_turn, is_better, is_suspicious, measure_signs
from serve_app.domain import LayoutTask, OcrOptions, Page, TextLine
from serve_app.imaging.coordinates import turn_back
from serve_app.imaging.decode import decode_prepared
from serve_app.imaging.encode import TURNS, encode
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.service import LAYOUT, OCR, Service


async def read_upright(service: Service, ticket: Ticket, image: bytes, page: Page, options: OcrOptions) -> Page:
    """The page as it was read, or as it reads turned upright.

    Upright pages cost nothing more: only where the lines score low or stand tall is the orientation model asked, and
    only what reads better turned is kept.

    Args:
        service: the models.
        ticket: of the request.
        image: the encoded image that `page` was read from.
        page: what OCR read in it.
        options: of the OCR.

    Returns:
        A page in pixels of `image`, with `turned` set if it was read turned.
    """
    signs = measure_signs(page.lines)
    if not is_suspicious(signs):
        return page
    with ticket.call(LAYOUT):
        answer = await service.layout.read(image, LayoutTask(orientation=True))
    degrees = choose_turn(signs, answer.orientation) if answer.orientation else 0
    if not degrees:
        return page
    turned = await asyncio.to_thread(_turn, image, degrees)
    with ticket.call(OCR):
        again = await service.ocr.read(turned, options)
    if not is_better(measure_signs(again.lines), signs):
        return page
    lines = tuple(_turn_line_back(line, degrees, page) for line in again.lines)
    return replace(page, lines=lines, turned=degrees)


def _turn(image: bytes, degrees: int) -> bytes:
    return encode(decode_prepared(image).transpose(TURNS[degrees]), "lossless")


def _turn_line_back(line: TextLine, degrees: int, page: Page) -> TextLine:
    return replace(
        line,
        polygon=turn_back(line.polygon, degrees, page.size),
        words=tuple(replace(word, polygon=turn_back(word.polygon, degrees, page.size)) for word in line.words),
    )
