"""The code a draft was put off with: finds the draft, follows it while it is kept, moves it to where it came.

A row of these says nothing without its code: whose draft it leads to is encrypted under the code's own key.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, Delete, bindparam, delete, insert, select, update

from bot import album, awaited, store
from bot.core.asking import Knowledge
from bot.core.conversation import Conversation
from bot.core.unfinished import left
from bot.drafts import DraftCipher
from bot.keeping import DRAFT_KEPT, ENDED_KEPT, PAUSED_KEPT, to_the_hour
from bot.store import DRAFT_CODE, Loaded, Raced
from casebridge import boxes
from casebridge.database import Database
from casebridge.prepared import Line, Prepared
from casebridge.returncode import CodeKeys

_FIND = Prepared(
    select(DRAFT_CODE.c.body).where(
        DRAFT_CODE.c.code_id == bindparam("code_id"), DRAFT_CODE.c.expires_at > bindparam("now")
    )
)


@dataclass(frozen=True, slots=True)
class PutOff:
    """A draft as it was found by its code."""

    keys: CodeKeys
    loaded: Loaded
    conversation: Conversation


def find(database: Database, cipher: DraftCipher, keys: CodeKeys, now: datetime) -> PutOff | None:
    """Find the draft of a code; None where there is none (any more). Raises NoDraftKey."""
    return database.look(lambda line: _find(line, cipher, keys, now))


def _find(line: Line, cipher: DraftCipher, keys: CodeKeys, now: datetime) -> PutOff | None:
    row = _FIND.one(line, code_id=keys.id, now=now)
    if row is None:
        return None
    try:
        key = boxes.decrypt(keys.key, row[0], keys.id)
    except (InvalidTag, ValueError):  # damaged
        return None
    loaded = store.load(line, cipher, key, b"")
    if loaded.conversation is None or loaded.conversation.code_id != keys.id.hex():
        return None
    return PutOff(keys, loaded, loaded.conversation)


def give(key: bytes, made: CodeKeys, now: datetime) -> Callable[[Connection], None]:
    """Return what lets a code find the draft of a conversation for as long as that is put off."""
    body, until = boxes.encrypt(made.key, key, made.id), to_the_hour(now + PAUSED_KEPT)
    row = {"code_id": made.id, "body": body, "expires_at": until}

    def write(connection: Connection) -> None:
        connection.execute(insert(DRAFT_CODE), row)

    return write


def follow(connection: Connection, before: Conversation, after: Conversation, until: datetime) -> None:
    """Let the row go with the conversation: kept as long, and gone once that names it no more."""
    had = before.code_id
    if had and had != after.code_id:
        connection.execute(_without(had))
    elif had:
        is_it = DRAFT_CODE.c.code_id == bytes.fromhex(had)
        connection.execute(update(DRAFT_CODE).where(is_it).values(expires_at=until))


def move(
    cipher: DraftCipher, knowledge: Knowledge, found: PutOff, now: datetime, *, to: bytes
) -> Callable[[Connection], None]:
    """Return what moves all rows of the draft but its state to conversation `to`; its code leads there now.

    Whoever is second, with the code or with a message to where it was begun, meets Raced.
    """
    old, keys = found.loaded, found.keys
    row = {"body": boxes.encrypt(keys.key, to, keys.id), "expires_at": to_the_hour(now + DRAFT_KEPT)}
    state = store.seal_state(cipher, old.key, left(knowledge, found.conversation))
    until = to_the_hour(now + ENDED_KEPT)

    def write(connection: Connection) -> None:
        is_it = DRAFT_CODE.c.code_id == keys.id
        if connection.execute(update(DRAFT_CODE).where(is_it).values(row)).rowcount != 1:
            raise Raced
        store.replace(connection, old, state, until)
        awaited.move(connection, cipher, old.key, to, now)  # first: what is fetched meanwhile is then here
        album.move(connection, cipher, old.key, to)

    return write


def forget(connection: Connection, cipher: DraftCipher, key: bytes) -> None:
    """Remove a conversation; of one that has a code only what was said, so that the code still leads on."""
    conversation = store.load(connection, cipher, key, b"").conversation
    if conversation is not None and conversation.code_id:
        store.forget_turns(connection, key)
    else:
        store.forget(connection, key)


def _without(code_id: str) -> Delete:
    return delete(DRAFT_CODE).where(DRAFT_CODE.c.code_id == bytes.fromhex(code_id))
