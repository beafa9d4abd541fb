import io

from hypothesis import given
from hypothesis import strategies as st

from serve_app.documents.lines import build_lines
from serve_app.documents.page import (
    DocumentPage,
    Drawing,
    DrawingRole,
    PlacedImage,
    SourceReason,
    TextSource,
)
from serve_app.documents.wire import HEADER, pack, parse_page, read_message, write_page
from serve_app.domain import Box, Size
from tests.unit.documents.test_lines import character_lists

PLACES = st.integers(-500, 50_000).map(lambda value: value / 4)
BOXES = st.builds(Box, PLACES, PLACES, PLACES, PLACES)
COUNTS = st.integers(0, 10**6)
SIZES = st.builds(Size, COUNTS, COUNTS)


@given(
    lines=character_lists().map(build_lines),
    drawings=st.lists(st.builds(Drawing, BOXES, st.sampled_from(DrawingRole), *[COUNTS] * 5, st.just(0.25))),
    images=st.lists(st.builds(PlacedImage, BOXES, SIZES)),
    truncated=st.lists(st.sampled_from(["characters", "objects"])),
)
def test_a_page_arrives_as_it_was_sent(lines, drawings, images, truncated) -> None:
    page = DocumentPage(
        number=3,
        size=Size(1224, 1584),
        points=(612.0, 792.0),
        scale=2.0,
        rotation=90,
        source=TextSource.PDF,
        reason=SourceReason.TEXT_LAYER,
        lines=tuple(lines),
        drawings=tuple(drawings),
        images=tuple(images),
        truncated=tuple(truncated),
    )
    message = read_message(io.BytesIO(pack(write_page(page))))
    assert message is not None
    found = parse_page(message, None)
    assert (found.drawings, found.images, found.truncated) == (
        page.drawings,
        page.images,
        page.truncated,
    )
    for sent, arrived in zip(page.lines, found.lines, strict=True):
        assert arrived.text.text == sent.text.text
        assert (arrived.angle, arrived.suspicion, arrived.suspect_words) == (
            sent.angle,
            sent.suspicion,
            sent.suspect_words,
        )
        for before, after in zip(sent.text.words, arrived.text.words, strict=True):
            assert after.text == before.text
            for (x, y), (other_x, other_y) in zip(before.polygon, after.polygon, strict=True):
                assert abs(x - other_x) < 0.06
                assert abs(y - other_y) < 0.06


def test_a_cut_message_is_the_end() -> None:
    assert read_message(io.BytesIO(b"")) is None
    assert read_message(io.BytesIO(HEADER.pack(2, 0)[:3])) is None
