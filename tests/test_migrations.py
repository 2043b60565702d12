"""Migrations: an empty database becomes the one the code speaks of, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.util.exc import CommandError
from click.testing import CliRunner
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

import casebridge.desk.tables  # noqa: F401 - the desk's tables are migrated with the others
from bot import migrating
from bot.cli import main
from casebridge.database import Database
from casebridge.ledger import ledger
from casebridge.standing import standing_of_reference
from tests.making import counts, make_service, make_settings, rows, say, sms
from tests.talk import SHORT_REPORT

pytestmark = pytest.mark.both_databases


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def env(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "VAR_DIR": str(tmp_path)}


def test_the_command_makes_every_table_as_the_code_has_it(empty: Database, env: dict[str, str]) -> None:
    done = CliRunner().invoke(main, ["migrate"], env=env)

    assert (done.exit_code, done.output) == (0, "")
    migrating.check(empty)
    assert {*inspect(empty.engine).get_table_names()} == {*SQLModel.metadata.tables, "alembic_version"}


def test_migrating_twice_changes_nothing_and_loses_nothing(
    empty: Database, env: dict[str, str], tmp_path: Path
) -> None:
    CliRunner().invoke(main, ["migrate"], env=env)
    service = make_service(make_settings(tmp_path, env["DATABASE_URL"]))
    say(service, *SHORT_REPORT)
    before = rows(empty)

    done = CliRunner().invoke(main, ["migrate"], env=env)

    assert (done.exit_code, done.output) == (0, "")
    assert rows(empty) == before
    assert counts(empty)["report"] == 1
    service.database.close()


def test_a_table_that_differs_from_the_code_is_noticed(empty: Database) -> None:
    migrating.migrate(empty)
    with empty.begin() as connection:
        connection.execute(text("ALTER TABLE turn ADD COLUMN forgotten INTEGER"))

    with pytest.raises(CommandError, match="forgotten"):
        migrating.check(empty)


def test_a_database_says_whether_it_is_the_newest(empty: Database) -> None:
    with empty.read() as connection:
        assert not migrating.is_newest(connection)

    migrating.migrate(empty)

    with empty.read() as connection:
        assert migrating.is_newest(connection)


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty: Database) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE turn (number INTEGER)"))

    with pytest.raises(Exception, match="turn"):
        migrating.migrate(empty)

    assert inspect(empty.engine).get_table_names() == ["turn"]


def test_turns_stored_by_the_first_release_are_kept(empty: Database, tmp_path: Path) -> None:
    """And their replies are repeated to whoever asks again."""
    migrating.migrate(empty)
    service = make_service(make_settings(tmp_path, str(empty.engine.url.render_as_string(False))))
    arrival = sms("english")
    first = service.receive(arrival)
    before = rows(empty)
    with empty.begin() as connection:
        command.downgrade(migrating._config(connection), "0001")

    migrating.migrate(empty)

    assert rows(empty) == before
    assert service.receive(arrival) == first
    service.database.close()


def test_reports_and_deliveries_of_the_second_release_are_kept(empty: Database, tmp_path: Path) -> None:
    """What there was is the report itself: its code is its reporter's, and there is no key for questions."""
    migrating.migrate(empty)
    service = make_service(make_settings(tmp_path, str(empty.engine.url.render_as_string(False))))
    say(service, *SHORT_REPORT)
    (before,) = rows(empty)["report"]
    deliveries = rows(empty)["delivery"]
    with empty.begin() as connection:
        command.downgrade(migrating._config(connection), "0002")
        columns = {column["name"] for column in inspect(connection).get_columns("report")}

    migrating.migrate(empty)

    migrating.check(empty)
    (after,) = rows(empty)["report"]
    assert after == (*before[:8], False, None, None, None)
    assert columns & {"code_shared", "reporter_key", "closed_at"} == set()
    assert rows(empty)["delivery"] == deliveries
    with empty.read() as connection:
        assert ledger(connection).balances
        found = standing_of_reference(connection, before[0])
    assert found is not None
    assert found.agencies == ("case_group",)
    service.database.close()
