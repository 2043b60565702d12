"""A prepared statement does what SQLAlchemy's own way does, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from bot.store import CONVERSATION
from casebridge.database import Database
from casebridge.prepared import Prepared

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ROW = {"key": b"k" * 32, "version": 1, "state": b"\0\xff", "expires_at": NOON}
ADD = Prepared(insert(CONVERSATION).values({name: bindparam(name) for name in ROW}))
FIND = Prepared(select(CONVERSATION.c.version).where(CONVERSATION.c.key == bindparam("key")))


def test_what_is_written_prepared_is_read_back_the_same_by_sqlalchemy(database: Database) -> None:
    with database.begin() as connection:
        added = ADD.run(connection, **ROW).rowcount

    with database.read() as connection:
        row = connection.execute(select(CONVERSATION)).one()
    assert added == 1
    assert row._asdict() == ROW


def test_the_same_statement_runs_again_with_other_values(database: Database) -> None:
    with database.begin() as connection:
        for version in (1, 2):
            ADD.run(connection, **ROW | {"key": bytes([version]), "version": version})

        found = [FIND.run(connection, key=bytes([version])).scalar() for version in (1, 2, 3)]

    assert found == [1, 2, None]


def test_a_fault_is_sqlalchemys_and_tells_no_value(database: Database) -> None:
    with database.begin() as connection:
        ADD.run(connection, **ROW)

    with database.read() as connection, pytest.raises(IntegrityError) as raised:
        ADD.run(connection, **ROW)

    assert "parameters hidden" in str(raised.value)
