"""Who is signed in. Half an hour without a page ends a session, and so does a working day."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlmodel import col

from casebridge.database import Database
from casebridge.desk.tables import DeskSession, DeskUser

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
NOTED_EVERY = timedelta(minutes=1)  # one write a minute, not one a page; ends at most that much early


@dataclass(frozen=True, slots=True)
class CaseWorker:
    """The person who is signed in."""

    id: str
    name: str
    agency: str


def begin(connection: Connection, session_id: str, user_id: str, now: datetime) -> None:
    """Open a session and clear away those that have ended."""
    connection.execute(
        delete(DeskSession).where(
            or_(
                col(DeskSession.last_seen_at) <= now - IDLE,
                col(DeskSession.created_at) <= now - ABSOLUTE,
            )
        )
    )
    connection.execute(
        insert(DeskSession).values(
            id_hash=hashed(session_id), user_id=user_id, created_at=now, last_seen_at=now
        )
    )


def case_worker(database: Database, session_id: str, now: datetime) -> CaseWorker | None:
    """Return who holds this session, and note that they are there; None when it has ended."""
    with database.read() as connection:
        row = connection.execute(
            select(
                col(DeskUser.id),
                col(DeskUser.name),
                col(DeskUser.agency),
                col(DeskSession.created_at),
                col(DeskSession.last_seen_at),
            )
            .join(DeskUser, col(DeskUser.id) == col(DeskSession.user_id))
            .where(col(DeskSession.id_hash) == hashed(session_id))
        ).one_or_none()
    if row is None:
        return None
    unseen = now - row.last_seen_at
    if unseen >= IDLE or now - row.created_at >= ABSOLUTE:
        return None
    if unseen >= NOTED_EVERY:
        _note(database, session_id, now)
    return CaseWorker(row.id, row.name, row.agency)


def end(connection: Connection, session_id: str) -> None:
    connection.execute(delete(DeskSession).where(col(DeskSession.id_hash) == hashed(session_id)))


def hashed(token: str) -> bytes:
    """Return what is kept of a random token: a dump of the table opens nothing."""
    return hashlib.sha256(token.encode()).digest()


def _note(database: Database, session_id: str, now: datetime) -> None:
    with database.begin() as connection:
        connection.execute(
            update(DeskSession).where(col(DeskSession.id_hash) == hashed(session_id)).values(last_seen_at=now)
        )
