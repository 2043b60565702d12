"""Brings a database to the newest shape, and says whether it is there. Alembic does the work."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from casebridge.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Run what is missing, in one transaction."""
    with database.begin() as connection:
        command.upgrade(_config(connection), "head")


def check(database: Database) -> None:
    """Raise alembic CommandError if the tables in code and the migrations differ."""
    with database.begin() as connection:
        command.check(_config(connection))


def write(database: Database, message: str) -> None:
    """Write a migration for what changed in the tables."""
    with database.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def is_newest(connection: Connection) -> bool:
    """Say whether the database has the newest shape."""
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
