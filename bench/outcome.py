"""What a benchmark found: lines of figures, some of them with a goal and a verdict."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_HOLDS = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True)
class Goal:
    sign: Literal["≥", "≤"]
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    """`value` is what the goal is about; `detail` says what else a reader should know."""

    name: str
    value: float
    unit: str = ""
    goal: Goal | None = None
    detail: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.goal is None else bool(_HOLDS[self.goal.sign](self.value, self.goal.value))


@dataclass(frozen=True, slots=True)
class Outcome:
    """`notes` are printed under the table: how it was measured, tables of their own."""

    name: str
    lines: Sequence[Line]
    notes: Sequence[str] = ()


def shown(outcomes: Sequence[Outcome]) -> str:
    """One table, then the notes."""
    rows = [("", "measured", "goal", "verdict", "")]
    for outcome in outcomes:
        rows += [(f"{outcome.name}: {line.name}", *_cells(line)) for line in outcome.lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = [
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:<{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    ]
    return "\n".join([*table, *(f"\n{outcome.name}: {note}" for outcome in outcomes for note in outcome.notes)])


def _cells(line: Line) -> tuple[str, str, str, str]:
    goal = "" if line.goal is None else f"{line.goal.sign} {number(line.goal.value)} {line.unit}".strip()
    verdict = {None: "", True: "met", False: "MISSED"}[line.met]
    return f"{number(line.value)} {line.unit}".strip(), goal, verdict, line.detail


def number(value: float) -> str:
    """Three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    return [
        {
            "name": outcome.name,
            "lines": [
                {
                    "name": line.name,
                    "value": line.value,
                    "unit": line.unit,
                    "goal": None if line.goal is None else f"{line.goal.sign} {line.goal.value}",
                    "met": line.met,
                    "detail": line.detail,
                }
                for line in outcome.lines
            ],
            "notes": list(outcome.notes),
        }
        for outcome in outcomes
    ]
