"""The scripts of writing that a recognition model can spell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A script, by its name in Unicode, and how many letters of it a model's dictionary has."""

    name: str
    letters: int
