"""Writers on SQLite share commits, and nothing else: each keeps or loses its own."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from casebridge.database import Database
from casebridge.lines import SqliteLine
from casebridge.prepared import Line, Prepared

WRITERS = 4
NUMBER = Table("number", MetaData(), Column("n", Integer, primary_key=True))
ADD = Prepared(insert(NUMBER).values(n=bindparam("number")))


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with a table of numbers."""
    with closing(Database(f"sqlite:///{tmp_path / 'numbers.db'}")) as opened:
        NUMBER.metadata.create_all(opened.engine)
        yield opened


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[SqliteLine]:
    """The lines that committed, once for each time."""
    seen: list[SqliteLine] = []
    commit = SqliteLine.commit

    def counted(line: SqliteLine) -> None:
        commit(line)
        seen.append(line)

    monkeypatch.setattr(SqliteLine, "commit", counted)
    return seen


def test_writers_that_wait_for_one_another_share_a_commit(
    numbers: Database, commits: list[SqliteLine]
) -> None:
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


def test_a_job_that_fails_half_way_leaves_nothing_and_the_next_one_writes(numbers: Database) -> None:
    with pytest.raises(IntegrityError):
        _write(numbers, 1, 1)

    _write(numbers, 2)

    assert _stored(numbers) == [2]


def test_a_transaction_that_fails_leaves_nothing_and_the_next_one_writes(numbers: Database) -> None:
    with pytest.raises(IntegrityError), numbers.begin() as connection:
        connection.execute(text("INSERT INTO number VALUES (1), (1)"))

    with numbers.begin() as connection:
        connection.execute(text("INSERT INTO number VALUES (2)"))
    _write(numbers, 3)

    assert _stored(numbers) == [2, 3]


def test_when_the_shared_commit_fails_every_writer_is_told_and_nothing_is_kept(
    numbers: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: SqliteLine) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    with monkeypatch.context() as failing:
        failing.setattr(SqliteLine, "commit", fail)
        writing = _write_together(numbers, range(WRITERS))

    assert [type(each.exception()) for each in writing] == [OperationalError] * WRITERS
    _write(numbers, 7)
    assert _stored(numbers) == [7]


def test_writers_of_both_kinds_and_of_two_processes_worth_keep_out_of_each_others_way(
    numbers: Database,
) -> None:
    with closing(Database(str(numbers.engine.url))) as other:

        def transaction(n: int) -> None:
            with other.begin() as connection:
                connection.execute(text("INSERT INTO number VALUES (:n)"), {"n": n})

        works = [partial(_write, (numbers, other)[n % 2], n) for n in range(40)]
        works += [partial(transaction, n) for n in range(40, 60)]
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work) for work in works]:
                done.result()

    assert _stored(numbers) == list(range(60))


def test_a_writer_that_cannot_have_the_file_is_told_and_the_next_one_writes(
    numbers: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: SqliteLine) -> None:
        raise OperationalError("BEGIN", None, sqlite3.OperationalError("database is locked"))

    with monkeypatch.context() as failing:
        failing.setattr(SqliteLine, "begin", refuse)
        with pytest.raises(OperationalError):
            _write(numbers, 1)

    _write(numbers, 2)
    assert _stored(numbers) == [2]


def test_a_line_that_broke_is_opened_anew(numbers: Database) -> None:
    _write(numbers, 1)
    writer = numbers._writer
    assert writer is not None
    assert writer._line is not None
    writer._line._driver.close()

    with pytest.raises(DBAPIError):
        _write(numbers, 2)

    _write(numbers, 3)
    assert _stored(numbers) == [1, 3]


def _write_together(numbers: Database, values: Iterable[int]) -> list[Future[None]]:
    """Insert each value by a thread of its own, all but the first in one batch."""
    return _together(numbers, [partial(_write, numbers, value) for value in values])


def _write(numbers: Database, *values: int) -> None:
    def add(line: Line) -> None:
        for value in values:
            ADD.write(line, number=value)

    numbers.write(add)


def _together(numbers: Database, works: Sequence[Callable[[], None]]) -> list[Future[None]]:
    """Let threads queue behind one who leads until all of them wait; return how they ended."""
    writer = numbers._writer
    assert writer is not None
    with ThreadPoolExecutor(len(works) + 1) as pool, writer._writing:
        pool.submit(numbers.write, lambda _: None)
        while not writer._is_led:
            threading.Event().wait(0.001)
        futures = [pool.submit(work) for work in works]
        while len(writer._waiting) < len(works) + 1:
            threading.Event().wait(0.001)
    return futures


def _stored(numbers: Database) -> list[int]:
    with numbers.read() as connection:
        return list(connection.execute(text("SELECT n FROM number ORDER BY n")).scalars())
