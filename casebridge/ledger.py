"""Accounts for every submitted report: for each agency consented to, where it has come to.

A report's clear header says which agencies it is for, its row how many deliveries it was
given; the ledger holds both against the deliveries there are, so a missing row cannot hide.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, func, select

from casebridge.outbox import DELIVERY, REPORT
from casebridge.sealing import HEADER_AT_MOST, Tampered, read_header
from casebridge.tables import DeliveryState


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of shares: one share is one report for one agency consented to.

    A share is dead if any of its deliveries is, else pending if any is due, else delivered.
    """

    reports: int
    shares: int
    delivered: int
    pending: int
    dead: int
    faulty: tuple[str, ...]
    """References whose deliveries are not the ones they were given: one is missing, one is
    for an agency without consent, or the header cannot be read."""

    @property
    def balances(self) -> bool:
        return self.shares == self.delivered + self.pending + self.dead and not self.faulty


def ledger(connection: Connection) -> Ledger:
    """Count every report. Reads all of them, a header at a time."""
    rows = connection.execute(
        select(
            REPORT.c.reference,
            REPORT.c.deliveries,
            func.substr(REPORT.c.envelope, 1, HEADER_AT_MOST).label("start"),
            DELIVERY.c.agency,
            DELIVERY.c.state,
        )
        .outerjoin(DELIVERY)
        .order_by(REPORT.c.reference)
        .execution_options(yield_per=500)
    )
    reports = shares = 0
    counts: Counter[DeliveryState] = Counter()
    faulty = []
    for reference, grouped in groupby(rows, attrgetter("reference")):
        deliveries = list(grouped)
        agencies = _agencies(deliveries[0].start)
        states = _states(deliveries)
        reports += 1
        shares += len(agencies)
        counts.update(states[agency] for agency in agencies & states.keys())
        if agencies != states.keys() or _given(deliveries) != deliveries[0].deliveries:
            faulty.append(reference)
    return Ledger(
        reports=reports,
        shares=shares,
        delivered=counts[DeliveryState.DELIVERED],
        pending=counts[DeliveryState.DUE],
        dead=counts[DeliveryState.DEAD],
        faulty=tuple(faulty),
    )


def _agencies(start: bytes) -> set[str]:
    """Return whom the report is for; a header nobody can read counts as for someone unknown."""
    try:
        return set(read_header(start).bodies)
    except Tampered:
        return {""}


def _given(deliveries: Iterable[Any]) -> int:
    return sum(row.agency is not None for row in deliveries)


def _states(deliveries: Iterable[Any]) -> dict[str, DeliveryState]:
    """Return each agency's worst state: DEAD before DUE before DELIVERED."""
    worst: dict[str, DeliveryState] = {}
    order = (DeliveryState.DELIVERED, DeliveryState.DUE, DeliveryState.DEAD)
    for row in deliveries:
        if row.agency is not None:
            state = DeliveryState(row.state)
            worst[row.agency] = max(worst.get(row.agency, state), state, key=order.index)
    return worst
