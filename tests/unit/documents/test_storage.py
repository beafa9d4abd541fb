from dataclasses import replace

import pytest

from serve_app.documents.blocks import PageReading
from serve_app.documents.page import PageImage
from serve_app.documents.storage import dump_page, load_page
from serve_app.domain import ReadingWarning, Size
from tests.unit.documents.reading import DOCUMENT


@pytest.mark.parametrize("page", [page for page in DOCUMENT.pages if isinstance(page, PageReading)])
def test_a_page_comes_back_as_it_was(page):
    picture = PageImage(b"\x89PNG\r\n\xff\xfe", "image/png", Size(3, 4))
    blocks = tuple(replace(block, image=picture) for block in page.blocks)
    kept = replace(page, blocks=blocks, warnings=(ReadingWarning("suspect_text", "one line"),))
    assert load_page(dump_page(kept)) == kept


def test_something_else_is_refused():
    with pytest.raises(ValueError, match="validation error"):
        load_page(b'[{"number": 1}]')
