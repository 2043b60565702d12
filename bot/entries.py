"""How many conversations began by each entry point: a number a month and channel, never whose.

It is written after the turn and in a statement of its own, so that nothing in the database ties the two.
"""

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel

from bot import tables
from casebridge.area import Area
from casebridge.database import Database
from casebridge.logs import fault_of

FEW = 5  # fewer could be told apart: a month in which one person came by a poster

_COUNT = SQLModel.metadata.tables[tables.EntryCountRow.__tablename__]
_ONE_MORE = text(
    "INSERT INTO entry_count (entry, channel, month, count) VALUES (:entry, :channel, :month, 1) "
    "ON CONFLICT (entry, channel, month) DO UPDATE SET count = entry_count.count + 1"
)  # one statement, so that none is lost where two begin at once


def entered(area: Area, words: str, entry: str) -> tuple[str, str]:
    """Return the words of a first message and the entry point it names, "" for one we do not know.

    Words that are an id and no more, as a poster's link fills in a text message, are no words of theirs.
    """
    named = words.strip().lower()
    if area.has_entry(named):
        return "", named
    return words, entry if area.has_entry(entry) else ""


def count(database: Database, entry: str, channel: str, at: datetime) -> None:
    """Count a conversation that began. A database that is away loses the count and not the answer."""
    try:
        with database.begin() as connection:
            connection.execute(_ONE_MORE, {"entry": entry, "channel": channel, "month": f"{at:%Y-%m}"})
    except SQLAlchemyError as error:
        structlog.get_logger().warning("an entry was not counted", **fault_of(error))


def lines(database: Database) -> Iterator[str]:
    """Yield month, entry point, channel and number of each count, the latest month first."""
    newest_first = select(_COUNT).order_by(_COUNT.c.month.desc(), _COUNT.c.entry, _COUNT.c.channel)
    with database.read() as connection:
        for entry, channel, month, counted in connection.execute(newest_first):
            number = f"<{FEW}" if counted < FEW else str(counted)
            yield f"{month}  {entry}  {channel}  {number}"
