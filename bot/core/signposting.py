"""Which help a person is told of: at most three services, one that is always open last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.core.flow import Coded, Condition
from bot.core.phrases import Phrase

MOST_SERVICES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One service of the area's directory, with where its facts come from."""

    id: str
    name: str
    what: Phrase
    contact: Phrase
    source: str
    checked_on: date
    review_by: date
    confirmed: bool  # an unconfirmed fact is said with "check first"
    when: Condition | None = None  # whom it is for, and the gate it has
    always_open: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Every service of one area, most fitting first."""

    area: str
    services: tuple[Service, ...]


def signpost(directory: Directory, answers: Mapping[str, Coded]) -> tuple[Service, ...]:
    """Choose the services that fit the answers, in the directory's order."""
    fitting = [s for s in directory.services if s.when is None or s.when.holds(answers)]
    open_now = [s for s in fitting if s.always_open][:1]
    others = [s for s in fitting if not s.always_open]
    return (*others[: MOST_SERVICES - len(open_now)], *open_now)
