"""A prepared statement does what SQLAlchemy's own way does, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.store import CONVERSATION
from casebridge.database import Database
from casebridge.prepared import Prepared

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ROW = {"key": b"k" * 32, "version": 1, "state": b"\0\xff", "expires_at": NOON}
ADD = Prepared(insert(CONVERSATION).values({name: bindparam(name) for name in ROW}))
FIND = Prepared(select(CONVERSATION.c.version).where(CONVERSATION.c.key == bindparam("key")))


def test_what_is_written_prepared_is_read_back_the_same_by_sqlalchemy(database: Database) -> None:
    with database.begin() as connection:
        added = ADD.write(connection, **ROW)

    with database.read() as connection:
        row = connection.execute(select(CONVERSATION)).one()
    assert added == 1
    assert row._asdict() == ROW


def test_the_same_statement_runs_again_with_other_values(database: Database) -> None:
    with database.begin() as connection:
        for version in (1, 2):
            ADD.write(connection, **ROW | {"key": bytes([version]), "version": version})

        found = [FIND.one(connection, key=bytes([version])) for version in (1, 2, 3)]

    assert found == [(1,), (2,), None]


def test_a_fault_is_sqlalchemys_and_holds_no_value(database: Database) -> None:
    with database.begin() as connection:
        ADD.write(connection, **ROW)

    with database.read() as connection, pytest.raises(IntegrityError) as raised:
        ADD.write(connection, **ROW)

    assert raised.value.params is None


def test_a_connection_that_was_lost_is_not_used_again(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a file is not lost")
    with database.read() as connection:
        connection.connection.driver_connection.pgconn.finish()  # type: ignore[union-attr]
        with pytest.raises(OperationalError) as raised:
            FIND.one(connection, key=b"")

    with database.read() as connection:
        found = FIND.one(connection, key=b"")
    assert raised.value.connection_invalidated
    assert found is None
