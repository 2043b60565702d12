"""What a provider that takes our messages is to the rest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way out. `id` is our own, and comes back with the provider's reports."""

    id: str
    channel: str
    address: str
    text: str
    seconds: int  # after which it is not to be delivered any more
    freely: bool = True  # in our own words; else by the template that WhatsApp asks for


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message that the provider has, to that address, of about that time."""

    provider_id: str
    status: str
    code: str


class Sender(Protocol):
    """A provider. Neither call raises for what the provider or the network does."""

    @property
    def channels(self) -> frozenset[str]: ...

    @property
    def looks(self) -> bool:
        """Say whether it can be asked what became of a message."""
        ...

    def send(self, letter: Letter) -> Outcome: ...

    def look(self, letter: Letter, since: datetime, /) -> tuple[Sighting, ...] | None:
        """Return what it has that may be this letter; None where it could not be asked."""
        ...
