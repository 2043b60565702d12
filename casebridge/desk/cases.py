"""The cases on one agency's desk: the queue, one report, acknowledging it."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select, update
from sqlmodel import col

from casebridge.database import Database
from casebridge.desk import audit
from casebridge.desk.audit import Action
from casebridge.desk.sessions import CaseWorker
from casebridge.desk.tables import DeskUser
from casebridge.report import Urgency
from casebridge.tables import Case, ReportStatus, SealedReport

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

    @property
    def urgent(self) -> bool:
        return self.urgency == Urgency.URGENT


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of an agency's cases, and how many there are of each sort."""

    cases: tuple[QueuedCase, ...]
    new: int
    acknowledged: int
    urgent: int  # of the new ones

    def pages(self, *, acknowledged: bool) -> int:
        """Return how many pages there are of that sort; never fewer than one."""
        return max(1, math.ceil((self.acknowledged if acknowledged else self.new) / PAGE))


class NoSuchCase(Exception):
    """There is no such case on this agency's desk; whether one exists elsewhere is not said."""


def queue(database: Database, agency: str, *, acknowledged: bool, page: int = 1) -> Queue:
    """Return a page of cases by their automatic band, those that have waited longest first in each."""
    done = col(Case.acknowledged_at).is_not(None)
    urgent = col(SealedReport.urgency) == Urgency.URGENT
    band = case(_FIRST, value=col(SealedReport.urgency), else_=len(_FIRST))
    with database.read() as connection:
        counts = connection.execute(
            select(
                func.count(case((done, 1))).label("acknowledged"),
                func.count(case((~done, 1))).label("new"),
                func.count(case((~done & urgent, 1))).label("urgent"),
            )
            .select_from(Case)
            .join(SealedReport, col(SealedReport.reference) == col(Case.reference))
            .where(col(Case.agency) == agency)
        ).one()
        rows = connection.execute(
            _headers()
            .where(col(Case.agency) == agency, done if acknowledged else ~done)
            .order_by(band, col(Case.received_at), col(Case.reference))
            .limit(PAGE)
            .offset(PAGE * (page - 1))
        ).all()
    return Queue(tuple(_queued(row) for row in rows), counts.new, counts.acknowledged, counts.urgent)


def open_case(
    database: Database, reader: CaseWorker, reference: str, now: datetime
) -> tuple[QueuedCase, bytes]:
    """Return a case with its sealed report, and record who is about to read it. Raise NoSuchCase."""
    with database.begin() as connection:
        found = connection.execute(
            _headers()
            .add_columns(col(SealedReport.envelope))
            .where(col(Case.agency) == reader.agency, col(Case.reference) == reference)
        ).one_or_none()
        if found is None:
            raise NoSuchCase
        audit.record(connection, reader.id, Action.REPORT_READ, now, reference)
    return _queued(found), found.envelope


def acknowledge(database: Database, worker: CaseWorker, reference: str, now: datetime) -> None:
    """Say that somebody has this report, which its reporter will see. Twice is once. Raise NoSuchCase."""
    with database.begin() as connection:
        taken = connection.execute(
            update(Case)
            .where(
                col(Case.agency) == worker.agency,
                col(Case.reference) == reference,
                col(Case.acknowledged_at).is_(None),
            )
            .values(acknowledged_at=now, acknowledged_by=worker.id)
        )
        if taken.rowcount == 1:
            _tell_the_reporter(connection, reference)
            audit.record(connection, worker.id, Action.REPORT_ACKNOWLEDGED, now, reference)
        elif not _lies_here(connection, worker.agency, reference):
            raise NoSuchCase


def _tell_the_reporter(connection: Connection, reference: str) -> None:
    """Move the report on from received; where it has come further, leave it."""
    connection.execute(
        update(SealedReport)
        .where(col(SealedReport.reference) == reference, col(SealedReport.status) == ReportStatus.RECEIVED)
        .values(status=ReportStatus.ACKNOWLEDGED)
    )


def _lies_here(connection: Connection, agency: str, reference: str) -> bool:
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
    )
