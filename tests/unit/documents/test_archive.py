import zipfile

from serve_app.documents.archive import Archive
from serve_app.documents.images import name_image
from tests.unit.documents.reading import DOCUMENT


def test_images_are_written_once_and_no_longer_held():
    archive = Archive()
    first, _, third = DOCUMENT.pages
    taken = [archive.take_images(page) for page in (first, third)]
    assert [name_image(page, index) for page, index in zip(taken, (5, 0), strict=True)] == [
        "images/page-1-6.png",
        "images/page-3-1.png",
    ]
    assert not any(block.image.data for page in taken for block in page.blocks if block.image)
    archive.add("document.md", "text")
    file, size = archive.finish()
    with file, zipfile.ZipFile(file) as found:
        assert found.testzip() is None
        assert found.namelist() == ["images/page-1-6.png", "images/page-3-1.png", "document.md"]
        assert found.read("images/page-1-6.png") == b"png"
        file.seek(0)
        assert len(file.read()) == size


def test_a_large_archive_goes_to_a_file(monkeypatch):
    monkeypatch.setattr("serve_app.documents.archive.IN_MEMORY", 10)
    archive = Archive()
    archive.add("a", b"more than ten bytes")
    file, _ = archive.finish()
    with file:
        assert file._rolled


def test_one_that_nobody_reads_is_closed():
    archive = Archive()
    archive.close()
    assert archive._file.closed
