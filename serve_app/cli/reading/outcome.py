"""What became of each file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["done", "skipped", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`skipped`: read before, with the same options. `partial`: written, but `message` says what is missing."""

    file: str
    state: State
    pages: int = 0
    outputs: tuple[str, ...] = ()
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Summary:
    """All files together."""

    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Summary":
        """In the order of the files' names."""
        return cls(tuple(sorted(outcomes, key=lambda outcome: outcome.file)))

    @property
    def exit_status(self) -> int:
        """0 if every file was read whole, now or before, else 1."""
        return int(any(outcome.state in ("partial", "failed") for outcome in self.outcomes))

    def as_json(self) -> dict[str, int]:
        """Counts, for machines."""
        states = Counter(outcome.state for outcome in self.outcomes)
        return {
            **{state: states[state] for state in ("done", "skipped", "partial", "failed")},
            "pages": sum(outcome.pages for outcome in self.outcomes),
        }

    def __str__(self) -> str:
        counts = self.as_json()
        words = {
            "done": "read",
            "skipped": "read before",
            "partial": "read in part",
            "failed": "not read",
        }
        told = [f"{counts[state]} {word}" for state, word in words.items() if counts[state]]
        lines = [f"{len(self.outcomes)} files: {', '.join(told)}; {counts['pages']} pages"]
        lines += [f"  {outcome.file}: {outcome.message}" for outcome in self.outcomes if outcome.message]
        return "\n".join(lines)
