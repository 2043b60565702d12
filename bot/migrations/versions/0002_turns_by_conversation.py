"""turns are found by their conversation: one index instead of two."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = "conversation, key, number, body, expires_at"


def upgrade() -> None:
    _rebuild(sa.PrimaryKeyConstraint("conversation", "key", name=op.f("pk_turn")))


def downgrade() -> None:
    _rebuild(sa.PrimaryKeyConstraint("key", name=op.f("pk_turn")))
    op.create_index(op.f("ix_turn_conversation"), "turn", ["conversation"])


def _rebuild(primary_key: sa.PrimaryKeyConstraint) -> None:
    """Copy the rows into a table with another primary key: SQLite cannot change one."""
    op.rename_table("turn", "turn_before")
    if op.get_context().dialect.name == "postgresql":  # its names are the whole schema's
        op.drop_constraint("pk_turn", "turn_before")
    op.drop_index("ix_turn_expires_at", "turn_before")
    op.create_table(
        "turn",
        sa.Column("conversation", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        primary_key,
    )
    op.execute(f"INSERT INTO turn ({COLUMNS}) SELECT {COLUMNS} FROM turn_before")  # noqa: S608 - our own names
    op.drop_table("turn_before")
    op.create_index(op.f("ix_turn_expires_at"), "turn", ["expires_at"])
