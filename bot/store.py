"""Rows to values and back, keyed by one conversation. Statements with names; no decisions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Insert, Update, bindparam, delete, insert, select, update
from sqlmodel import SQLModel

from bot import awaited, tables
from bot.core.conversation import Conversation
from bot.drafts import DraftCipher
from bot.wording import Message
from casebridge.prepared import Line, Prepared

_TABLES = SQLModel.metadata.tables
CONVERSATION = _TABLES[tables.ConversationRow.__tablename__]
TURN = _TABLES[tables.TurnRow.__tablename__]
PHOTO = _TABLES[tables.PhotoRow.__tablename__]
DRAFT_CODE = _TABLES[tables.DraftCodeRow.__tablename__]


class Raced(Exception):
    """Another message of the same person was stored in between; take this one again."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation as stored; version 0 has no row yet."""

    key: bytes
    version: int = 0
    conversation: Conversation | None = None
    replied: bytes | None = None  # the stored turn, if this very message was taken before


@dataclass(frozen=True, slots=True)
class After:
    """A conversation after a turn, and the turn: both encrypted, as they will be stored."""

    key: bytes
    version: int  # one more than was loaded
    state: bytes
    expires_at: datetime
    turn: bytes
    body: bytes
    turn_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said by a person and what was answered."""

    said: str
    messages: tuple[Message, ...]


_REPLIED = select(TURN.c.body).where(
    TURN.c.conversation == bindparam("conversation"), TURN.c.key == bindparam("turn")
)
_FIND = Prepared(
    select(CONVERSATION.c.version, CONVERSATION.c.state, _REPLIED.scalar_subquery()).where(
        CONVERSATION.c.key == bindparam("conversation")
    )
)
_FIND_TURN = Prepared(_REPLIED)
_ADD = insert(CONVERSATION).values(
    key=bindparam("conversation"),
    version=bindparam("version"),
    state=bindparam("state"),
    expires_at=bindparam("expires_at"),
)
_SAVE = (
    update(CONVERSATION)
    .where(CONVERSATION.c.key == bindparam("conversation"), CONVERSATION.c.version == bindparam("before"))
    .values(version=bindparam("version"), state=bindparam("state"), expires_at=bindparam("expires_at"))
)
_TURN = {
    "conversation": bindparam("conversation", type_=TURN.c.conversation.type),
    "key": bindparam("turn", type_=TURN.c.key.type),
    "number": bindparam("version", type_=TURN.c.number.type),
    "body": bindparam("body", type_=TURN.c.body.type),
    "expires_at": bindparam("turn_expires_at", type_=TURN.c.expires_at.type),
}
_ADD_TURN = Prepared(insert(TURN).values(_TURN))


def _with_turn(statement: Insert | Update) -> Prepared:
    """Join a write of the conversation and one of its turns: PostgreSQL is asked once instead of twice."""
    written = statement.returning(CONVERSATION.c.key).cte("written")
    return Prepared(insert(TURN).from_select(list(_TURN), select(*_TURN.values()).select_from(written)))


_ADD_BOTH, _SAVE_BOTH = _with_turn(_ADD), _with_turn(_SAVE)
_ADD_ALONE, _SAVE_ALONE = Prepared(_ADD), Prepared(_SAVE)
_FORGOTTEN = b""  # in place of a turn: that its message was taken is still known, nothing of it
_FORGET_TURNS = Prepared(
    update(TURN).where(TURN.c.conversation == bindparam("of")).values(body=bindparam("forgotten"))
)
_HISTORY = (
    select(TURN.c.key, TURN.c.body)
    .where(TURN.c.conversation == bindparam("conversation"), TURN.c.body != _FORGOTTEN)
    .order_by(TURN.c.number)
)


def load(on: Connection | Line, cipher: DraftCipher, key: bytes, turn: bytes) -> Loaded:
    """Find a conversation, and whether the message came before. Whoever saves first wins: see save()."""
    row: Any = _FIND.one(on, conversation=key, turn=turn)
    if row is None:
        return Loaded(key, replied=(_FIND_TURN.one(on, conversation=key, turn=turn) or (None,))[0])
    version, state, replied = row
    stored = orjson.loads(cipher.decrypt(state, key))
    return Loaded(key, version, Conversation.from_stored(stored), replied)


def was_taken(on: Connection | Line, key: bytes, turn: bytes) -> bool:
    """Say whether a message was answered before, without opening anything."""
    return _FIND_TURN.one(on, conversation=key, turn=turn) is not None


def save(on: Connection | Line, after: After) -> None:
    """Store a conversation after a turn, and the turn.

    Raises Raced or IntegrityError where the conversation is no longer as it was loaded.
    """
    row: dict[str, Any] = {
        "conversation": after.key,
        "version": after.version,
        "state": after.state,
        "expires_at": after.expires_at,
    }
    if is_known := after.version > 1:
        row["before"] = after.version - 1
    said = {"turn": after.turn, "body": after.body, "turn_expires_at": after.turn_expires_at}
    if on.dialect.name == "sqlite":  # has no round trip to save, and cannot write two tables at once
        _written((_SAVE_ALONE if is_known else _ADD_ALONE).write(on, **row))
        _ADD_TURN.write(on, conversation=after.key, version=after.version, **said)
    else:
        _written((_SAVE_BOTH if is_known else _ADD_BOTH).write(on, **row, **said))


def replace(connection: Connection, loaded: Loaded, state: bytes, expires_at: datetime) -> None:
    """Put another state in place of one that was loaded, and remove all that was said. Raises Raced."""
    row = {"conversation": loaded.key, "before": loaded.version, "version": loaded.version + 1}
    _written(_SAVE_ALONE.write(connection, **row, state=state, expires_at=expires_at))
    forget_turns(connection, loaded.key)


def _written(rows: int) -> None:
    if rows != 1:
        raise Raced


def seal_state(cipher: DraftCipher, key: bytes, conversation: Conversation) -> bytes:
    """Encrypt a conversation as it is stored."""
    return cipher.encrypt(orjson.dumps(conversation.stored()), key)


def seal_turn(
    cipher: DraftCipher, turn: bytes, said: str, messages: tuple[Message, ...], witness: str
) -> bytes:
    """Encrypt a turn for whoever brings the same witness again."""
    body = orjson.dumps((said, messages))
    return cipher.encrypt(body, turn, witness)


def open_turn(cipher: DraftCipher, turn: bytes, body: bytes, witness: str) -> Turn:
    """Decrypt a turn. Raises NoDraftKey where the witness is another."""
    said, messages = orjson.loads(cipher.decrypt(body, turn, witness))
    return Turn(said, tuple(map(Message.from_stored, messages)))


def history(connection: Connection, key: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Return key and body of every stored turn of a conversation, in order."""
    return tuple((row.key, row.body) for row in connection.execute(_HISTORY, {"conversation": key}))


def forget_turns(connection: Connection, key: bytes) -> None:
    """Remove everything said in a conversation so far.

    The keys stay until they expire: an earlier message that a provider repeats after the report
    was sent, or after DELETE, must not begin a new draft with what was just erased.
    """
    _FORGET_TURNS.write(connection, of=key, forgotten=_FORGOTTEN)


def forget(connection: Connection, key: bytes) -> None:
    """Remove a conversation and everything said in it."""
    awaited.let_go(connection, awaited.AWAITED.c.conversation == key)
    connection.execute(delete(PHOTO).where(PHOTO.c.conversation == key))
    connection.execute(delete(TURN).where(TURN.c.conversation == key))
    connection.execute(delete(CONVERSATION).where(CONVERSATION.c.key == key))


def purge(connection: Connection, now: datetime) -> int:
    """Remove what has expired; return how many conversations went."""
    connection.execute(delete(DRAFT_CODE).where(DRAFT_CODE.c.expires_at <= now))
    gone: Any = select(CONVERSATION.c.key).where(CONVERSATION.c.expires_at <= now)
    awaited.let_go(connection, awaited.AWAITED.c.conversation.in_(gone))
    connection.execute(delete(PHOTO).where(PHOTO.c.conversation.in_(gone)))
    connection.execute(delete(TURN).where(TURN.c.conversation.in_(gone)))
    result = connection.execute(delete(CONVERSATION).where(CONVERSATION.c.expires_at <= now))
    connection.execute(delete(TURN).where(TURN.c.expires_at <= now))
    return result.rowcount
