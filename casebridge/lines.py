"""Lines to the database for statements that stand alone, straight to the driver and to libpq.

What SQLAlchemy and psycopg do around a statement costs four times what the statement itself
does here, and there are two of them in every turn. Connections are opened by the engine, faults
are SQLAlchemy's; only the way of a statement is shorter. `python -m bench http` shows the turn.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
from psycopg import errors, pq
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.types import DateTime, Integer, LargeBinary, TypeEngine

from casebridge.prepared import Line, Prepared, Row, told

Done = TypeVar("Done")

_TEXT, _BINARY = 0, 1
_OK = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
_TYPES: Mapping[type[TypeEngine[Any]], int] = {LargeBinary: 17, Integer: 23, DateTime: 1184}
"""PostgreSQL's numbers of types; for what is not here, texts, it finds out itself."""
_ITS_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_READ: Mapping[int, Callable[[bytes], Any]] = {
    17: bytes,
    23: lambda value: int.from_bytes(value, signed=True),
    25: bytes.decode,
    1043: bytes.decode,
    1184: lambda value: _ITS_EPOCH + timedelta(microseconds=int.from_bytes(value, signed=True)),
}


class Lines:
    """Lines that are free, and those lent: as many as there are threads at work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._free: deque[Line] = deque()
        self._kind: Callable[[Engine], Line] = (
            SqliteLine if engine.dialect.name == "sqlite" else PostgresqlLine
        )
        event.listen(engine, "engine_disposed", self._close)

    def do(self, job: Callable[[Line], Done]) -> Done:
        """Do a job on a line nobody else has. One that was lost is not lent again, nor are the others."""
        try:
            line = self._free.pop()
        except IndexError:
            line = self._kind(self._engine)
        is_sound = True
        try:
            return job(line)
        except DBAPIError as error:
            is_sound = isinstance(error, IntegrityError)
            raise
        finally:
            if is_sound:
                self._free.append(line)
            else:
                line.close()
                self._close()

    def _close(self, _engine: Engine | None = None) -> None:
        """Close those that are free."""
        while self._free:
            try:
                self._free.pop().close()
            except IndexError:  # another thread was first
                return


class SqliteLine:
    """A connection to a file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect = engine.dialect
        self._held, self._driver = _opened(engine)

    def run(self, statement: Prepared, values: dict[str, Any]) -> tuple[Row, int]:
        sql, given = statement.in_order(self.dialect, values)
        with told_by(self._engine, sql):
            cursor = self._driver.execute(sql, given)
            return cursor.fetchone(), cursor.rowcount

    def begin(self) -> None:
        with told_by(self._engine, "BEGIN"):
            self._driver.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        with told_by(self._engine, "COMMIT"):
            self._driver.commit()

    def rollback(self) -> None:
        self._driver.rollback()

    def close(self) -> None:
        self._held.close()


@contextmanager
def told_by(engine: Engine, sql: str) -> Iterator[None]:
    """Tell a fault of SQLite as SQLAlchemy does."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, sql, engine.dialect) from error


class PostgresqlLine:
    """A connection to a server, and what is prepared on it."""

    def __init__(self, engine: Engine) -> None:
        self.dialect = engine.dialect
        self._held, self._driver = _opened(engine)
        self._driver.autocommit = True
        self._prepared: dict[Prepared, tuple[bytes, tuple[str, ...]]] = {}

    def run(self, statement: Prepared, values: dict[str, Any]) -> tuple[Row, int]:
        libpq = self._driver.pgconn
        try:
            name, order = self._prepared.get(statement) or self._prepare(statement)
            given = [_sent(values[name]) for name in order]
            result = libpq.exec_prepared(
                name, [value for value, _ in given], [form for _, form in given], _BINARY
            )
            _check(result)
        except psycopg.Error as error:
            raise told(error, str(statement), self.dialect, lost=libpq.status != pq.ConnStatus.OK) from error
        row = None
        if result.ntuples:
            row = tuple(_read(result, column) for column in range(result.nfields))
        return row, result.command_tuples or 0

    def close(self) -> None:
        self._held.close()

    def _prepare(self, statement: Prepared) -> tuple[bytes, tuple[str, ...]]:
        """Let the server plan it, once for this connection."""
        sql, order, types = statement.numbered()
        numbers = [next((_TYPES[kind] for kind in type(each).__mro__ if kind in _TYPES), 0) for each in types]
        name = f"line_{len(self._prepared)}".encode()
        _check(self._driver.pgconn.prepare(name, sql.encode(), numbers))
        made = self._prepared[statement] = (name, order)
        return made


def _opened(engine: Engine) -> tuple[Connection, Any]:
    """Open a connection as the engine opens its own and take it out of the pool; return the driver's too."""
    connection = engine.connect()
    driver = connection.connection.driver_connection
    connection.detach()
    return connection, driver


def _sent(value: bytes | datetime | int | str) -> tuple[bytes, int]:
    """Return a value in a form the server reads, and which form that is."""
    if isinstance(value, bytes):
        return value, _BINARY
    if isinstance(value, datetime):
        return value.isoformat().encode(), _TEXT
    return str(value).encode(), _TEXT


def _read(result: pq.abc.PGresult, column: int) -> Any:
    value = result.get_value(0, column)
    return None if value is None else _READ[result.ftype(column)](value)


def _check(result: pq.abc.PGresult) -> None:
    if result.status in _OK:
        return
    state = result.error_field(pq.DiagnosticField.SQLSTATE)
    kind = errors.lookup(state.decode()) if state else psycopg.OperationalError
    raise kind(kind.__name__)
