"""Opens the database: the only engine factory, and the one place that knows SQLite has one writer."""

import fcntl
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from casebridge.lines import Done, Lines, SqliteLine, told_by
from casebridge.prepared import Line

BUSY_TIMEOUT_MS = 10_000  # only met when a foreign program holds the file
POOL_SIZE = 16

Job = Callable[[Line], object]


class Database:
    """A pool of connections and the ways to use one: `begin` to write, `read` to look.

    `write` and `look` are the same for a statement that stands alone: PostgreSQL takes it
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

    def look(self, job: Callable[[Line], Done]) -> Done:
        """Let prepared statements look, and return what the job made of what they found."""
        return self._lines.do(job)

    def write(self, job: Job) -> None:
        """Let one prepared statement write, on SQLite several; whole and on the disk, or not at all.

        The job is a function of the line it runs its statement on, and may be called again.
        """
        if self._writer is not None:
            self._writer.write(job)
            return
        self._lines.do(job)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self.engine.dispose()


class _Ticket:
    """A job that waits for its turn, and for what comes of it."""

    __slots__ = ("fault", "job", "leads", "woken")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.fault: BaseException | None = None
        self.leads = False
        self.woken = threading.Lock()
        self.woken.acquire()


class _Writer:
    """SQLite takes one writer at a time: writers queue here, not in its busy wait of half a second.

    A commit waits for the disk, and jobs that come meanwhile share the next one: whoever leads
    does them all in one transaction, and nobody goes on before it is on the disk. A job that
    fails takes nobody with it: the transaction is taken back and each job has one of its own.
    A lock on a file keeps other processes out for as long.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = threading.Lock()
        self._counting = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._is_led = False
        self._line: SqliteLine | None = None
        self._file = Path(f"{engine.url.database}.lock").open("w")  # noqa: SIM115 - as long as we are
        event.listen(engine, "engine_disposed", self._hang_up)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Yield a connection in a transaction of its own."""
        with self._alone(), self._engine.connect() as connection:
            connection.begin()
            driver = cast(sqlite3.Connection, connection.connection.driver_connection)
            with told_by(self._engine, "BEGIN"):
                driver.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            finally:
                connection.rollback()  # does nothing after a commit, nor after a failed one
                driver.rollback()

    def write(self, job: Job) -> None:
        """Do a job; what it wrote is on the disk when this returns. Raises what the job raises."""
        ticket = _Ticket(job)
        with self._counting:
            self._waiting.append(ticket)
            leads, self._is_led = not self._is_led, True
        if not leads:
            ticket.woken.acquire()
        if leads or ticket.leads:
            self._lead(ticket)
        if ticket.fault is not None:
            raise ticket.fault

    def close(self) -> None:
        self._file.close()

    def _lead(self, leader: _Ticket) -> None:
        """Do what waits, wake whoever waited for it, and let the first of those who came since lead."""
        batch = [leader]
        try:
            with self._alone():
                with self._counting:
                    batch = list(self._waiting)
                    self._waiting.clear()
                self._do(batch)
        except BaseException as error:
            for ticket in batch:
                ticket.fault = ticket.fault or error
        with self._counting:
            if leader in self._waiting:  # the lock on the file could not be had
                self._waiting.remove(leader)
            self._is_led = bool(self._waiting)
            following = self._waiting[0] if self._waiting else None
        for ticket in batch:
            if ticket is not leader:
                ticket.woken.release()
        if following is not None:
            following.leads = True
            following.woken.release()

    def _do(self, batch: list[_Ticket]) -> None:
        """Do jobs in one transaction, or where one of them fails each in its own."""
        try:
            self._line = line = self._line or SqliteLine(self._engine)
            line.begin()
            for ticket in batch:
                ticket.job(line)
            line.commit()
        except Exception as error:
            self._take_back(error)
            if len(batch) == 1:
                batch[0].fault = error
                return
            for ticket in batch:
                self._do([ticket])

    def _take_back(self, error: Exception) -> None:
        """Undo what was written; a line that is itself at fault is opened anew for the next job."""
        if self._line is None:
            return
        with suppress(sqlite3.Error):
            self._line.rollback()
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
            self._hang_up(self._engine)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep all other writers out, of this process and of others."""
        with self._writing:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _hang_up(self, _engine: Engine) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


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
