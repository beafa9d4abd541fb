"""The fonts that charts are set in: those of an allow-list that this machine has, else Pillow's own."""

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

# Family: (file of the regular face, file of the bold face, weight in a random draw).
FAMILIES = {
    "DejaVu Sans": ("DejaVuSans", "DejaVuSans-Bold", 8),
    "Liberation Sans": ("LiberationSans-Regular", "LiberationSans-Bold", 6),
    "Nimbus Sans": ("NimbusSans-Regular", "NimbusSans-Bold", 1),
    "Arial": ("Arial", "Arial_Bold", 4),
    "Carlito": ("Carlito-Regular", "Carlito-Bold", 4),
    "Open Sans": ("OpenSans-Regular", "OpenSans-Semibold", 4),
    "Roboto": ("Roboto-Regular", "Roboto-Medium", 4),
    "Lato": ("Lato-Regular", "Lato-Bold", 3),
    "Noto Sans": ("NotoSans-Regular", "NotoSans-Bold", 3),
    "Inter": ("Inter-Regular", "Inter-SemiBold", 2),
    "Cantarell": ("Cantarell-Regular", "Cantarell-Bold", 1),
    "Roboto Condensed": ("RobotoCondensed-Regular", "RobotoCondensed-Bold", 3),
    "Roboto Light": ("Roboto-Light", "Roboto-Medium", 1),
    "Roboto Condensed Light": ("RobotoCondensed-Light", "RobotoCondensed-Bold", 1),
    "Liberation Sans Narrow": ("LiberationSansNarrow-Regular", "LiberationSansNarrow-Bold", 3),
    "Nimbus Sans Narrow": ("NimbusSansNarrow-Regular", "NimbusSansNarrow-Bold", 1),
    "Noto Sans Condensed": ("NotoSans-Condensed", "NotoSans-CondensedBold", 2),
    "Noto Sans Condensed Light": ("NotoSans-CondensedLight", "NotoSans-CondensedSemiBold", 1),
    "Noto Sans Extra Condensed": ("NotoSans-ExtraCondensed", "NotoSans-ExtraCondensedBold", 1),
    "Noto Sans Light": ("NotoSans-Light", "NotoSans-SemiBold", 1),
    "Open Sans Light": ("OpenSans-Light", "OpenSans-Semibold", 1),
    "Lato Light": ("Lato-Light", "Lato-Bold", 1),
    "Inter Light": ("Inter-Light", "Inter-SemiBold", 1),
    "PT Sans": ("PTS55F", "PTS75F", 1),
    "PT Sans Narrow": ("PTN57F", "PTN77F", 1),
    "DejaVu Sans Condensed": ("DejaVuSansCondensed", "DejaVuSansCondensed-Bold", 1),
    "Nimbus Roman": ("NimbusRoman-Regular", "NimbusRoman-Bold", 1),
    "DejaVu Serif": ("DejaVuSerif", "DejaVuSerif-Bold", 1),
    "Noto Serif": ("NotoSerif-Regular", "NotoSerif-Bold", 1),
    "Noto Sans CJK": ("NotoSansCJK-Regular", "NotoSansCJK-Bold", 1),
    "WenQuanYi": ("wqy-microhei", "wqy-microhei", 1),
}
SCRIPT_SAMPLES = {"latin": "Aéł€\N{MINUS SIGN}", "cyrillic": "Жщ", "cjk": "中年"}
ROOTS = ("/usr/share/fonts", "/usr/local/share/fonts")


@dataclass(frozen=True, slots=True)
class Face:
    """A family's regular and bold font files; None stands for Pillow's embedded font."""

    family: str
    regular: str | None
    bold: str | None
    weight: int


class Font:
    """A face at a size in pixels. `cap` is the height of a digit, on which texts are centred."""

    def __init__(self, path: str | None, size: float) -> None:
        self.size = size
        self.pil = (
            ImageFont.load_default(size)
            if path is None
            else ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        )
        self.cap = float(-self.box("0")[1])

    def box(self, text: str) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the ink, relative to the start of the baseline."""
        return self.pil.getbbox(text, anchor="ls")

    def width(self, text: str) -> float:
        """Advance width of a text, in pixels."""
        return float(self.pil.getlength(text))


@lru_cache(maxsize=512)
def load_font(path: str | None, size: float) -> Font:
    """Open a font file at a size in pixels."""
    return Font(path, size)


@lru_cache(maxsize=1)
def find_faces() -> tuple[Face, ...]:
    """List the allowed families that are installed, in a fixed order; at least Pillow's embedded font."""
    roots = [Path(root) for root in ROOTS]
    matplotlib = importlib.util.find_spec("matplotlib")
    if matplotlib and matplotlib.submodule_search_locations:
        roots.append(Path(matplotlib.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf")
    files = {
        path.stem: str(path)
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() in {".ttf", ".otf", ".ttc"}
    }
    faces = tuple(
        Face(family, files[regular], files.get(bold, files[regular]), weight)
        for family, (regular, bold, weight) in FAMILIES.items()
        if regular in files
    )
    return faces or (Face("Pillow", None, None, 1),)


@lru_cache(maxsize=256)
def covers(face: Face, script: str) -> bool:
    """Whether a face has the glyphs of a script (a key of `SCRIPT_SAMPLES`)."""
    font = load_font(face.regular, 16.0).pil
    missing = bytes(font.getmask("\uffff"))
    return all(bytes(font.getmask(char)) != missing for char in SCRIPT_SAMPLES[script])


@lru_cache(maxsize=8)
def find_faces_for(script: str) -> tuple[Face, ...]:
    """The faces that can write a script; empty if there is none."""
    return tuple(face for face in find_faces() if covers(face, script))
