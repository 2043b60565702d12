"""A picture somewhere else: how large it says it is, and how to get it."""

from collections.abc import Callable
from dataclasses import dataclass

MOST_BYTES = 10 * 1024 * 1024  # of one picture as it was sent


class NotFetched(Exception):
    """The provider did not hand the picture over. `kind` names the fault and holds no words."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class TooLarge(Exception):
    """The picture turned out to be larger than MOST_BYTES."""


@dataclass(frozen=True, slots=True)
class Media:
    """One picture of a message. `size` is what is said of it in bytes, 0 where nothing is.

    `read` raises NotFetched, TooLarge.
    """

    read: Callable[[], bytes]
    size: int = 0
