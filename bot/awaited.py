"""Pictures still at their provider: where each lies, when it is asked for next. Rows only, no network.

A picture is first to be fetched. Once it is stored, or nobody wants it any more, it is to be deleted
at the provider; then its row goes. Where it lies is encrypted as a draft is. So is, from the moment
its report is sent until it is fetched, the data key it will be sealed with (see `casebridge.photos`):
for those minutes the public tier holds what it held of the draft, and no longer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, literal, select, update
from sqlmodel import SQLModel

from bot import tables
from bot.core.conversation import Refusal
from bot.drafts import DraftCipher
from bot.media import Place
from casebridge.database import Database

LEASE = timedelta(minutes=2)  # more than fetching and drawing take
FETCH_AGAIN = tuple(timedelta(seconds=wait) for wait in (10, 40, 120))  # after the first, second, third try
MOST_FETCHES = len(FETCH_AGAIN) + 1
DELETE_AGAIN = timedelta(seconds=10)  # then twice as long each
DELETE_AGAIN_AT_MOST = timedelta(hours=1)
MOST_DELETES = 30  # tries: about a day

AWAITED = SQLModel.metadata.tables[tables.AwaitedPhotoRow.__tablename__]


class State(StrEnum):
    """What is to be done next about a picture."""

    FETCH = "fetch"
    TELL = "tell"  # it was given up: its sender is told with their next message
    DELETE = "delete"  # at the provider


_IS_DRAFT = AWAITED.c.reference.is_(None)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A picture that is ours to fetch or to delete for the length of a lease."""

    conversation: bytes
    id: str
    state: State
    attempt: int  # 1 for the first
    body: bytes

    def place(self, cipher: DraftCipher) -> Place:
        """Return where it lies. Raises NoDraftKey."""
        return Place(*orjson.loads(cipher.decrypt(self.body, _bound(self.conversation, self.id))))

    @property
    def is_worn_out(self) -> bool:
        """Say whether it was tried often enough, and whoever tried it last died of it."""
        return self.attempt > (MOST_FETCHES if self.state is State.FETCH else MOST_DELETES)

    @property
    def which(self) -> ColumnElement[bool]:
        return and_(AWAITED.c.conversation == self.conversation, AWAITED.c.id == self.id)


@dataclass(frozen=True, slots=True)
class Handed:
    """A picture of a report that is being sent. `place`: of one that came with this very message."""

    id: str
    number: int
    key: bytes  # 32 bytes, that it will be sealed with
    place: Place | None


# --- in the turn of a message -----------------------------------------------------------------


def row(
    cipher: DraftCipher, key: bytes, name: str, place: Place, now: datetime, state: State = State.FETCH
) -> dict[str, Any]:
    """Return the row of a picture of conversation `key`."""
    body = orjson.dumps((place.provider, place.where, place.size))
    return {
        "conversation": key,
        "id": name,
        "state": state,
        "body": cipher.encrypt(body, _bound(key, name)),
        "attempts": 0,
        "due_at": now,
    }


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(AWAITED), rows)


def states(connection: Connection, key: bytes) -> Mapping[str, State]:
    """Return the pictures of a draft that have a row, by id."""
    found = connection.execute(
        select(AWAITED.c.id, AWAITED.c.state).where(AWAITED.c.conversation == key, _IS_DRAFT)
    )
    return {each.id: State(each.state) for each in found}


def given_up(connection: Connection, key: bytes) -> Mapping[str, Refusal]:
    """Return the pictures of a draft that could not be had, by id, and why."""
    found = connection.execute(
        select(AWAITED.c.id, AWAITED.c.refused).where(
            AWAITED.c.conversation == key, AWAITED.c.state == State.TELL
        )
    )
    return {each.id: Refusal(each.refused) for each in found}


def hand_over(
    cipher: DraftCipher, key: bytes, reference: str, handed: Iterable[Handed], now: datetime
) -> "Handing":
    """Encrypt what makes the pictures of a draft those of a report."""
    known, new = [], []
    for each in handed:
        of_report = {
            "reference": reference,
            "number": each.number,
            "data_key": cipher.encrypt(each.key, _bound(key, each.id, "key")),
        }
        if each.place is None:
            known.append((each.id, of_report))
        else:
            new.append(row(cipher, key, each.id, each.place, now) | of_report)
    return Handing(key, tuple(known), new)


@dataclass(frozen=True, slots=True)
class Handing:
    """What is written so that pictures follow their report."""

    conversation: bytes
    known: tuple[tuple[str, dict[str, Any]], ...]
    new: list[dict[str, Any]]

    def write(self, connection: Connection) -> bool:
        """False where one of them was fetched or given up meanwhile: to be rolled back."""
        for name, of_report in self.known:
            of_draft = and_(AWAITED.c.conversation == self.conversation, AWAITED.c.id == name)
            written = connection.execute(
                update(AWAITED).where(of_draft, AWAITED.c.state == State.FETCH, _IS_DRAFT).values(of_report)
            )
            if written.rowcount != 1:
                return False
        add(connection, self.new)
        return True


def let_go(connection: Connection, of_drafts: ColumnElement[bool]) -> None:
    """Fetch these pictures of drafts no more, only delete them at the provider.

    To be written before any picture is removed here: it waits for one that is being stored, and
    after it none is.
    """
    _leave(connection, and_(of_drafts, _IS_DRAFT))


def let_go_of_report(connection: Connection, reference: str) -> None:
    """Fetch the pictures of a report no more. To be written before any of it is removed, as above."""
    _leave(connection, AWAITED.c.reference == reference)


def _leave(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(
        update(AWAITED)
        .where(which, AWAITED.c.state != State.DELETE)
        .values(state=State.DELETE, attempts=0, refused=None, reference=None, number=None, data_key=None)
    )


def move(connection: Connection, cipher: DraftCipher, before: bytes, after: bytes, now: datetime) -> None:
    """Let what one conversation awaits be another's. One that is being fetched is fetched again."""
    rows = connection.execute(
        select(AWAITED.c.id, AWAITED.c.body)
        .where(AWAITED.c.conversation == before, AWAITED.c.state != State.DELETE, _IS_DRAFT)
        .with_for_update()
    ).all()
    for each in rows:
        place = cipher.decrypt(each.body, _bound(before, each.id))
        connection.execute(
            update(AWAITED)
            .where(AWAITED.c.conversation == before, AWAITED.c.id == each.id)
            .values(conversation=after, body=cipher.encrypt(place, _bound(after, each.id)), due_at=now)
        )


# --- in the messenger -------------------------------------------------------------------------


def claim(database: Database, now: datetime) -> Claimed | None:
    """Take what is due for the length of a lease, what is to be fetched first."""
    due = and_(AWAITED.c.state.in_((State.FETCH, State.DELETE)), AWAITED.c.due_at <= now)
    with database.read() as connection:
        if connection.execute(select(literal(1)).where(due).limit(1)).first() is None:
            return None
    with database.begin() as connection:
        found = connection.execute(
            select(AWAITED)
            .where(due)
            .order_by(AWAITED.c.state.desc(), AWAITED.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if found is None:
            return None
        claimed = Claimed(found.conversation, found.id, State(found.state), found.attempts + 1, found.body)
        connection.execute(
            update(AWAITED).where(claimed.which).values(due_at=now + LEASE, attempts=claimed.attempt)
        )
    return claimed


def wanted(connection: Connection, claimed: Claimed) -> "Wanted | None":
    """Return for what a picture is wanted now, and lock it; None where it is so no more."""
    row = connection.execute(
        select(AWAITED.c.reference, AWAITED.c.number, AWAITED.c.data_key)
        .where(claimed.which, AWAITED.c.state == State.FETCH)
        .with_for_update()
    ).one_or_none()
    return None if row is None else Wanted(row.reference, row.number, row.data_key)


@dataclass(frozen=True, slots=True)
class Wanted:
    """For what a picture is fetched: a draft, or (`reference` is set) a report that was sent."""

    reference: str | None
    number: int | None
    data_key: bytes | None

    def key(self, cipher: DraftCipher, claimed: Claimed) -> bytes:
        """Return the data key of a report's picture. Raises NoDraftKey."""
        return cipher.decrypt(self.data_key or b"", _bound(claimed.conversation, claimed.id, "key"))


def fetched(connection: Connection, claimed: Claimed, now: datetime) -> None:
    """Record that a picture is stored here: its data key goes, and it is to be deleted there."""
    _leave(connection, claimed.which)
    connection.execute(update(AWAITED).where(claimed.which).values(due_at=now))


def to_be_told(connection: Connection, claimed: Claimed, refused: Refusal, now: datetime) -> None:
    """Record that a picture of a draft cannot be had, until its sender writes again."""
    connection.execute(
        update(AWAITED).where(claimed.which).values(state=State.TELL, refused=refused, due_at=now)
    )


def again(database: Database, claimed: Claimed, now: datetime) -> bool:
    """Put a picture off after a failure now; False where it was tried often enough."""
    wait = _wait(claimed)
    if wait is None:
        return False
    with database.begin() as connection:
        connection.execute(
            update(AWAITED)
            .where(claimed.which, AWAITED.c.state == claimed.state, AWAITED.c.attempts == claimed.attempt)
            .values(due_at=now + wait)
        )
    return True


def done(database: Database, claimed: Claimed) -> None:
    """Remove the row of a picture that no longer lies at its provider."""
    with database.begin() as connection:
        connection.execute(delete(AWAITED).where(claimed.which, AWAITED.c.state == State.DELETE))


def _wait(claimed: Claimed) -> timedelta | None:
    tried = claimed.attempt
    if claimed.state is State.FETCH:
        return FETCH_AGAIN[tried - 1] if tried < MOST_FETCHES else None
    return (
        min(DELETE_AGAIN * (1 << min(tried - 1, 16)), DELETE_AGAIN_AT_MOST) if tried < MOST_DELETES else None
    )


def _bound(key: bytes, name: str, what: str = "awaited") -> bytes:
    """Return what the boxes of a row are bound to, so that none can stand in another's place."""
    return key + f"{what} {name}".encode()
