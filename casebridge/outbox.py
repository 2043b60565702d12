"""The queue between a submitted report and the agencies: nothing lost, nothing sent unasked.

Statements on rows, no keys and no sending. Times come in as values, aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, bindparam, case, insert, literal, literal_column, select, update
from sqlmodel import SQLModel

from casebridge import tables
from casebridge.area import Area
from casebridge.database import Database
from casebridge.prepared import Line, Prepared, Row
from casebridge.report import Report
from casebridge.tables import DeliveryState, ReportStatus

LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=4)
LONGEST_KIND = 64  # characters of the column

_TABLES = SQLModel.metadata.tables
REPORT = _TABLES[tables.SealedReport.__tablename__]
DELIVERY = _TABLES[str(tables.Delivery.__tablename__)]
CASE = _TABLES[tables.Case.__tablename__]


_ADD_REPORT = Prepared(insert(REPORT))
_ADD_DELIVERY = Prepared(
    insert(DELIVERY).values({c.name: bindparam(c.name) for c in DELIVERY.c if c.name != "done_at"})
)
_ACKNOWLEDGED = select(CASE.c.reference).where(
    CASE.c.reference == REPORT.c.reference, CASE.c.acknowledged_at.is_not(None)
)
_STATUS = select(
    REPORT.c.status, case((_ACKNOWLEDGED.exists(), literal_column("1")), else_=literal_column("0"))
)
_BY_CODE = Prepared(_STATUS.where(REPORT.c.code_id == bindparam("code_id")))
_BY_REFERENCE = Prepared(_STATUS.where(REPORT.c.reference == bindparam("reference")))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours for the length of a lease, and the envelope to be delivered."""

    id: str
    reference: str
    agency: str
    destination: str
    attempt: int  # 1 for the first
    give_up_at: datetime
    envelope: bytes


def submit(  # noqa: PLR0913, PLR0917 - a report, who sees what, and when: nothing to leave out
    connection: Connection,
    report: Report,
    views: Mapping[str, Report],
    envelope: bytes,
    code_id: bytes,
    area: Area,
    now: datetime,
) -> None:
    """Queue a sealed report for every agency with a view, inside the caller's transaction.

    Raises sqlalchemy IntegrityError if the reference or the code is taken.
    """
    deliveries = [
        {
            "id": str(uuid4()),
            "reference": report.reference,
            "agency": agency,
            "destination": destination,
            "state": DeliveryState.DUE,
            "attempts": 0,
            "created_at": now,
            "give_up_at": now + GIVE_UP_AFTER,
            "due_at": now,
            "last_error": "",
        }
        for agency in views
        for destination in area.agency(agency).destinations
    ]
    row = {
        "reference": report.reference,
        "code_id": code_id,
        "envelope": envelope,
        "urgency": report.urgency,
        "language": report.language,
        "day": report.submitted_on,
        "status": ReportStatus.RECEIVED,
        "deliveries": len(deliveries),
    }
    _ADD_REPORT.write(connection, **row)
    for delivery in deliveries:
        _ADD_DELIVERY.write(connection, **delivery)


def claim(database: Database, now: datetime, limit: int = 1) -> tuple[Claimed, ...]:
    """Take up to `limit` due deliveries for the length of a lease, the longest due first.

    Workers never wait for each other: PostgreSQL skips rows another is claiming; SQLite has
    one writer, and an idle worker only looks.
    """
    due = (DELIVERY.c.state == DeliveryState.DUE) & (DELIVERY.c.due_at <= now)
    with database.read() as connection:
        if connection.execute(select(literal(1)).where(due).limit(1)).first() is None:
            return ()
    lease_ends = now + LEASE
    with database.begin() as connection:
        oldest = select(DELIVERY.c.id).where(due).order_by(DELIVERY.c.due_at).limit(limit)
        ids = connection.execute(oldest.with_for_update(skip_locked=True)).scalars().all()
        if not ids:
            return ()
        ours = DELIVERY.c.id.in_(ids)
        connection.execute(
            update(DELIVERY).where(ours, due).values(due_at=lease_ends, attempts=DELIVERY.c.attempts + 1)
        )
        rows = connection.execute(
            select(DELIVERY, REPORT.c.envelope).join(REPORT).where(ours).order_by(DELIVERY.c.created_at)
        ).all()
    return tuple(
        Claimed(
            id=row.id,
            reference=row.reference,
            agency=row.agency,
            destination=row.destination,
            attempt=row.attempts,
            give_up_at=row.give_up_at,
            envelope=row.envelope,
        )
        for row in rows
    )


def record_delivered(database: Database, claimed: Claimed, now: datetime) -> None:
    """Record that the delivery arrived, even if the lease has run out meanwhile: it did arrive."""
    with database.begin() as connection:
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == claimed.id)
            .values(state=DeliveryState.DELIVERED, done_at=now, last_error="")
        )


def record_failed(
    database: Database, claimed: Claimed, now: datetime, kind: str, again_at: datetime | None
) -> None:
    """Record a failure: due again at `again_at`, or DEAD if that is None.

    `kind` names the fault and holds no words. Changes nothing when another worker has
    claimed the delivery since.
    """
    outcome = {"state": DeliveryState.DEAD, "done_at": now} if again_at is None else {"due_at": again_at}
    with database.begin() as connection:
        connection.execute(
            update(DELIVERY)
            .where(
                DELIVERY.c.id == claimed.id,
                DELIVERY.c.state == DeliveryState.DUE,
                DELIVERY.c.attempts == claimed.attempt,
            )
            .values(last_error=kind[:LONGEST_KIND], **outcome)
        )


def next_attempt(claimed: Claimed, now: datetime, spread: float) -> datetime | None:
    """Return when to try again after a failure now; None if it was tried for long enough.

    The wait doubles from 30 s to 4 h. `spread` is random, 0 to 1: half of the wait is spread
    out, so that an agency that comes back is not met by every waiting report at once. The
    last attempt falls on the very end of the 72 h.
    """
    if now >= claimed.give_up_at:
        return None
    doubled = FIRST_WAIT * (1 << min(claimed.attempt - 1, 16))
    wait = min(doubled, LONGEST_WAIT) * (0.5 + spread / 2)
    return min(now + wait, claimed.give_up_at)


def replay(database: Database, delivery_id: str, now: datetime) -> bool:
    """Give a dead letter another 72 hours; False if there is no dead letter of that id."""
    with database.begin() as connection:
        result = connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == delivery_id, DELIVERY.c.state == DeliveryState.DEAD)
            .values(state=DeliveryState.DUE, due_at=now, give_up_at=now + GIVE_UP_AFTER, done_at=None)
        )
    return result.rowcount == 1


def status_of(on: Connection | Line, code_id: bytes) -> ReportStatus | None:
    """Return what the holder of that return code is told; None if there is no such report."""
    return _status(_BY_CODE.one(on, code_id=code_id))


def status_of_reference(on: Connection | Line, reference: str) -> ReportStatus | None:
    """Return how far the report has come; None if there is no such report."""
    return _status(_BY_REFERENCE.one(on, reference=reference))


def envelope_of(connection: Connection, code_id: bytes) -> bytes | None:
    """Return the envelope that return code opens; None if there is no such report."""
    return connection.execute(select(REPORT.c.envelope).where(REPORT.c.code_id == code_id)).scalar()


def _status(row: Row) -> ReportStatus | None:
    if row is None:
        return None
    return ReportStatus.ACKNOWLEDGED if row[1] else ReportStatus(row[0])
