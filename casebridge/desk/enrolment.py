"""Accepting an invitation: its holder chooses a name and a password and proves an authenticator.

What they have set up so far waits on the invitation; it is used up when the account opens.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from casebridge.database import Database
from casebridge.desk import audit, authenticator, names, sessions
from casebridge.desk.access import Door
from casebridge.desk.audit import Action
from casebridge.desk.names import NameFault
from casebridge.desk.passwords import PasswordFault, password_fault
from casebridge.desk.sessions import hashed
from casebridge.desk.tables import DeskInvitation, DeskUser


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the holder of an invitation has set up so far."""

    user_id: str
    agency: str
    name: str | None
    password_hash: str | None
    authenticator: bytes | None

    def secret(self, key: bytes) -> str | None:
        """Return the authenticator's secret once a name and a password are chosen."""
        if self.authenticator is None:
            return None
        return authenticator.open_secret(key, self.user_id, self.authenticator)


class Joining(StrEnum):
    """How the last step of setting up an account ended."""

    DONE = "done"
    WRONG_CODE = "wrong_code"
    NAME_TAKEN = "name_taken"
    NOT_INVITED = "not_invited"


def invited_to(database: Database, token: str, now: datetime) -> str | None:
    """Return the agency an invitation is for, or None when it is used, expired or made up."""
    with database.read() as connection:
        return connection.execute(
            select(col(DeskInvitation.agency)).where(*_open_with(token, now))
        ).scalar_one_or_none()


def hold(database: Database, token: str, visit_id: str, now: datetime) -> bool:
    """Exchange the link for a visit that may set up an account.

    Who opened the link last holds it: a closed browser does not cost the invitation.
    """
    with database.begin() as connection:
        held = connection.execute(
            update(DeskInvitation)
            .where(*_open_with(token, now))
            .values(held_by=hashed(visit_id), name=None, password_hash=None, authenticator=None)
        )
    return held.rowcount == 1


def enrolment(database: Database, visit_id: str, now: datetime) -> Enrolment | None:
    """Return what this visit has set up so far, or None where it holds no invitation."""
    with database.read() as connection:
        row = connection.execute(
            select(
                col(DeskInvitation.user_id),
                col(DeskInvitation.agency),
                col(DeskInvitation.name),
                col(DeskInvitation.password_hash),
                col(DeskInvitation.authenticator),
            ).where(*_held_by(visit_id, now))
        ).one_or_none()
    return Enrolment(*row) if row else None


def faults(database: Database, name: str, password: str) -> tuple[NameFault | None, PasswordFault | None]:
    """Return what is wrong with a chosen name and with a chosen password."""
    return names.length_fault(name) or _taken(database, name), password_fault(password, names.tidy(name))


def choose(door: Door, held: Enrolment, visit_id: str, chosen: tuple[str, str], now: datetime) -> None:
    """Keep a name and a password without fault, and make the authenticator's secret. Raise Busy."""
    name, password = chosen
    secret = authenticator.seal_secret(door.key, held.user_id, authenticator.new_secret())
    password_hash = door.passwords.hash(password)
    with door.database.begin() as connection:
        connection.execute(
            update(DeskInvitation)
            .where(*_held_by(visit_id, now))
            .values(name=names.tidy(name), password_hash=password_hash, authenticator=secret)
        )


def join(door: Door, visit_id: str, session_id: str, code: str, now: datetime) -> Joining:
    """Open the account once the authenticator shows the right code, and sign its owner in."""
    held = enrolment(door.database, visit_id, now)
    if held is None or (secret := held.secret(door.key)) is None:
        return Joining.NOT_INVITED
    step = authenticator.step_of(secret, code, now)
    if step is None:
        return Joining.WRONG_CODE
    account = _account(held, step, now)
    try:
        with door.database.begin() as connection:
            used = connection.execute(
                update(DeskInvitation)
                .where(*_held_by(visit_id, now))
                .values(used_at=now, held_by=None, name=None, password_hash=None, authenticator=None)
            )
            if used.rowcount != 1:
                return Joining.NOT_INVITED
            connection.execute(insert(DeskUser).values(account))
            audit.record(connection, held.user_id, Action.JOINED, now)
            sessions.begin(connection, session_id, held.user_id, now)
    except IntegrityError:  # somebody else took the name meanwhile
        return Joining.NAME_TAKEN
    return Joining.DONE


def _account(held: Enrolment, step: int, now: datetime) -> dict[str, object]:
    return {
        "id": held.user_id,
        "name": held.name,
        "name_key": names.compared(held.name or ""),
        "agency": held.agency,
        "password_hash": held.password_hash,
        "authenticator": held.authenticator,
        "last_step": step,
        "created_at": now,
    }


def _taken(database: Database, name: str) -> NameFault | None:
    with database.read() as connection:
        taken = connection.execute(
            select(col(DeskUser.id)).where(col(DeskUser.name_key) == names.compared(name))
        ).one_or_none()
    return NameFault.TAKEN if taken else None


def _open_with(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(DeskInvitation.token_hash) == hashed(token), *_open(now))


def _held_by(visit_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(DeskInvitation.held_by) == hashed(visit_id), *_open(now))


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(DeskInvitation.used_at).is_(None), col(DeskInvitation.expires_at) > now)
