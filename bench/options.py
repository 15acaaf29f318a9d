"""How long and how often is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds` of one round, `rounds` of each figure, whose median counts."""

    quick: bool = False

    @property
    def seconds(self) -> float:
        return 1.0 if self.quick else 4.0

    @property
    def rounds(self) -> int:
        return 1 if self.quick else 3
