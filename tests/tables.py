"""Every table that is imported, made with one script instead of a look and a statement for each."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_mock_engine, inspect
from sqlmodel import SQLModel


def create_tables(engine: Engine) -> None:
    """Make what is missing; on an empty database all at once."""
    if inspect(engine).get_table_names():
        SQLModel.metadata.create_all(engine)
        return
    script = _script(engine.url.render_as_string().partition(":")[0], tuple(SQLModel.metadata.tables))
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            driver.executescript(f"BEGIN;{script};COMMIT;")
        else:
            driver.execute(script)
            driver.commit()


@cache
def _script(kind: str, _tables: Iterable[str]) -> str:
    """Return the statements for a kind of database, as its dialect writes them."""
    statements: list[Any] = []
    engine = create_mock_engine(f"{kind}://", lambda statement, *_, **_more: statements.append(statement))
    SQLModel.metadata.create_all(engine, checkfirst=False)
    return ";".join(str(statement.compile(dialect=engine.dialect)) for statement in statements)
