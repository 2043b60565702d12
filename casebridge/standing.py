"""How far a report has come: what is told to the person who made it. Looks only, one statement each."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Case,
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)

from casebridge.outbox import ADDITION, CASE, REPORT
from casebridge.prepared import Line, Prepared, Row
from casebridge.questions import QUESTION
from casebridge.report import FEEDBACK
from casebridge.sealing import START_AT_MOST, readers
from casebridge.tables import ClosedReason, ReportStatus


def _number(truth: ColumnElement[bool]) -> Case[Any]:
    """Return it as 1 or 0: the lines of the message path read no truths."""
    return case((truth, literal_column("1")), else_=literal_column("0"))


_ACKNOWLEDGED = select(CASE.c.reference).where(
    CASE.c.reference == REPORT.c.reference, CASE.c.acknowledged_at.is_not(None)
)
_OPEN_QUESTIONS = select(cast(func.count(), Integer)).where(
    QUESTION.c.reference == REPORT.c.reference, QUESTION.c.answered_at.is_(None)
)
_FEEDBACK = select(ADDITION.c.id).where(
    ADDITION.c.reference == REPORT.c.reference, ADDITION.c.form == literal_column(f"'{FEEDBACK}'")
)
_STANDING = select(
    REPORT.c.reference,
    REPORT.c.status,
    _number(_ACKNOWLEDGED.exists()),
    REPORT.c.closed_at,
    REPORT.c.closed_reason,
    func.substr(REPORT.c.envelope, literal_column("1"), literal_column(str(START_AT_MOST))),
    _OPEN_QUESTIONS.scalar_subquery(),
    _number(REPORT.c.code_shared),
    _number(_FEEDBACK.exists()),
)
_BY_CODE = Prepared(_STANDING.where(REPORT.c.code_id == bindparam("code_id")))
_BY_REFERENCE = Prepared(_STANDING.where(REPORT.c.reference == bindparam("reference")))


@dataclass(frozen=True, slots=True)
class Standing:
    """One report as its reporter may know it."""

    reference: str
    status: ReportStatus
    closed_at: datetime | None
    closed_reason: ClosedReason | None
    agencies: tuple[str, ...]  # those that can open it now; none where it is damaged
    questions: int  # that wait for an answer
    code_shared: bool  # somebody else saw the code: see casebridge.owncode
    feedback_given: bool


def standing(on: Connection | Line, *, code_id: bytes) -> Standing | None:
    """Return how the report of that return code stands; None if there is none."""
    return _read(_BY_CODE.one(on, code_id=code_id))


def standing_of_reference(on: Connection | Line, reference: str) -> Standing | None:
    """Return how a report stands; None if there is none."""
    return _read(_BY_REFERENCE.one(on, reference=reference))


def _read(row: Row) -> Standing | None:
    if row is None:
        return None
    reference, status, acknowledged, closed_at, closed_reason, start, questions, shared, feedback = row
    if status == ReportStatus.RECEIVED and acknowledged:
        status = ReportStatus.ACKNOWLEDGED
    return Standing(
        reference=reference,
        status=ReportStatus(status),
        closed_at=_moment(closed_at),
        closed_reason=ClosedReason(closed_reason) if closed_reason else None,
        agencies=readers(start),
        questions=questions,
        code_shared=bool(shared),
        feedback_given=bool(feedback),
    )


def _moment(stored: datetime | str | None) -> datetime | None:
    """Return a moment as the driver itself gives it: SQLite as words without an offset."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    return stored.astimezone(UTC) if stored else None
