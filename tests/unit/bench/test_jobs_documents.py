"""That the chaos run of jobs would see a page that is not the one asked for."""

import pytest

from tests.bench.jobs_documents import is_right

SCAN = {"number": 2, "points": [301.0, 402.0], "blocks": [{"kind": "paragraph", "text": "fake 301x402"}]}
PDF = {
    "number": 2,
    "points": [604.0, 742.0],
    "blocks": [{"kind": "paragraph", "text": "This is document 4 page 2."}, {"kind": "figure", "text": ""}],
}


@pytest.mark.parametrize(("document", "body"), [(1, SCAN), (4, PDF)])
def test_only_the_page_itself_is_right(document, body):
    assert is_right(document, 2, body)
    assert not is_right(document, 3, body)
    assert not is_right(document, 3, body | {"number": 3})
    assert not is_right(document + 2, 2, body)
    assert not is_right(document, 2, body | {"error": "not read"})
    assert not is_right(document, 2, body | {"blocks": []})
