"""Table "growth": a turn among a thousand stored conversations, and among a million."""

import itertools
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson
import psycopg

from bench.measure import Measure, median, percentile, progress
from bench.place import folder, postgresql, ready, schema
from bench.table import Goal, Row, Table, at_most
from bench.talk import OURS
from bot.app import join
from bot.arrival import Arrival
from bot.core.conversation import Conversation, Inbound
from bot.core.engine import advance
from bot.core.turn import start
from bot.service import Service
from bot.store import CONVERSATION, TURN

FEW = 1000
SAID_BYTES = 700  # of a stored turn, as in the middle of the talk
AT_ONCE = 10_000
QUICK_ROWS = 50_000
ASKED_AFTER = 13  # turns of the talk: the day is asked for
ANSWERS = ("yesterday", "back")  # and on and on: the talk is never over


@dataclass(slots=True)
class Stored:
    """A service on a database with so many conversations, and how long its turns took."""

    kind: str
    size: int
    service: Service
    loaded_in: float = 0.0
    turns: list[float] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def address(self, number: int) -> str:
        return f"+4479{number:08}"


def run(measure: Measure) -> Table:
    """Fill a small and a large database of each kind, then take turns in both, interleaved."""
    many = min(measure.rows, QUICK_ROWS) if measure.quick else measure.rows
    with ExitStack() as stack:
        here = stack.enter_context(folder())
        server = stack.enter_context(postgresql())
        stored: list[Stored] = []
        for size in (FEW, many):
            for kind, address in (
                ("SQLite", f"sqlite:///{here / str(size)}.db"),
                ("PostgreSQL", schema(server, f"of_{size}")),
            ):
                each = Stored(kind, size, join(ready(here, address)))
                stack.callback(each.service.database.close)
                progress(f"growth: storing {size:,} conversations on {kind}")
                each.loaded_in = fill(each)
                stored.append(each)
        chance = Random(7)
        for _ in measure.rounds("growth", 20):
            for each in stored:
                take_turns(each, 60, chance)
    rows = [
        Row(
            f"{each.kind}, {each.size:,}",
            f"{each.loaded_in:.0f}",
            f"{median(each.turns) * 1e6:.0f}",
            f"{percentile(each.turns, 99) * 1e6:.0f}",
        )
        for each in sorted(stored, key=lambda each: each.kind, reverse=True)
    ]
    goals = [
        goal for kind in ("SQLite", "PostgreSQL") for goal in _goals([s for s in stored if s.kind == kind])
    ]
    columns = ("conversations", "load s", "turn p50 µs", "turn p99 µs")
    about = "Service.receive for people picked at random among the stored, one after the other"
    return Table("growth", about, columns, rows, tuple(goals))


def fill(stored: Stored) -> float:
    """Store the conversations, each in the middle of the talk with one turn; return the seconds it took."""
    began = time.monotonic()
    state = orjson.dumps(_half_way(stored.service).stored())
    blocks = (range(at, min(at + AT_ONCE, stored.size)) for at in range(0, stored.size, AT_ONCE))
    url = stored.service.database.engine.url
    if stored.kind == "SQLite":
        _fill_sqlite(str(url.database), stored, blocks, state)
    else:
        _fill_postgresql(
            url.set(drivername="postgresql").render_as_string(hide_password=False), stored, blocks, state
        )
    return time.monotonic() - began


def _fill_sqlite(file: str, stored: Stored, blocks: Iterable[range], state: bytes) -> None:
    """Write without a journal: a million in half the time."""
    with closing(sqlite3.connect(file)) as lite:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            lite.execute(f"PRAGMA {pragma}")
        for block in blocks:
            for table, rows in _rows(stored, block, state):
                places = ", ".join("?" * len(rows[0]))
                lite.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - names of our own tables
        lite.commit()
        lite.execute("PRAGMA journal_mode=WAL")
        os.sync()


def _fill_postgresql(address: str, stored: Stored, blocks: Iterable[range], state: bytes) -> None:
    with psycopg.connect(address) as large:
        for block in blocks:
            for table, rows in _rows(stored, block, state):
                with large.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
        large.commit()
        large.autocommit = True
        large.execute("VACUUM ANALYZE")
        large.execute("CHECKPOINT")


def _rows(stored: Stored, numbers: range, state: bytes) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Make rows by hand, columns as the tables have them: by SQLAlchemy a million take minutes."""
    cipher, expires, body = (
        stored.service.cipher,
        datetime.now(UTC) + timedelta(days=7),
        os.urandom(SAID_BYTES),
    )
    talks: list[tuple[Any, ...]] = []
    turns: list[tuple[Any, ...]] = []
    for number in numbers:
        key, moment = cipher.hash("sms", stored.address(number)), _moment(expires, number, stored.kind)
        talks.append((key, 9, cipher.encrypt(state, key), moment))
        turns.append((key, cipher.hash("turn", str(number)), 9, body, moment))
    yield CONVERSATION.name, talks
    yield TURN.name, turns


def _moment(expires: datetime, number: int, kind: str) -> str:
    """Return a moment of the week before, as the database writes it: rows do not all expire at once."""
    moment = expires - timedelta(seconds=number * 7919 % (6 * 86_400), microseconds=number % 1_000_000)
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}{'' if kind == 'SQLite' else '+00'}"


def take_turns(stored: Stored, talks: int, chance: Random) -> None:
    """Let people answer and go back; the first turn of each meets pages nobody has looked at."""
    for _ in range(talks):
        address = stored.address(chance.randrange(stored.size))
        for said in ANSWERS:
            sid = f"SM{next(stored.numbers)}"
            began = time.perf_counter()
            stored.service.receive(Arrival("sms", address, sid, sid, said))
            stored.turns.append(time.perf_counter() - began)


def _half_way(service: Service) -> Conversation:
    conversation = start(service.knowledge, "sms")
    for said in OURS[:ASKED_AFTER]:
        inbound = Inbound(said, datetime.now(UTC))
        conversation = advance(service.knowledge, conversation, inbound).conversation
    return conversation


def _goals(stored: list[Stored]) -> Iterator[Goal]:
    few, many = sorted(stored, key=lambda each: each.size)
    p50 = median(many.turns) / median(few.turns)
    p99 = percentile(many.turns, 99) / percentile(few.turns, 99)
    what = f"from {few.size:,} to {many.size:,} on {few.kind}"
    yield at_most(f"p50 {what}", p50, must=1.5, aim=1.2)
    yield at_most(f"p99 {what}", p99, must=2, aim=1.4)
