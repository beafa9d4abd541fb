"""What one replica takes of a GPU's memory. Computed from its model's shape, not measured."""

from dataclasses import dataclass

from serve_app.gpu.memory import CONTEXT_BYTES


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes that one replica takes of a card."""

    weights: int
    cache: int
    activations: int
    slack: int
    context: int = CONTEXT_BYTES

    @property
    def total(self) -> int:
        """The sum, in bytes."""
        return self.weights + self.cache + self.activations + self.slack + self.context
