"""Opens the database: the only engine factory, and the one place that knows SQLite has one writer."""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

from casebridge.lines import Lines
from casebridge.prepared import Line

BUSY_TIMEOUT_MS = 10_000  # only met when a foreign program holds the file
POOL_SIZE = 16
LONGEST_BATCH_SECONDS = 1.0  # of handing a commit on; each of our threads is in it once at most


class Database:
    """A pool of connections and the ways to use one: `begin` to write, `read` to look.

    `write_once` and `look` are the same for a statement that stands alone: PostgreSQL takes it
    without BEGIN and COMMIT, two round trips less. They are for the path of a message.
    """

    def __init__(self, url: str) -> None:
        self.engine = _open(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = _Writer(self.engine) if self.is_sqlite else None
        self._lines = Lines(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in one transaction that may write; commit unless it raises."""
        with self._writer.begin() if self._writer else self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading; whatever was written on it is rolled back."""
        with self.engine.connect() as connection:
            yield connection

    def write_once(self) -> AbstractContextManager[Connection | Line]:
        """Return what one prepared statement that writes is run on; on SQLite it may be several."""
        return self._writer.begin() if self._writer else self._lines.lend()

    def look(self) -> AbstractContextManager[Line]:
        """Return what prepared statements that look are run on."""
        return self._lines.lend()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self.engine.dispose()


class _Batch:
    """A transaction on SQLite in which several threads have written, one after the other."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.fault: BaseException | None = None  # why nothing of it was kept


class _Writer:
    """SQLite takes one writer at a time: writers queue here, not in its busy wait of half a second.

    A commit waits for the disk, and whoever queues meanwhile shares the next one: each works
    in a savepoint, the last of them commits for all, and nobody goes on before that. A lock
    on a file keeps other processes out for as long.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._batch: _Batch | None = None
        self._connection: Connection | None = None
        self._file = Path(f"{engine.url.database}.lock").open("w")  # noqa: SIM115 - as long as we are

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield the connection that writes; what was written is on the disk when this returns."""
        with self._our_turn():
            connection, batch = self._join()
            try:
                _driver(connection).execute("SAVEPOINT turn")
                yield connection
                _driver(connection).execute("RELEASE turn")
            except BaseException as error:
                self._undo(connection, batch, error)
                self._end(connection, batch)  # they may try again, and must then see what the others wrote
                raise
            if not self._waiting:
                self._end(connection, batch)
        while not batch.ended.wait(LONGEST_BATCH_SECONDS):
            with self._queue:  # whoever was to go on with it was interrupted
                if not batch.ended.is_set():
                    self._end(connection, batch)
        if batch.fault is not None:
            raise OperationalError("COMMIT", None, batch.fault)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._file.close()

    @contextmanager
    def _our_turn(self) -> Iterator[None]:
        """Queue, seen by whoever would otherwise commit."""
        with self._counting:
            self._waiting += 1
        try:
            self._queue.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        try:
            yield
        finally:
            self._queue.release()

    def _join(self) -> tuple[Connection, _Batch]:
        """Return the transaction that is open, or open one."""
        if self._connection is None:
            self._connection = self._engine.connect()
        if self._batch is None:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                self._connection.begin()
                _driver(self._connection).execute("BEGIN IMMEDIATE")
            except BaseException as error:
                self._connection.rollback()
                fcntl.flock(self._file, fcntl.LOCK_UN)
                if isinstance(error, sqlite3.Error):
                    raise OperationalError("BEGIN", None, error) from error
                raise
            self._batch = _Batch()
        return self._connection, self._batch

    def _undo(self, connection: Connection, batch: _Batch, error: BaseException) -> None:
        """Take back what one of the batch has written, and only that."""
        try:
            _driver(connection).execute("ROLLBACK TO turn")
            _driver(connection).execute("RELEASE turn")
        except sqlite3.Error:  # SQLite has taken back the whole transaction: the disk is full, say
            batch.fault = error

    def _end(self, connection: Connection, batch: _Batch) -> None:
        """Commit for everybody in the batch, and let them go on."""
        try:
            if batch.fault is None:
                connection.commit()
        except BaseException as error:
            batch.fault = error
            if not isinstance(error, Exception):
                raise
        finally:
            self._batch = None
            batch.ended.set()
            try:
                connection.rollback()  # does nothing after a commit, nor after a failed one
                _driver(connection).rollback()
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _open(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, pool_size=POOL_SIZE, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(
        address,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=False,
        hide_parameters=True,
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
