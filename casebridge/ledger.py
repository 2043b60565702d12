"""Accounts for every submitted report: for each agency consented to, where it has come to.

An envelope says which agencies can open it, a report's row how many deliveries it was given;
the ledger holds both against the deliveries there are, so a missing row cannot hide, nor one
that brings, or brought, an agency what it may not have.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, func, select

from casebridge.outbox import ADDITION, DELIVERY, REPORT
from casebridge.sealing import START_AT_MOST, Tampered, entitled
from casebridge.tables import DeliveryState, ReportStatus, What

_Entitled = set[tuple[str, str]]  # addition ("": the report itself), agency


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of shares: one share is one report, with what was added, for one agency.

    A share is dead if any of its deliveries is, else pending if any is due, else withdrawn if
    the agency may not have it any more, else delivered.
    """

    reports: int
    shares: int
    delivered: int
    pending: int
    dead: int
    withdrawn: int
    faulty: tuple[str, ...]
    """References whose deliveries are not the ones they were given: one is missing, one is
    for an agency without consent, or an envelope cannot be read."""

    @property
    def balances(self) -> bool:
        return self.shares == self.delivered + self.pending + self.dead + self.withdrawn and not self.faulty


def ledger(connection: Connection) -> Ledger:
    """Count every report. Reads all of them, a header and its keys at a time."""
    additions = _additions(connection)
    reports = shares = 0
    counts: Counter[str] = Counter()
    faulty = []
    for reference, grouped in groupby(_rows(connection), attrgetter("reference")):
        rows = list(grouped)
        deliveries = [row for row in rows if row.agency is not None]
        may_have = _entitled("", rows[0].start, rows[0].status) | additions.get(reference, set())
        agencies = {row.agency for row in deliveries} | {agency for _, agency in may_have}
        reports += 1
        shares += len(agencies)
        counts.update(filter(None, (_stands(agency, deliveries, may_have) for agency in agencies)))
        if _brought(deliveries) != may_have or len(deliveries) != rows[0].deliveries:
            faulty.append(reference)
    return Ledger(
        reports=reports,
        shares=shares,
        delivered=counts[DeliveryState.DELIVERED],
        pending=counts[DeliveryState.DUE],
        dead=counts[DeliveryState.DEAD],
        withdrawn=counts[DeliveryState.WITHDRAWN],
        faulty=tuple(faulty),
    )


def _rows(connection: Connection) -> Iterable[Any]:
    return connection.execute(
        select(
            REPORT.c.reference,
            REPORT.c.status,
            REPORT.c.deliveries,
            func.substr(REPORT.c.envelope, 1, START_AT_MOST).label("start"),
            DELIVERY.c.agency,
            DELIVERY.c.destination,
            DELIVERY.c.what,
            DELIVERY.c.addition,
            DELIVERY.c.state,
            DELIVERY.c.created_at,
        )
        .outerjoin(DELIVERY)
        .order_by(REPORT.c.reference)
        .execution_options(yield_per=500)
    )


def _additions(connection: Connection) -> dict[str, _Entitled]:
    """Return who can open which addition, by reference."""
    found: dict[str, _Entitled] = {}
    start = func.substr(ADDITION.c.envelope, 1, START_AT_MOST).label("start")
    for row in connection.execute(select(ADDITION.c.id, ADDITION.c.reference, start)):
        found.setdefault(row.reference, set()).update(_entitled(row.id, row.start))
    return found


def _entitled(addition: str, start: bytes, status: str = "") -> _Entitled:
    """Return who can open it; an envelope nobody can read counts as for someone unknown."""
    try:
        agencies = entitled(start)
    except Tampered:
        return {(addition, "")}
    if not start and status != ReportStatus.WITHDRAWN:
        return {(addition, "")}
    return {(addition, agency) for agency in agencies}


def _brought(deliveries: Sequence[Any]) -> _Entitled:
    """Return what was or will be brought to whom, and not taken back since."""
    told = {
        (row.agency, row.destination): row.created_at for row in deliveries if row.what == What.WITHDRAWAL
    }
    return {
        (row.addition, row.agency)
        for row in deliveries
        if row.what != What.WITHDRAWAL
        and row.state != DeliveryState.WITHDRAWN
        and not (
            row.state == DeliveryState.DELIVERED
            and row.created_at < told.get((row.agency, row.destination), row.created_at)
        )
    }


def _stands(agency: str, deliveries: Iterable[Any], may_have: _Entitled) -> DeliveryState | None:
    """Return where an agency's share stands; None if nothing was ever queued for it."""
    states = {row.state for row in deliveries if row.agency == agency}
    if not states:
        return None
    for state in (DeliveryState.DEAD, DeliveryState.DUE):
        if state in states:
            return state
    return DeliveryState.DELIVERED if ("", agency) in may_have else DeliveryState.WITHDRAWN
