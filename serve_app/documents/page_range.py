"""The `pages` parameter: which pages of a document to read."""

import re

from serve_app.errors import InvalidParameter

MAX_LENGTH = 1000
"""Characters of the parameter."""

_PART = re.compile(r"(-?[0-9]{1,9})(?:\s*-\s*(-?[0-9]{1,9}))?")


def parse_pages(text: str | None, count: int) -> tuple[int, ...]:
    """Read which pages are asked for.

    Parts are parted by commas; each is a page or a range with both ends ("1-5"). Pages count from 1, negative ones
    from the end: "1-5,8,-1" are the first five, the eighth and the last, "-3--1" the last three. A range may end
    beyond the last page; a single page may not lie there.

    Args:
        text: the parameter; None or blank asks for all pages.
        count: pages of the document.

    Returns:
        Indices from 0, ascending, each once.

    Raises:
        InvalidParameter: for a part that is not understood, a range that runs backwards, or a page that is not there.
    """
    if text is None or not text.strip():
        return tuple(range(count))
    if len(text) > MAX_LENGTH:
        raise InvalidParameter(f"pages has {len(text):,} characters; at most {MAX_LENGTH:,} are read. Join ranges")
    chosen: set[int] = set()
    for part in text.split(","):
        chosen.update(_read_part(part.strip(), count))
    return tuple(sorted(chosen))


def _read_part(part: str, count: int) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise InvalidParameter(f'pages: "{part[:40]}" is neither a page nor a range. Write for example "1-5,8,-1"')
    first = _resolve(int(match[1]), count, part)
    if match[2] is None:
        if not 0 <= first < count:
            raise InvalidParameter(f"pages: there is no page {match[1]}; the document has {count:,}")
        return range(first, first + 1)
    last = _resolve(int(match[2]), count, part)
    if last < first:
        raise InvalidParameter(f'pages: the range "{part[:40]}" runs backwards in a document of {count:,} pages')
    if first >= count or last < 0:
        raise InvalidParameter(f'pages: the range "{part[:40]}" lies outside the document, which has {count:,} pages')
    return range(max(first, 0), min(last + 1, count))


def _resolve(number: int, count: int, part: str) -> int:
    if number == 0:
        raise InvalidParameter(f'pages: "{part[:40]}" names page 0; pages count from 1, or from -1 backwards')
    return number - 1 if number > 0 else count + number
