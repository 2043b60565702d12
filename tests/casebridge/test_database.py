"""Writers on SQLite share commits, and nothing else: each keeps or loses its own."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from casebridge import database as module
from casebridge.database import Database

WRITERS = 4


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with a table of numbers."""
    with closing(Database(f"sqlite:///{tmp_path / 'numbers.db'}")) as opened:
        with opened.begin() as connection:
            connection.execute(text("CREATE TABLE number (n INTEGER PRIMARY KEY)"))
        yield opened


def test_writers_that_wait_for_one_another_share_a_commit(numbers: Database) -> None:
    commits: list[object] = []
    event.listen(numbers.engine, "commit", commits.append)

    writing = _write_together(numbers, range(WRITERS))

    assert [each.exception() for each in writing] == [None] * WRITERS
    assert _stored(numbers) == list(range(WRITERS))
    assert len(commits) == 1


def test_a_writer_that_fails_takes_back_its_own_and_nobody_elses(numbers: Database) -> None:
    writing = _write_together(numbers, [1, 2, 2, 3])

    assert sorted(type(each.exception()).__name__ for each in writing) == [
        "IntegrityError",
        *["NoneType"] * 3,
    ]
    assert _stored(numbers) == [1, 2, 3]


def test_a_writer_that_fails_alone_leaves_nothing_and_the_next_one_writes(numbers: Database) -> None:
    with pytest.raises(IntegrityError):
        _write(numbers, 1, 1)

    _write(numbers, 2)

    assert _stored(numbers) == [2]


def test_when_the_shared_commit_fails_every_writer_is_told_and_nothing_is_kept(numbers: Database) -> None:
    def fail(_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    event.listen(numbers.engine, "commit", fail)

    writing = _write_together(numbers, range(WRITERS))

    assert [type(each.exception()) for each in writing] == [OperationalError] * WRITERS
    event.remove(numbers.engine, "commit", fail)
    _write(numbers, 7)
    assert _stored(numbers) == [7]


def test_a_transaction_that_sqlite_itself_takes_back_fails_for_all_in_it(numbers: Database) -> None:
    def write(n: int) -> None:
        with numbers.begin() as connection:
            connection.execute(text("INSERT OR ROLLBACK INTO number VALUES (:n)"), {"n": n})

    _write(numbers, 2)

    writing = _together(numbers, [partial(write, n) for n in range(WRITERS)])

    failed = {number for number, each in enumerate(writing) if each.exception() is not None}
    assert 2 in failed
    assert set(_stored(numbers)) == {2} | set(range(WRITERS)) - failed


def test_nobody_waits_for_a_writer_that_was_interrupted(
    numbers: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_BATCH_SECONDS", 0.01)
    writer = numbers._writer
    assert writer is not None
    writer._waiting += 1  # one who queues, and will never come

    _write(numbers, 1)

    assert _stored(numbers) == [1]


def _write_together(numbers: Database, values: Iterable[int]) -> list[Future[None]]:
    """Insert each value by a thread of its own, all in one batch."""
    return _together(numbers, [partial(_write, numbers, value) for value in values])


def _write(numbers: Database, *values: int) -> None:
    with numbers.begin() as connection:
        for value in values:
            connection.execute(text("INSERT INTO number VALUES (:n)"), {"n": value})


def _together(numbers: Database, works: Sequence[Callable[[], None]]) -> list[Future[None]]:
    """Let threads queue behind a writer until all of them wait, then let them go; return how they ended."""
    writer = numbers._writer
    assert writer is not None
    with ThreadPoolExecutor(len(works)) as pool, writer._queue:
        futures = [pool.submit(work) for work in works]
        while writer._waiting < len(works):
            threading.Event().wait(0.001)
    return futures


def _stored(numbers: Database) -> list[int]:
    with numbers.read() as connection:
        return list(connection.execute(text("SELECT n FROM number ORDER BY n")).scalars())
