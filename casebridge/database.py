"""Opens the database: the only engine factory, and the one place that knows SQLite has one writer."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY_TIMEOUT_MS = 10_000  # only met when a foreign program holds the file
POOL_SIZE = 16


class Database:
    """A pool of connections and the two ways to use one: `begin` to write, `read` to look.

    SQLite takes one writer at a time. Its own busy wait lets the unlucky wait for half a
    second; writers here queue on a lock instead, shared by every process on the file.
    """

    def __init__(self, url: str) -> None:
        self.engine = _open(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = _FileLock(Path(f"{self.engine.url.database}.lock")) if self.is_sqlite else None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in one transaction that may write; commit unless it raises."""
        if self._writer is None:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._writer, self.engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading; whatever was written on it is rolled back."""
        with self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()
        if self._writer is not None:
            self._writer.close()


class _FileLock:
    """Excludes other threads by a lock in memory and other processes by one on a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file = path.open("w")

    def __enter__(self) -> None:
        self._threads.acquire()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def close(self) -> None:
        self._file.close()


def _open(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, pool_size=POOL_SIZE, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(
        address, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=False, hide_parameters=True
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN IMMEDIATE ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged message survives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
