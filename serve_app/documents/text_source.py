"""Whether a page's text layer can be trusted, or the page has to be read by OCR."""

from collections.abc import Sequence

from serve_app.documents.characters import Character
from serve_app.documents.objects import BACKGROUND, PageObjects
from serve_app.documents.page import SourceReason, TextSource
from serve_app.domain import Size

MIN_CHARACTERS = 20
"""Visible characters under which a page on which something is drawn is read by OCR."""

MAX_UNMAPPED = 0.05
"""Share of characters without a meaning above which the whole page is read by OCR."""

Decision = tuple[TextSource, SourceReason]


def choose_source(characters: Sequence[Character], objects: PageObjects, size: Size) -> Decision:
    """Decide by the page's characters, and by what else it draws; `size` is the page's, in pixels."""
    marks = [character for character in characters if character.style is not None and not character.text.isspace()]
    visible = [character for character in marks if character.style is not None and character.style.visible]
    hidden = len(marks) - len(visible)
    imaged = sum(image.box.area for image in objects.images) >= BACKGROUND * size.width * size.height
    if imaged and hidden > len(visible):
        return TextSource.OCR, SourceReason.INVISIBLE_TEXT
    if len(visible) < MIN_CHARACTERS and objects.drawn:
        return TextSource.OCR, SourceReason.LITTLE_TEXT
    if not visible:
        return TextSource.BLANK, SourceReason.NOTHING_DRAWN
    if sum(character.unmapped for character in visible) > MAX_UNMAPPED * len(visible):
        return TextSource.OCR, SourceReason.UNMAPPED_TEXT
    return TextSource.PDF, SourceReason.TEXT_LAYER
