"""Which help a person is told of: at most three services, one that is open day and night last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from bot.core.flow import Coded, Condition
from bot.core.phrases import Phrase

MOST_SERVICES = 3


class Told(StrEnum):
    """When a service has its turn among those that fit."""

    FIRST = "first"  # a crisis service: may take the place of the one that is always told
    FITTING = "fitting"  # for some people or places; the first in the file is the most specific
    ALWAYS = "always"  # is kept a place, whatever else fits
    LAST = "last"  # open day and night; exactly one closes the list
    BY_STAFF = "by_staff"  # the case group passes it on, the machine never says it


class Confidence(StrEnum):
    """Whether somebody has checked the facts of a row against the service itself."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Opening:
    """Hours on some days of the week, by the clock of the area; minutes from midnight."""

    days: frozenset[int]  # Monday is 0
    start: int
    end: int  # 1440 is midnight after it

    def holds(self, local: datetime) -> bool:
        """Say whether a moment of the area's own clock lies in these hours."""
        return local.weekday() in self.days and self.start <= local.hour * 60 + local.minute < self.end


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One service of the area's directory, with where its facts come from."""

    id: str
    name: str
    what: Phrase
    contact: Phrase
    who_for: str
    cost: str
    hours: str
    languages: str
    source: str
    confidence: Confidence
    checked_on: date
    review_by: date
    owner: str  # the team that keeps the row
    told: Told = Told.FITTING
    when: Condition | None = None  # whom it is for, and the gate it has
    always_open: bool = False
    opens: tuple[Opening, ...] = ()

    def is_open(self, local: datetime) -> bool | None:
        """Say whether it is open; None where its hours are not known."""
        if self.always_open:
            return True
        return any(opening.holds(local) for opening in self.opens) if self.opens else None

    def is_sure(self, today: date) -> bool:
        """Say whether it may be told without "check first"."""
        return self.confidence is Confidence.CONFIRMED and today <= self.review_by


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Every service of one area in its order of preference, and the clock it goes by."""

    area: str
    services: tuple[Service, ...]
    zone: tzinfo

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


def signpost(directory: Directory, answers: Mapping[str, Coded], at: datetime) -> tuple[Service, ...]:
    """Choose the services that fit the answers and the time.

    Crisis services come first, then the most specific one; of both, what is open goes before
    what is not. Only crisis services can fill the place of the one that is always told.
    """
    local = directory.local(at)
    fitting = [s for s in directory.services if s.when is None or s.when.holds(answers)]
    fitting.sort(key=lambda service: service.is_open(local) is not True)  # stable: the file's order stays
    turn = {told: [s for s in fitting if s.told is told] for told in Told}
    last = turn[Told.LAST][:1]
    room = MOST_SERVICES - len(last)
    first = [s for s in turn[Told.FIRST] if s.is_open(local) is not False][:room]
    always = turn[Told.ALWAYS][: room - len(first)]
    specific = turn[Told.FITTING][: room - len(first) - len(always)]
    return (*first, *specific, *always, *last)
