"""Closing a report for its reporter, and opening it again: the coordinating agency's alone."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Select, select, update
from sqlmodel import col

from casebridge.database import Database
from casebridge.desk import audit
from casebridge.desk.audit import Action
from casebridge.desk.cases import NoSuchCase, lies_here
from casebridge.desk.sessions import CaseWorker
from casebridge.tables import Case, ClosedReason, ReportStatus, SealedReport

REASONS: Mapping[ClosedReason, str] = MappingProxyType(
    {
        ClosedReason.ACTION_TAKEN: "Action was taken",
        ClosedReason.SUPPORT_GIVEN: "Advice and support were given",
        ClosedReason.NOTHING_MORE: "Nothing more could be done",
        ClosedReason.ASKED_TO_STOP: "The person asked to stop",
    }
)


def close(
    database: Database, worker: CaseWorker, reference: str, reason: ClosedReason, now: datetime
) -> None:
    """Close a report this agency has acknowledged. Twice is once. Raise NoSuchCase."""
    closed = {"status": ReportStatus.CLOSED, "closed_at": now, "closed_reason": reason}
    with database.begin() as connection:
        done = connection.execute(
            update(SealedReport)
            .where(
                col(SealedReport.reference) == reference,
                col(SealedReport.reference).in_(_acknowledged_by(worker.agency)),
                col(SealedReport.status).in_((ReportStatus.RECEIVED, ReportStatus.ACKNOWLEDGED)),
            )
            .values(**closed)
        )
        if done.rowcount == 1:
            audit.record(connection, worker.id, Action.REPORT_CLOSED, now, reference)
        elif not lies_here(connection, worker.agency, reference):
            raise NoSuchCase


def reopen(database: Database, worker: CaseWorker, reference: str, now: datetime) -> None:
    """Take the closing of a report back. Twice is once. Raise NoSuchCase."""
    reopened = {"status": ReportStatus.ACKNOWLEDGED, "closed_at": None, "closed_reason": None}
    with database.begin() as connection:
        if not lies_here(connection, worker.agency, reference):
            raise NoSuchCase
        done = connection.execute(
            update(SealedReport)
            .where(col(SealedReport.reference) == reference, col(SealedReport.status) == ReportStatus.CLOSED)
            .values(**reopened)
        )
        if done.rowcount == 1:
            audit.record(connection, worker.id, Action.REPORT_REOPENED, now, reference)
        elif not lies_here(connection, worker.agency, reference):
            raise NoSuchCase


def _acknowledged_by(agency: str) -> Select[str]:
    """Return the cases an agency has taken on and may still read."""
    return select(col(Case.reference)).where(
        col(Case.agency) == agency,
        col(Case.acknowledged_at).is_not(None),
        col(Case.withdrawn_at).is_(None),
    )
