"""What an answer lacks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """What was found in an image and is missing in the answer, or is less sure than it looks.

    `code` is one of a closed set for programs, `message` a sentence for people.
    """

    code: str
    message: str
