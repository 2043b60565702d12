"""Runs migrations on the connection that `bot.migrating` hands over."""

from alembic import context
from sqlmodel import SQLModel

import casebridge.desk.tables
import casebridge.tables  # noqa: F401 - importing declares the tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
