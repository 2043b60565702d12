"""Who wants no message unasked: remembered for as long as they do not ask for messages again.

Longer than a conversation is kept, and by its address alone. A reply to somebody who is writing
is no unasked message; whoever sends one of ours asks `has_opted_out` first.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from bot import tables
from bot.core.conversation import Stage
from bot.core.turn import Outcome
from bot.drafts import DraftCipher
from casebridge.prepared import Prepared

_TABLE = SQLModel.metadata.tables[tables.OptOutRow.__tablename__]
_FIND = Prepared(select(_TABLE.c.since).where(_TABLE.c.key == bindparam("address")))
_FORGET = Prepared(delete(_TABLE).where(_TABLE.c.key == bindparam("address")))


def remember(connection: Connection, cipher: DraftCipher, channel: str, address: str, now: datetime) -> None:
    """Remember that somebody wants no messages; who was remembered before stays so since then."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = {"key": _key(cipher, channel, address), "since": now}
    connection.execute(insert(_TABLE).values(row).on_conflict_do_nothing())


def forget(connection: Connection, cipher: DraftCipher, channel: str, address: str) -> None:
    """Forget it: they asked for messages again."""
    _FORGET.write(connection, address=_key(cipher, channel, address))


def has_opted_out(connection: Connection, cipher: DraftCipher, channel: str, address: str) -> bool:
    """Say whether somebody may be sent nothing but replies."""
    return _FIND.one(connection, address=_key(cipher, channel, address)) is not None


def change(
    cipher: DraftCipher, channel: str, address: str, outcome: Outcome, now: datetime
) -> Callable[[Connection], None] | None:
    """Return what a turn changes of it; None for nearly every turn."""
    if outcome.conversation.stage is Stage.STOPPED:
        return lambda connection: remember(connection, cipher, channel, address, now)
    if outcome.opts_in:
        return lambda connection: forget(connection, cipher, channel, address)
    return None


def _key(cipher: DraftCipher, channel: str, address: str) -> bytes:
    return cipher.hash("opt out", channel, address)
