"""Who may open the desk: inviting, signing in and out.

A refusal never says which of name, password and code was wrong, and nobody is ever locked out.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, insert, select, update
from sqlmodel import col

from casebridge.area import read_area
from casebridge.database import Database
from casebridge.desk import audit, authenticator, names, sessions
from casebridge.desk.audit import Action
from casebridge.desk.passwords import Passwords
from casebridge.desk.patience import Patience
from casebridge.desk.sessions import hashed
from casebridge.desk.tables import DeskInvitation, DeskUser
from casebridge.settings import PrivateSettings, Settings

INVITATION_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Door:
    """What guards the desk."""

    database: Database
    key: bytes
    passwords: Passwords
    patience: Patience


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a person typed to sign in, and the address they typed it at."""

    name: str
    password: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Not let in: something was wrong, or it is too soon to try again."""

    wait_seconds: int = 0


def invite(database: Database, settings: Settings, agency: str, now: datetime) -> str:
    """Return the token of a new invitation to this agency's desk. Raise KeyError for an unknown agency."""
    read_area(settings.area).agency(agency)
    token = secrets.token_urlsafe(32)
    with database.begin() as connection:
        connection.execute(
            insert(DeskInvitation).values(
                token_hash=hashed(token),
                agency=agency,
                expires_at=now + INVITATION_LASTS,
                user_id=str(uuid.uuid4()),
            )
        )
    return token


def has_users(database: Database) -> bool:
    """Say whether anybody has ever accepted an invitation."""
    with database.read() as connection:
        return connection.execute(select(col(DeskUser.id)).limit(1)).first() is not None


def invitation_link(settings: PrivateSettings, token: str) -> str:
    """Return the address to send to the invited person."""
    return f"{settings.desk_address}/invitation/{token}"


def sign_in(door: Door, attempt: Attempt, session_id: str, now: datetime) -> Refused | None:
    """Open a session and return None, or return the refusal. Raise Busy."""
    name = names.compared(attempt.name)
    if wait_seconds := door.patience.attempt(name, attempt.address, now):
        return Refused(wait_seconds)
    with door.database.read() as connection:
        user = connection.execute(
            select(col(DeskUser.id), col(DeskUser.password_hash), col(DeskUser.authenticator)).where(
                col(DeskUser.name_key) == name
            )
        ).one_or_none()
    known = door.passwords.match(user.password_hash if user else None, attempt.password)
    if user is None:
        return Refused()
    step = _step(door, user, attempt, now) if known else None
    if not _admit(door, user.id, session_id, step, now):
        return Refused()
    door.patience.forget(name, attempt.address)
    return None


def sign_out(database: Database, session_id: str, user_id: str, now: datetime) -> None:
    with database.begin() as connection:
        sessions.end(connection, session_id)
        audit.record(connection, user_id, Action.SIGNED_OUT, now)


def _step(door: Door, user: Row[str, str, bytes], attempt: Attempt, now: datetime) -> int | None:
    secret = authenticator.open_secret(door.key, user.id, user.authenticator)
    return authenticator.step_of(secret, attempt.code, now)


def _admit(door: Door, user_id: str, session_id: str, step: int | None, now: datetime) -> bool:
    """Use up the code's time step and open the session, in one transaction; both attempts are recorded."""
    with door.database.begin() as connection:
        fresh = step is not None and (
            connection.execute(
                update(DeskUser)
                .where(col(DeskUser.id) == user_id, col(DeskUser.last_step) < step)
                .values(last_step=step)
            ).rowcount
            == 1
        )
        audit.record(connection, user_id, Action.SIGNED_IN if fresh else Action.SIGN_IN_REFUSED, now)
        if fresh:
            sessions.begin(connection, session_id, user_id, now)
    return fresh
