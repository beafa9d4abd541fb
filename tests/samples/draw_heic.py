"""Draws page.heic and turned.heic: `python tests/samples/draw_heic.py`, with the package pillow-heif, which encodes.

turned.heic is what telephones write: the first picture is stored on its side, with `irot` and EXIF that both say so. A
second one follows, and is marked as the main one.
"""

import io
from pathlib import Path

from PIL import Image

from tests.drawings import draw_page

LINES = ("Invoice 2041", "Total 42.50 EUR", "Paid in cash")
ON_ITS_SIDE = 6  # the EXIF orientation


def write(path: Path, *pictures: Image.Image, orientation: int = 1) -> None:
    """Encode pictures; the encoder writes `irot` for the first one's orientation, and resets its EXIF."""
    import pillow_heif  # no dependency of the tests, which only read what it wrote

    exif = Image.Exif()
    exif[0x112] = orientation
    file = io.BytesIO()
    pillow_heif.register_heif_opener()
    heif = pillow_heif.HeifFile()
    for index, picture in enumerate(pictures):
        heif.add_from_pillow(picture)
        heif[index].info["exif"] = exif.tobytes() if index == 0 and orientation != 1 else None
    heif.save(file, quality=50, primary_index=len(pictures) - 1)
    data = file.getvalue()
    entry = bytes.fromhex("0112 0003 00000001")  # orientation, a short, one value
    path.write_bytes(data.replace(entry + b"\0\1", entry + orientation.to_bytes(2, "big")))


if __name__ == "__main__":
    here = Path(__file__).parent
    page = draw_page(LINES, width=640)
    write(here / "page.heic", page)
    second = draw_page(("A second picture",), width=320)
    write(here / "turned.heic", page.transpose(Image.Transpose.ROTATE_90), second, orientation=ON_ITS_SIDE)
