"""A document as a ZIP archive: its images as files, and beside them the texts that name them."""

from dataclasses import replace
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from serve_app.documents.blocks import Block, PageReading
from serve_app.documents.images import name_image

IN_MEMORY = 4 * 1024 * 1024
"""Bytes of an archive from which it is kept in a file."""


class Archive:
    """An archive on its way. Images are written as their pages are read, and then no longer kept in memory."""

    def __init__(self) -> None:
        # Closed by whoever takes it from `finish`, or by `close`.
        self._file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        self._zip = ZipFile(self._file, "w", ZIP_DEFLATED)

    def take_images(self, page: PageReading) -> PageReading:
        """Write the images of a page; the page that is returned names them, but has no bytes of them."""
        for index, block in enumerate(page.blocks):
            name = name_image(page, index)
            if name and block.image:
                self._zip.writestr(name, block.image.data, ZIP_STORED)  # a PNG is compressed already
        return replace(page, blocks=tuple(map(_drop_bytes, page.blocks)))

    def add(self, name: str, content: str | bytes) -> None:
        """Write a file."""
        self._zip.writestr(name, content)

    def finish(self) -> tuple[IO[bytes], int]:
        """The whole archive, from its beginning, and its size in bytes. The caller closes it."""
        self._zip.close()
        size = self._file.seek(0, SEEK_END)
        self._file.seek(0)
        return self._file, size

    def close(self) -> None:
        """Give up an archive that nobody will read."""
        self._zip.close()
        self._file.close()


def _drop_bytes(block: Block) -> Block:
    return replace(block, image=replace(block.image, data=b"")) if block.image else block
