"""Reads an image that lies on its side or upside down once more, turned upright."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from serve_app.documents.orientation import choose_chart_turn, choose_turn, is_better, is_suspicious, measure_signs
from serve_app.domain import LayoutTask, Page, Turn
from serve_app.imaging.coordinates import map_lines
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.service import LAYOUT, Service
from serve_app.pipeline.upload import Upload

Read = Callable[[Upload], Awaitable[tuple[Page, bytes]]]
"""Reads the text of an upload, in its pixels, and tells an encoded image of what was read, or of its middle."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An upload that stands upright, and what OCR read in it, in its pixels; `turn` is None where it stands as sent."""

    upload: Upload
    page: Page
    turn: Turn | None = None

    def turn_back(self) -> Page:
        """The page in pixels of the upload as it was sent."""
        if self.turn is None:
            return self.page
        lines = map_lines(self.page.lines, self.turn.undo)
        return replace(self.page, size=self.turn.size, lines=lines, turned=self.turn.degrees)


async def read_standing(
    service: Service, ticket: Ticket, upload: Upload, read: Read, *, chart: bool = False
) -> Standing:
    """Read an upload as it was sent, and once more turned upright if it lies otherwise.

    Upright pages cost nothing more: only where the lines score low or stand tall is the orientation model asked, and
    only what reads better turned is kept.

    Args:
        service: the models.
        ticket: of the request.
        upload: the image.
        read: by the OCR, with the options of the request.
        chart: whether it is read as a chart, whose text on its side is read both ways.

    Raises:
        AppError: what the models raise.
    """
    page, image = await read(upload)
    signs = measure_signs(page.lines)
    if not is_suspicious(signs, chart=chart):
        return Standing(upload, page)
    with ticket.call(LAYOUT):
        answer = await service.layout.read(image, LayoutTask(orientation=True))
    choose = choose_chart_turn if chart else choose_turn
    degrees = choose(signs, answer.orientation) if answer.orientation else 0
    if not degrees:
        return Standing(upload, page)
    turned = upload.turn(degrees)
    again, _ = await read(turned)
    agreed = answer.orientation is not None and answer.orientation.degrees == degrees
    if not is_better(measure_signs(again.lines), signs, agreed=agreed):
        return Standing(upload, page)
    return Standing(turned, again, Turn(degrees, upload.size))
