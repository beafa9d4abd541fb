"""A page that was read, as JSON that can be kept and read back."""

from pydantic import ConfigDict, TypeAdapter

from serve_app.documents.blocks import PageReading

# In a list, since pydantic takes no config for a dataclass itself.
_PAGES = TypeAdapter(list[PageReading], config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"))


def dump_page(page: PageReading) -> bytes:
    """The page as UTF-8 JSON; images are in base64."""
    return _PAGES.dump_json([page])


def load_page(content: bytes) -> PageReading:
    """What `dump_page` wrote.

    Raises:
        ValueError: it is something else.
    """
    [page] = _PAGES.validate_json(content)
    return page
