"""The queue between a submitted report and the agencies: nothing lost, nothing sent unasked.

Statements on rows, no keys and no sending. Times come in as values, aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, case, insert, literal, select, update
from sqlmodel import SQLModel

from casebridge import tables
from casebridge.area import Area
from casebridge.database import Database
from casebridge.prepared import Prepared
from casebridge.report import Involvement, Report
from casebridge.tables import DeliveryState, ReportStatus, What

LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=4)
LONGEST_KIND = 64  # characters of the column

_TABLES = SQLModel.metadata.tables
REPORT = _TABLES[tables.SealedReport.__tablename__]
DELIVERY = _TABLES[str(tables.Delivery.__tablename__)]
ADDITION = _TABLES[tables.Addition.__tablename__]
CASE = _TABLES[tables.Case.__tablename__]

_ADD_REPORT = Prepared(
    insert(REPORT).values({c.name: bindparam(c.name) for c in REPORT.c if not c.name.startswith("closed_")})
)
_ADD_DELIVERY = Prepared(
    insert(DELIVERY).values({c.name: bindparam(c.name) for c in DELIVERY.c if c.name != "done_at"})
)
_EARLIER = DELIVERY.alias("earlier")
_IS_FREE = ~(
    select(_EARLIER.c.id)
    .where(
        _EARLIER.c.reference == DELIVERY.c.reference,
        _EARLIER.c.agency == DELIVERY.c.agency,
        _EARLIER.c.destination == DELIVERY.c.destination,
        _EARLIER.c.created_at < DELIVERY.c.created_at,
        (_EARLIER.c.state == DeliveryState.DUE)
        | (
            (_EARLIER.c.state == DeliveryState.DEAD)
            & (_EARLIER.c.what == What.REPORT)
            & (DELIVERY.c.what == What.ADDITION)
        ),
    )
    .exists()
)
"""Nothing overtakes: an addition waits for its report as long as it takes, anything else while an
earlier one is due."""
_CARRIED = case(
    (DELIVERY.c.what == What.WITHDRAWAL, literal(b"")),
    (DELIVERY.c.what == What.ADDITION, ADDITION.c.envelope),
    else_=REPORT.c.envelope,
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours for the length of a lease, and the envelope to be delivered, if any."""

    id: str
    reference: str
    agency: str
    destination: str
    attempt: int  # 1 for the first
    give_up_at: datetime
    queued_at: datetime
    what: What
    envelope: bytes  # of the report or of the addition; b"" for a withdrawal


def submit(  # noqa: PLR0913, PLR0917 - a report, who sees what, and when: nothing to leave out
    connection: Connection,
    report: Report,
    views: Mapping[str, Report],
    envelope: bytes,
    code_id: bytes,
    reporter_key: bytes,
    area: Area,
    now: datetime,
) -> None:
    """Queue a sealed report for every agency with a view, inside the caller's transaction.

    Whoever reports for another sees the code that is the other's: it is noted as shared.
    `reporter_key`: see `casebridge.asking`. Raises sqlalchemy IntegrityError if the reference or
    the code is taken.
    """
    shares = [(agency, destination) for agency in views for destination in area.agency(agency).destinations]
    row = {
        "reference": report.reference,
        "code_id": code_id,
        "envelope": envelope,
        "urgency": report.urgency,
        "language": report.language,
        "day": report.submitted_on,
        "status": ReportStatus.RECEIVED,
        "deliveries": len(shares),
        "code_shared": report.involvement is Involvement.SUPPORTER,
        "reporter_key": reporter_key,
    }
    _ADD_REPORT.write(connection, **row)
    for agency, destination in shares:
        share = {"reference": report.reference, "agency": agency, "destination": destination}
        _ADD_DELIVERY.write(connection, **share, **fresh(now, now), what=What.REPORT, addition="")


def fresh(queued_at: datetime, due_at: datetime) -> dict[str, Any]:
    """Return what is the same of every delivery that was not attempted yet."""
    return {
        "id": str(uuid4()),
        "state": DeliveryState.DUE,
        "attempts": 0,
        "created_at": queued_at,
        "give_up_at": due_at + GIVE_UP_AFTER,
        "due_at": due_at,
        "last_error": "",
    }


def add_delivery(connection: Connection, **row: Any) -> None:
    """Add one delivery: what `fresh` gives, and reference, agency, destination, what, addition."""
    _ADD_DELIVERY.write(connection, **row)


def claim(database: Database, now: datetime, limit: int = 1) -> tuple[Claimed, ...]:
    """Take up to `limit` due deliveries for the length of a lease, the longest due first.

    Workers never wait for each other: PostgreSQL skips rows another is claiming; SQLite has
    one writer, and an idle worker only looks.
    """
    due = (DELIVERY.c.state == DeliveryState.DUE) & (DELIVERY.c.due_at <= now) & _IS_FREE
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
            update(DELIVERY).where(ours).values(due_at=lease_ends, attempts=DELIVERY.c.attempts + 1)
        )
        rows = connection.execute(
            select(DELIVERY, _CARRIED.label("envelope"))
            .select_from(DELIVERY.join(REPORT).outerjoin(ADDITION, ADDITION.c.id == DELIVERY.c.addition))
            .where(ours)
            .order_by(DELIVERY.c.created_at)
        ).all()
    return tuple(
        Claimed(
            id=row.id,
            reference=row.reference,
            agency=row.agency,
            destination=row.destination,
            attempt=row.attempts,
            give_up_at=row.give_up_at,
            queued_at=row.created_at,
            what=What(row.what),
            envelope=row.envelope,
        )
        for row in rows
    )


def record_delivered(database: Database, claimed: Claimed, now: datetime) -> None:
    """Record that the delivery arrived, even if the lease has run out meanwhile: it did arrive.

    What was taken off the queue meanwhile stays so: word of that follows it.
    """
    with database.begin() as connection:
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == claimed.id, DELIVERY.c.state != DeliveryState.WITHDRAWN)
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


def envelope_of(connection: Connection, code_id: bytes) -> bytes | None:
    """Return the envelope that return code opens; None if there is no such report."""
    return connection.execute(select(REPORT.c.envelope).where(REPORT.c.code_id == code_id)).scalar()
