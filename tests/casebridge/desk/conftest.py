"""The desk every test here works at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casebridge.database import Database
from tests.casebridge.desk.people import Office, open_office
from tests.tables import create_tables


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """A desk on the databases the test is tried on."""
    return open_office(database, tmp_path)


@pytest.fixture
def small_office(tmp_path: Path) -> Iterator[Office]:
    """A desk on SQLite only, for what no database changes."""
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    create_tables(database.engine)
    yield open_office(database, tmp_path)
    database.close()
