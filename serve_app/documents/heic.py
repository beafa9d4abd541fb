"""The parser of HEIC images, for the process of a document alone: libheif and libde265 are C++ over hostile bytes."""

from pi_heif import HeifImageFile, options

from serve_app.imaging.media_types import HEIC
from serve_app.imaging.parsers import PARSERS


class HeicImageFile(HeifImageFile):  # type: ignore[misc]
    """Pillow's interface to libheif, which turns the pixels as the file's `irot` and `imir` say.

    Telephones write the EXIF orientation beside those two; the parser resets it, since ISO/IEC 23008-12 has it ignored,
    and applying it would turn the picture twice. The first picture is read first, whichever is the main one.
    """

    format = HEIC

    def _open(self) -> None:
        super()._open()
        self.seek(0)


def register_heic() -> None:
    """Let this process open HEIC."""
    options.DECODE_THREADS = 1  # the bound on CPU time counts all threads, and the one on memory their stacks
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    PARSERS[HEIC] = HeicImageFile
