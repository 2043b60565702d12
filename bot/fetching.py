"""Fetches pictures from their provider, stores them, and deletes them there; in the messenger's process.

Claims in one transaction, asks the provider outside any, stores in another. Killed in between it
leaves a lease that runs out; fetching again and deleting again change nothing.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot import album, awaited
from bot.album import Picture
from bot.awaited import Claimed, State
from bot.channels import botfiles, twiliomedia
from bot.core.conversation import Refusal
from bot.drafts import DraftCipher, NoDraftKey, read_drafts
from bot.media import Keeper, NotDeleted, NotFetched, TooLarge
from bot.settings import Settings
from casebridge import photos
from casebridge.database import Database
from casebridge.logs import fault_of

FETCHERS = 3  # at a time: one that is slow keeps nobody else waiting
SHORTEST_IDLE_SECONDS = 0.5
LONGEST_IDLE_SECONDS = 1.5
DATABASE_AWAY_SECONDS = 5.0

log = structlog.get_logger()


def keepers(settings: Settings) -> Mapping[str, Keeper]:
    """Return where pictures are kept, by the name their places have."""
    found: dict[str, Keeper | None] = {
        twiliomedia.PROVIDER: twiliomedia.TwilioMedia.of(settings),
        botfiles.PROVIDER: botfiles.BotFiles.of(settings),
    }
    return {name: keeper for name, keeper in found.items() if keeper is not None}


def fetch_until(settings: Settings, stop: threading.Event) -> None:
    """Fetch and delete until `stop` is set."""
    database = Database(settings.database)
    fetcher = Fetcher(database, lambda: read_drafts(settings), keepers(settings))
    threads = [threading.Thread(target=fetcher.run, args=(stop,)) for _ in range(FETCHERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What fetching needs. The draft keys are read each time, so a new one needs no restart."""

    database: Database
    read_cipher: Callable[[], DraftCipher]
    keepers: Mapping[str, Keeper]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def run(self, stop: threading.Event) -> None:
        """Do what is due until `stop` is set; a picture in hand is finished first."""
        idle = SHORTEST_IDLE_SECONDS
        while not stop.is_set():
            try:
                busy = self.work_once()
            except Exception as error:  # the database is away: the lease keeps what was claimed
                log.error("cannot take pictures", **fault_of(error))
                stop.wait(DATABASE_AWAY_SECONDS)
                continue
            idle = SHORTEST_IDLE_SECONDS if busy else min(idle * 1.5, LONGEST_IDLE_SECONDS)
            if not busy:
                stop.wait(idle)

    def work_once(self) -> bool:
        """Fetch one picture, or delete one where it lies; False if none was due."""
        claimed = awaited.claim(self.database, self.clock())
        if claimed is None:
            return False
        match claimed.state, claimed.is_worn_out:
            case State.FETCH, False:
                self._fetch(claimed)
            case State.FETCH, True:
                self._settle(claimed, self.read_cipher(), Refusal.NOT_FETCHED)
            case _, False:
                self._delete(claimed)
            case _:
                awaited.done(self.database, claimed)
        return True

    def _fetch(self, claimed: Claimed) -> None:
        cipher = self.read_cipher()
        try:
            place = claimed.place(cipher)
            found = album.drawn(self._keeper(place.provider).fetch(place.where))
        except TooLarge:
            found = Refusal.TOO_BIG
        except (NotFetched, NoDraftKey) as error:
            kind, final = (
                ("NoDraftKey", False) if isinstance(error, NoDraftKey) else (error.kind, error.final)
            )
            log.warning("picture not fetched", kind=kind, attempt=claimed.attempt, permanent=final)
            if not final and awaited.again(self.database, claimed, self.clock()):
                return
            found = Refusal.NOT_FETCHED
        self._settle(claimed, cipher, found)

    def _settle(self, claimed: Claimed, cipher: DraftCipher, found: Picture | Refusal) -> None:
        """Store a picture, or that it cannot be had: for a draft, or for a report sent meanwhile.

        Nothing is stored of what nobody wants any more.
        """
        with self.database.begin() as connection:
            wanted = awaited.wanted(connection, claimed)
            match wanted, found:
                case None, _:
                    return
                case awaited.Wanted(str(reference), int(number)), Picture(jpeg, original):
                    key = wanted.key(cipher, claimed)
                    photos.fill(connection, reference, number, key, jpeg, original)
                case awaited.Wanted(str(reference), int(number)), Refusal():
                    photos.lose(connection, reference, number)
                case _, Picture():
                    album.keep(connection, cipher, claimed.conversation, claimed.id, found)
                case _, Refusal():
                    awaited.to_be_told(connection, claimed, found, self.clock())
                    return
            awaited.fetched(connection, claimed, self.clock())

    def _delete(self, claimed: Claimed) -> None:
        try:
            place = claimed.place(self.read_cipher())
            self._keeper(place.provider).delete(place.where)
        except (NotDeleted, NotFetched, NoDraftKey) as error:
            kind = "NoDraftKey" if isinstance(error, NoDraftKey) else error.kind
            log.warning("picture not deleted at its provider", kind=kind, attempt=claimed.attempt)
            if awaited.again(self.database, claimed, self.clock()):
                return
            log.error("picture left at its provider", kind=kind)
        awaited.done(self.database, claimed)

    def _keeper(self, provider: str) -> Keeper:
        try:
            return self.keepers[provider]
        except KeyError:
            raise NotFetched("provider-off") from None
