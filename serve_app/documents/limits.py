"""What opening a document may cost. All of it is enforced in, or on, the process that opens it."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Bounds on one document and on each of its pages."""

    memory_bytes: int = 1024 * MIB
    """Address space of the process, its own 200 MiB included. A page that needs more is reported as unreadable."""
    open_cpu_s: int = 4
    """Seconds of CPU for the start, and again for opening the document; the kernel counts in whole seconds."""
    start_wall_s: float = 60.0
    """Seconds for the start of the process."""
    open_wall_s: float = 60.0
    """Seconds for opening the document in it."""
    page_cpu_s: int = 4
    """Seconds of CPU for one page."""
    page_wall_s: float = 60.0
    """Seconds for one page; on a busy machine they pass faster than those of CPU."""
    max_pages: int = 2000
    """Pages of a document; a longer one is refused before any page is read."""
    max_pixels: int = 16_000_000
    """Of a page's image: larger pages are rendered at a lower resolution. A JPEG is decoded at a reduced size."""
    max_side: int = 10_000
    """Pixels of the longer side of a page's image."""
    max_frame_pixels: int = 40_000_000
    """Of a stored image that is not a JPEG: such an image has to be decoded whole."""
    max_characters: int = 100_000
    """Of a page's text layer; what exceeds it is left out, and the page says so."""
    max_objects: int = 50_000
    """Drawn things of a page that are looked at; what exceeds it is left out, and the page says so."""
    max_restarts: int = 5
    """How often the process is started anew for one document; pages after that are reported as unreadable."""
