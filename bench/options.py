"""How long and how often is measured: many short rounds, side by side, bear a noisy machine best."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds` of one round, `rounds` of each figure, whose median counts."""

    quick: bool = False

    @property
    def seconds(self) -> float:
        return 1.0 if self.quick else 2.0

    @property
    def rounds(self) -> int:
        return 1 if self.quick else 5
