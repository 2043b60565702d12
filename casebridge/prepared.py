"""Statements for the path of a message: their SQL is made once, and the driver itself is handed it."""

from typing import Any, Protocol, cast

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...] | None
_Made = tuple[str, tuple[str, ...], dict[str, Any]]
_NUMBERED: Dialect = postgresql.psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Line(Protocol):
    """A connection that is in no transaction: what is run on it is one of its own."""

    dialect: Dialect

    def run(self, statement: "Prepared", values: dict[str, Any]) -> tuple[Row, int]:
        """Return the first row there is, and how many were written."""
        ...

    def close(self) -> None: ...


class Prepared:
    """A Core statement without what SQLAlchemy does at every execution: a tenth of a whole turn.

    Faults are SQLAlchemy's own, and a connection that was lost leaves the pool, as ever.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def __str__(self) -> str:
        return str(self._statement)

    def one(self, on: "Connection | Line", **values: Any) -> Row:
        """Return the first row it finds, if there is one."""
        return self._run(on, values)[0]

    def write(self, on: "Connection | Line", **values: Any) -> int:
        """Return how many rows it wrote."""
        return self._run(on, values)[1]

    def in_order(self, dialect: Dialect, values: dict[str, Any]) -> tuple[str, Any]:
        """Return its SQL and these values in the form and order the driver wants them."""
        sql, order, convert = self._made.get(dialect.name) or self._make(dialect)
        for name, converted in convert.items():
            values[name] = converted(values[name])
        return sql, [values[name] for name in order] if order else values

    def numbered(self) -> tuple[str, tuple[str, ...], tuple[TypeEngine[Any], ...]]:
        """Return its SQL for PostgreSQL, the names of $1, $2 and so on, and their types."""
        compiled = cast(SQLCompiler, self._statement.compile(dialect=_NUMBERED))
        order = tuple(compiled.positiontup or ())
        return str(compiled), order, tuple(compiled.binds[name].type for name in order)

    def _run(self, on: "Connection | Line", values: dict[str, Any]) -> tuple[Row, int]:
        if not isinstance(on, Connection):
            return on.run(self, values)
        dialect = on.dialect
        sql, given = self.in_order(dialect, values)
        try:
            cursor = on.connection.cursor()
            dialect.do_execute(cursor, sql, given)
        except dialect.loaded_dbapi.Error as error:
            lost = dialect.is_disconnect(error, on.connection, None)
            if lost:
                on.invalidate(error)
            raise told(error, sql, dialect, lost=lost) from error
        row = cursor.fetchone() if cursor.description else None
        count = cursor.rowcount
        cursor.close()
        return row, count

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


def told(error: Exception, sql: str, dialect: Dialect, *, lost: bool = False) -> BaseException:
    """Return a driver's fault as SQLAlchemy tells it, no value in it."""
    known: Any = dialect
    kind = known.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, kind, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
