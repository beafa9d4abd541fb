"""A number as it is printed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A cell's number. `value` is what is printed: 12 for "12%", with `percent` set."""

    value: float
    unit: str | None = None
    percent: bool = False
