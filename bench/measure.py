"""How long and how often things are measured, and the arithmetic of figures."""

import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DEFAULT_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Measure:
    """What was asked for on the command line."""

    quick: bool = False
    rows: int = DEFAULT_ROWS

    def rounds(self, what: str, full: int) -> Iterator[int]:
        """Yield the number of each round, fewer when quick, and show how far it has come."""
        total = max(2, full // 3) if self.quick else full
        for number in range(total):
            progress(f"{what}: round {number + 1} of {total}")
            yield number
        progress("")

    def scaled(self, seconds: float) -> float:
        return seconds / 3 if self.quick else seconds


def progress(words: str) -> None:
    """Show on a terminal what is going on; "" takes it away."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{words}")
        sys.stderr.flush()
    elif words and not words.startswith(" "):
        sys.stderr.write(f"{words}\n")


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which that part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
