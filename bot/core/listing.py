"""Faults in an area's directory of services before anybody is sent to one of them. Pure.

A flaw says where it is by its path in the area's file, as in `checks`.
"""

from collections.abc import Iterator
from datetime import date

from bot.core.checks import Flaw
from bot.core.signposting import Confidence, Directory, Service, Told

MOST_DAYS_KEPT = {Confidence.CONFIRMED: 366, Confidence.UNCONFIRMED: 92}  # a year, three months


def directory_flaws(directory: Directory) -> Iterator[Flaw]:
    """Yield rows that contradict themselves, and a directory that leaves people alone at night."""
    seen: set[str] = set()
    for i, service in enumerate(directory.services):
        if service.id in seen:
            yield Flaw(("services", i, "id"), "this id is used twice")
        seen.add(service.id)
        for key, says in _row_flaws(service):
            yield Flaw(("services", i, key), says)
    if not any(s.told is Told.LAST and s.when is None for s in directory.services):
        yield Flaw(
            ("services",), "needs a service with 'told: last' and no 'when': one for everyone, at any hour"
        )


def _row_flaws(service: Service) -> Iterator[tuple[str, str]]:
    if service.told is Told.LAST and not service.always_open:
        yield "told", "only a service that is always open can be told last"
    if service.always_open and service.opens:
        yield "opens", "is always open, so it has no hours"
    if any(opening.start >= opening.end for opening in service.opens):
        yield "opens", "closes before it opens; write a night as two rows"
    most = MOST_DAYS_KEPT[service.confidence]
    if not 0 <= (service.review_by - service.checked_on).days <= most:
        yield "review_by", f"must lie within {most} days after 'checked_on', the row is {service.confidence}"


def stale_rows(directory: Directory, today: date) -> Iterator[Flaw]:
    """Yield the rows whose day to be looked at again is past."""
    for i, service in enumerate(directory.services):
        if service.review_by < today:
            says = f"was to be looked at again by {service.review_by} ({service.owner})"
            yield Flaw(("services", i, "review_by"), says)
