"""A provider where pictures lie, and somebody who sends them from there."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.arrival import Arrival
from bot.fetching import Fetcher
from bot.media import NotDeleted, NotFetched, Place
from bot.service import Service
from tests.making import PHONE, Clock, sms


@dataclass
class Provider:
    """What lies there, what it was asked for, and what happens elsewhere while it is being asked."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)  # the next answers, before any picture
    not_deleted: int = 0  # how often it will not delete
    meanwhile: Callable[[], object] = int
    asked: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def fetch(self, where: str) -> bytes:
        self.asked.append(where)
        meanwhile, self.meanwhile = self.meanwhile, int
        meanwhile()
        if self.faults:
            raise self.faults.pop(0)
        if where not in self.pictures:
            raise NotFetched("404", final=True)
        return self.pictures[where]

    def delete(self, where: str) -> None:
        if self.not_deleted:
            self.not_deleted -= 1
            raise NotDeleted("500")
        self.deleted.append(where)
        self.pictures.pop(where, None)

    def mms(self, *pictures: bytes, text: str = "", address: str = PHONE, size: int = 0) -> Arrival:
        """Lay pictures here, and return the message that tells of them."""
        names = [f"picture {len(self.pictures) + number}" for number, _ in enumerate(pictures)]
        self.pictures |= dict(zip(names, pictures, strict=True))
        media = tuple(Place("twilio", name, size) for name in names)
        return replace(sms(text, address=address), media=media)


def fetcher(service: Service, provider: Provider, clock: Clock) -> Fetcher:
    return Fetcher(service.database, lambda: service.cipher, {"twilio": provider}, clock)


def fetch_all(made: Fetcher) -> None:
    """Do whatever is due by now."""
    while made.work_once():
        pass


BUSY = NotFetched("500")
