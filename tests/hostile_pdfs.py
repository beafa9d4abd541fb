"""PDFs that break careless readers, written by hand: small files that ask for much. All are made in memory."""

import zlib
from collections.abc import Callable

MEGABYTE = 1 << 20


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of the given objects, numbered from 1, with a right cross-reference table."""
    parts = [b"%PDF-1.7\n"]
    offsets = []
    length = len(parts[0])
    for number, body in enumerate(objects, 1):
        part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        offsets.append(length)
        parts.append(part)
        length += len(part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, root, length)
    )
    return b"".join(parts)


def stream(content: bytes, entries: bytes = b"", *, deflate: int = 0) -> bytes:
    """A stream object, deflated as often as asked."""
    for _ in range(deflate):
        content = zlib.compress(content, 9)
    filters = b"/Filter[%s]" % (b"/FlateDecode" * deflate) if deflate else b""
    return b"<<%s%s/Length %d>>\nstream\n%s\nendstream" % (entries, filters, len(content), content)


def page(
    content: bytes, *, box: bytes = b"0 0 612 792", resources: bytes = b"", extra: tuple[bytes, ...] = ()
) -> bytes:
    """A PDF of one page; `content` is the object of its contents (number 4), `extra` follow it."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>" % (box, resources),
        content,
        *extra,
    )


def book(*contents: bytes) -> bytes:
    """A PDF with a page for each content stream, in Helvetica as /F."""
    first = 4
    kids = b" ".join(b"%d 0 R" % (first + 2 * index) for index in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d/MediaBox[0 0 612 792]/Resources<</Font<</F 3 0 R>>>>>>"
        % (kids, len(contents)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for index, content in enumerate(contents):
        objects += [b"<</Type/Page/Parent 2 0 R/Contents %d 0 R>>" % (first + 2 * index + 1), content]
    return pdf(*objects)


def deflate_same(count: int, value: bytes = b" ") -> bytes:
    """`count` times the same byte, deflated; the checksum at its end is missing, which readers do not mind."""
    packer = zlib.compressobj(9)
    head = packer.compress(value * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the same input makes the same output again.
    block = packer.compress(value * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (count // MEGABYTE - 1) + b"\x03\x00"


def spaces_bomb() -> bytes:
    """512 MiB of spaces, deflated twice: 1.4 KB."""
    return page(spaces_stream())


def spaces_stream(count: int = 512 * MEGABYTE) -> bytes:
    """A content stream of spaces, deflated twice."""
    packed = zlib.compress(deflate_same(count), 9)
    return b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)


def nested_forms(levels: int = 9, width: int = 10) -> bytes:
    """Forms that draw the next level ten times each: a thousand million drawings in 2.3 KB."""
    forms = []
    for level in range(levels):
        last = level == levels - 1
        content = b"0 0 1 1 re f" if last else b"/X Do " * width
        below = b"" if last else b"/Resources<</XObject<</X %d 0 R>>>>" % (6 + level)
        forms.append(stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]" + below))
    return page(stream(b"/X Do " * width), resources=b"/XObject<</X 5 0 R>>", extra=tuple(forms))


def many_lines(count: int = 3_000_000) -> bytes:
    """One path after the other, in 131 KB or less."""
    return page(stream(b"0 0 m 600 700 l S\n" * count, deflate=1))


def huge_page() -> bytes:
    """A page of a million points, 350 m, on a side."""
    text = stream(b"BT /F 12 Tf 72 72 Td (Far away) Tj ET 1000 1000 500000 500000 re f")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return page(text, box=b"0 0 1000000 1000000", resources=b"/Font<</F 5 0 R>>", extra=(font,))


def huge_image(side: int = 20_000) -> bytes:
    """A white image of 400 million pixels, deflated twice."""
    packed = zlib.compress(deflate_same(side * side * 3 // MEGABYTE * MEGABYTE + MEGABYTE, b"\xff"), 9)
    entries = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter[/FlateDecode/FlateDecode]"
    image = b"<<%s/Width %d/Height %d/Length %d>>\nstream\n%s\nendstream" % (entries, side, side, len(packed), packed)
    return page(stream(b"612 0 0 792 0 0 cm /I Do"), resources=b"/XObject<</I 5 0 R>>", extra=(image,))


def many_pages(count: int = 100_000) -> bytes:
    """One page, listed a hundred thousand times."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"3 0 R " * count, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
    )


def looping_pages() -> bytes:
    """A page tree that contains itself."""
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def looping_form() -> bytes:
    """A form that draws itself."""
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>")
    return page(stream(b"/X Do"), resources=b"/XObject<</X 5 0 R>>", extra=(form,))


def deep_brackets() -> bytes:
    """A content stream of a million open brackets."""
    return page(stream(b"[" * 1_000_000, deflate=1))


def many_characters(count: int = 1_000_000) -> bytes:
    """A line of text of a million letters."""
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    text = stream(b"BT /F 1 Tf 72 72 Td (" + b"a " * (count // 2) + b") Tj ET", deflate=1)
    return page(text, resources=b"/Font<</F 5 0 R>>", extra=(font,))


HOSTILE_PDFS: dict[str, Callable[[], bytes]] = {
    "spaces_bomb": spaces_bomb,
    "nested_forms": nested_forms,
    "many_lines": many_lines,
    "huge_page": huge_page,
    "huge_image": huge_image,
    "looping_pages": looping_pages,
    "looping_form": looping_form,
    "deep_brackets": deep_brackets,
    "many_characters": many_characters,
}
