"""Statements for the path of a message: their SQL is made once, and the driver itself is handed it."""

from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

_Made = tuple[str, tuple[str, ...], dict[str, Any]]


class Prepared:
    """A Core statement without what SQLAlchemy does at every execution: a tenth of a whole turn.

    Faults are SQLAlchemy's own, and a connection that was lost leaves the pool, as ever.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def one(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """Return the row it finds, if there is one."""
        cursor = self._execute(connection, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return row

    def write(self, connection: Connection, **values: Any) -> int:
        """Return how many rows it wrote."""
        cursor = self._execute(connection, values)
        count: int = cursor.rowcount
        cursor.close()
        return count

    def _execute(self, connection: Connection, values: dict[str, Any]) -> Any:
        dialect = connection.dialect
        sql, order, convert = self._made.get(dialect.name) or self._make(dialect)
        for name, converted in convert.items():
            values[name] = converted(values[name])
        try:
            cursor = connection.connection.cursor()
            dialect.do_execute(cursor, sql, tuple([values[name] for name in order]) if order else values)
        except dialect.loaded_dbapi.Error as error:
            raise _told(error, sql, connection) from error
        return cursor

    def _make(self, dialect: Dialect) -> _Made:
        """Put it into a dialect: its SQL, the order of values where they have no names, and their forms."""
        compiled = cast(SQLCompiler, self._statement.compile(dialect=dialect))
        processors = {
            name: parameter.type.dialect_impl(dialect).bind_processor(dialect)
            for name, parameter in compiled.binds.items()
        }
        convert = {name: processor for name, processor in processors.items() if processor}
        made = self._made[dialect.name] = (str(compiled), tuple(compiled.positiontup or ()), convert)
        return made


def _told(error: Exception, sql: str, connection: Connection) -> BaseException:
    """Return a driver's fault as SQLAlchemy tells it, no value in it."""
    dialect: Any = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, None)
    if lost:
        connection.invalidate(error)
    kind = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, kind, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
