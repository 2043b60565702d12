"""Prints tables: figures in columns, then each goal with what was reached."""

from collections.abc import Sequence
from dataclasses import dataclass


class Row(tuple[str, ...]):
    """The cells of one line."""

    __slots__ = ()

    def __new__(cls, *cells: object) -> "Row":
        return super().__new__(cls, map(str, cells))


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio or figure, with what it must be and what it aims at."""

    what: str
    value: float
    must: float
    aim: float
    larger_is_better: bool
    unit: str

    @property
    def verdict(self) -> str:
        return "aim met" if self._reaches(self.aim) else "must met" if self._reaches(self.must) else "MISSED"

    def _reaches(self, bound: float) -> bool:
        return self.value >= bound if self.larger_is_better else self.value <= bound

    def __str__(self) -> str:
        sign = "≥" if self.larger_is_better else "≤"
        bounds = (
            f"{sign} {self.must:g} → {sign} {self.aim:g}" if self.must != self.aim else f"{sign} {self.aim:g}"
        )
        return f"{self.value:8.2f}{self.unit:3} {self.what} ({bounds}): {self.verdict}"


def at_least(what: str, value: float, *, must: float, aim: float, unit: str = "×") -> Goal:
    """Return a goal that wants a large figure."""
    return Goal(what, value, must, aim, larger_is_better=True, unit=unit)


def at_most(what: str, value: float, *, must: float, aim: float, unit: str = "×") -> Goal:
    """Return a goal that wants a small figure."""
    return Goal(what, value, must, aim, larger_is_better=False, unit=unit)


@dataclass(frozen=True, slots=True)
class Table:
    """What one benchmark found."""

    name: str
    about: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    goals: tuple[Goal, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        drawn = [
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        drawn.insert(1, "-" * (sum(widths) + 2 * len(widths) - 2))
        return "\n".join((f"{self.name}: {self.about}", *drawn, *self.notes, *map(str, self.goals)))
