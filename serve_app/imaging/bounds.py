"""The error for a file that has too much of something."""

from serve_app.errors import UnreadableImage


def check_count(count: int, bound: int, what: str) -> None:
    """Compare a count with its bound.

    Raises:
        UnreadableImage: the count exceeds the bound.
    """
    if count > bound:
        raise UnreadableImage(
            f"The file has {count:,} {what}, which exceeds the limit of {bound:,}. Save the image as a new PNG and "
            "send that"
        )
