"""Statements for the path of a message: a dialect's SQL is made of each once, not every time."""

from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

_Made = tuple[str, tuple[str, ...], dict[str, Any]]


class Prepared:
    """A Core statement that is handed to the driver as it is: a third of what SQLAlchemy costs goes."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def run(self, connection: Connection, **values: Any) -> CursorResult[Any]:
        """Execute it with a value for each of its parameters."""
        dialect = connection.dialect
        sql, order, convert = self._made.get(dialect.name) or self._make(dialect)
        for name, converted in convert.items():
            values[name] = converted(values[name])
        return connection.exec_driver_sql(sql, tuple(values[name] for name in order) if order else values)

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
