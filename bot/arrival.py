"""A message as a channel hands it over, before anything is known of who wrote it."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.core.conversation import Attached, Conversation, Pressed
from bot.media import Media, Place

MOST_OVERTAKEN = 1000  # further back it is no older message but a new count: channels.md §2


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as a channel hands it over. `address` is opaque and never parsed here.

    `witness` is something only the person's own request carries and nothing here stores. What is
    said and replied is encrypted with it: it may hold a return code, given or brought back, and
    with the code a copy of the database would open a report.
    """

    channel: str
    address: str
    message_id: str
    witness: str
    text: str = ""
    pressed: Pressed | None = None
    language: str | None = None
    attachment: bool = False  # something that is neither words nor a picture
    media: tuple[Media, ...] = ()  # pictures, or where they lie
    serial: int = 0  # the provider's own count of a person's messages, 0 where it has none
    opts_in: bool = False  # the provider says that they want messages again
    written_at: datetime | None = None  # when it was sent, of one that was found later
    network: str = field(default="", repr=False)  # IP address of the person's own request; never stored
    attached: Attached | None = None  # what an attachment is
    number: int = 0  # of the message in its chat, 0 where messages have none
    below: int = 0  # the number of the message whose button was pressed
    edits: int = 0  # the number of the message whose words these replace
    entry: str = ""  # the entry point it came by; only counted, and only of a first message
    unread: tuple[Place, ...] = ()  # recordings and the like: only to be deleted where they lie

    def is_overtaken(self, before: Conversation) -> bool:
        """Say whether something that was written after it has been taken already."""
        if self.written_at is not None:
            return before.heard > self.written_at.isoformat()
        return 0 < before.serial - self.serial < MOST_OVERTAKEN if self.serial else False
