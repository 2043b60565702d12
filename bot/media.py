"""A picture that came with a message: its bytes, or the place at a provider where they lie."""

from dataclasses import dataclass, field
from typing import Protocol

MOST_BYTES = 10 * 1024 * 1024  # of one picture as it was sent


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture lies. `size` is what is said of it in bytes, 0 where nothing is."""

    provider: str
    where: str = field(repr=False)  # the provider's own name for it: an address, an id
    size: int = 0


Media = bytes | Place


class NotFetched(Exception):
    """The provider did not hand the picture over. `kind` names the fault and holds no words.

    `final`: asking again would bring the same.
    """

    def __init__(self, kind: str, *, final: bool = False) -> None:
        super().__init__(kind)
        self.kind, self.final = kind, final


class TooLarge(Exception):
    """The picture turned out to be larger than MOST_BYTES."""


class NotDeleted(Exception):
    """The provider did not delete the picture. `kind` names the fault and holds no words."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Keeper(Protocol):
    """Where a provider keeps pictures."""

    def fetch(self, where: str) -> bytes:
        """Return the picture. Raises NotFetched, TooLarge."""
        ...

    def delete(self, where: str) -> None:
        """Delete it there; one that is gone already is deleted. Raises NotDeleted."""
        ...
