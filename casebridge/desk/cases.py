"""The cases on one agency's desk: the queue, one report, acknowledging it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select, update
from sqlmodel import col

from casebridge.database import Database
from casebridge.desk import audit
from casebridge.desk.audit import Action
from casebridge.desk.sessions import CaseWorker
from casebridge.desk.tables import DeskUser
from casebridge.questions import Asked, asked_by_agency
from casebridge.report import Urgency
from casebridge.sealing import Tampered, entitled
from casebridge.tables import Addition, Case, Delivery, ReportStatus, SealedReport

PAGE = 50
_FIRST = {Urgency.URGENT: 0, Urgency.HIGH: 1, Urgency.MEDIUM: 2}  # then the others, old routine ones too


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """One case by its clear header: nothing that was reported."""

    reference: str
    urgency: str
    language: str
    day: date
    received_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    added_at: datetime | None  # something was added that nobody has read yet
    withdrawn_at: datetime | None
    status: ReportStatus
    closed_at: datetime | None
    closed_reason: str | None
    can_be_asked: bool
    hurried: bool  # sent unusually fast: only ever true on the desk of the case group

    @property
    def urgent(self) -> bool:
        return self.urgency == Urgency.URGENT

    @property
    def closed(self) -> bool:
        return self.status is ReportStatus.CLOSED


class Lying(StrEnum):
    """Where a case lies on its desk."""

    NEW = "new"  # to be read, for the first time or because something was added
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of an agency's cases, and how many there are of each sort."""

    cases: tuple[QueuedCase, ...]
    counts: Mapping[Lying, int]
    urgent: int  # of the new ones

    def pages(self, lying: Lying) -> int:
        """Return how many pages there are of that sort; never fewer than one."""
        return max(1, math.ceil(self.counts[lying] / PAGE))


@dataclass(frozen=True, slots=True)
class SealedAddition:
    """What a reporter added, for one agency."""

    envelope: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case and what is sealed about it. Nothing can be opened once its reporter took it back."""

    case: QueuedCase
    envelope: bytes
    additions: tuple[SealedAddition, ...]
    asked: tuple[Asked, ...]
    names: Mapping[str, str]  # of the agency's case workers, by id
    is_open: bool


_IS_WITHDRAWN = col(Case.withdrawn_at).is_not(None)
_IS_READ = col(Case.acknowledged_at).is_not(None) & col(Case.added_at).is_(None)
_LYING = {
    Lying.NEW: ~_IS_WITHDRAWN & ~_IS_READ,
    Lying.ACKNOWLEDGED: ~_IS_WITHDRAWN & _IS_READ,
    Lying.WITHDRAWN: _IS_WITHDRAWN,
}


class NoSuchCase(Exception):
    """There is no such case on this agency's desk; whether one exists elsewhere is not said."""


def queue(database: Database, agency: str, lying: Lying, *, page: int = 1) -> Queue:
    """Return a page of cases: what was added to first, then by their automatic band.

    In each those that have waited longest come first.
    """
    urgent = col(SealedReport.urgency) == Urgency.URGENT
    band = case(_FIRST, value=col(SealedReport.urgency), else_=len(_FIRST))
    with database.read() as connection:
        counts = connection.execute(
            select(
                *(func.count(case((lies, 1))).label(name) for name, lies in _LYING.items()),
                func.count(case((_LYING[Lying.NEW] & urgent, 1))).label("urgent"),
            )
            .select_from(Case)
            .join(SealedReport, col(SealedReport.reference) == col(Case.reference))
            .where(col(Case.agency) == agency)
        ).one()
        rows = connection.execute(
            _headers()
            .where(col(Case.agency) == agency, _LYING[lying])
            .order_by(
                band,
                col(Case.added_at).is_(None),
                col(Case.added_at),
                col(Case.received_at),
                col(Case.reference),
            )
            .limit(PAGE)
            .offset(PAGE * (page - 1))
        ).all()
    return Queue(
        tuple(_queued(row) for row in rows), {name: counts._mapping[name] for name in _LYING}, counts.urgent
    )


def open_case(database: Database, reader: CaseWorker, reference: str, now: datetime) -> OpenedCase:
    """Return a case with what is sealed about it, and record who is about to read it. Raise NoSuchCase."""
    here = (col(Case.agency) == reader.agency, col(Case.reference) == reference)
    with database.begin() as connection:
        found = connection.execute(
            _headers().add_columns(col(SealedReport.envelope)).where(*here)
        ).one_or_none()
        if found is None:
            raise NoSuchCase
        is_open = found.withdrawn_at is None and reader.agency in entitled(found.envelope)
        if not is_open:
            return OpenedCase(_queued(found), b"", (), (), {}, is_open=False)
        additions = _additions(connection, reader.agency, reference)
        asked = asked_by_agency(connection, reference, reader.agency)
        names = connection.execute(
            select(col(DeskUser.id), col(DeskUser.name)).where(col(DeskUser.agency) == reader.agency)
        ).all()
        connection.execute(update(Case).where(*here).values(added_at=None))
        audit.record(connection, reader.id, Action.REPORT_READ, now, reference)
        if additions:
            audit.record(connection, reader.id, Action.ADDITIONS_READ, now, reference)
    return OpenedCase(
        _queued(found), found.envelope, additions, asked, {row.id: row.name for row in names}, is_open=True
    )


def _additions(connection: Connection, agency: str, reference: str) -> tuple[SealedAddition, ...]:
    """Return what was added for this agency, the oldest first; not what it may not open any more."""
    rows = connection.execute(
        select(col(Addition.envelope), func.min(col(Delivery.created_at)).label("at"))
        .join(Delivery, col(Delivery.addition) == col(Addition.id))
        .where(col(Addition.reference) == reference, col(Delivery.agency) == agency)
        .group_by(col(Addition.id))
        .order_by(func.min(col(Delivery.created_at)))
    )
    return tuple(SealedAddition(row.envelope, row.at) for row in rows if _is_for(row.envelope, agency))


def _is_for(envelope: bytes, agency: str) -> bool:
    """Say whether an agency may still open it; of a damaged one nobody can say, and it opens for nobody."""
    try:
        return agency in entitled(envelope)
    except Tampered:
        return True


def acknowledge(database: Database, worker: CaseWorker, reference: str, now: datetime) -> None:
    """Say that somebody has this report, which its reporter will see. Twice is once. Raise NoSuchCase."""
    with database.begin() as connection:
        taken = connection.execute(
            update(Case)
            .where(
                col(Case.agency) == worker.agency,
                col(Case.reference) == reference,
                col(Case.acknowledged_at).is_(None),
                col(Case.withdrawn_at).is_(None),
            )
            .values(acknowledged_at=now, acknowledged_by=worker.id)
        )
        if taken.rowcount == 1:
            _tell_the_reporter(connection, reference)
            audit.record(connection, worker.id, Action.REPORT_ACKNOWLEDGED, now, reference)
        elif not lies_here(connection, worker.agency, reference):
            raise NoSuchCase


def _tell_the_reporter(connection: Connection, reference: str) -> None:
    """Move the report on from received; where it has come further, leave it."""
    connection.execute(
        update(SealedReport)
        .where(col(SealedReport.reference) == reference, col(SealedReport.status) == ReportStatus.RECEIVED)
        .values(status=ReportStatus.ACKNOWLEDGED)
    )


def lies_here(connection: Connection, agency: str, reference: str) -> bool:
    """Say whether there is such a case on this agency's desk."""
    found = connection.execute(
        select(col(Case.reference)).where(col(Case.agency) == agency, col(Case.reference) == reference)
    ).one_or_none()
    return found is not None


def _headers() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Case.reference),
            col(SealedReport.urgency),
            col(SealedReport.language),
            col(SealedReport.day),
            col(Case.received_at),
            col(Case.acknowledged_at),
            col(DeskUser.name),
            col(Case.added_at),
            col(Case.withdrawn_at),
            col(SealedReport.status),
            col(SealedReport.closed_at),
            col(SealedReport.closed_reason),
            col(SealedReport.reporter_key),
            col(Case.hurried),
        )
        .join(SealedReport, col(SealedReport.reference) == col(Case.reference))
        .join(DeskUser, col(DeskUser.id) == col(Case.acknowledged_by), isouter=True)
    )


def _queued(row: Row[*tuple[Any, ...]]) -> QueuedCase:
    return QueuedCase(
        row.reference,
        row.urgency,
        row.language,
        row.day,
        row.received_at,
        row.acknowledged_at,
        row.name,
        row.added_at,
        row.withdrawn_at,
        ReportStatus(row.status),
        row.closed_at,
        row.closed_reason,
        can_be_asked=row.reporter_key is not None,
        hurried=row.hurried,
    )
