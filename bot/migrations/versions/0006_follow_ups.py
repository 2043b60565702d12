"""where a reporter may be written to, and what is written first."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", AutoString(length=36), nullable=False),
        sa.Column("reference", AutoString(length=16), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("survey", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("reference", name=op.f("uq_follow_up_reference")),
    )
    op.create_index(op.f("ix_follow_up_address"), "follow_up", ["address"])
    op.create_index(op.f("ix_follow_up_expires_at"), "follow_up", ["expires_at"])
    op.create_table(
        "outgoing",
        sa.Column("id", AutoString(length=36), nullable=False),
        sa.Column("follow_up", AutoString(length=36), nullable=False),
        sa.Column("what", AutoString(length=16), nullable=False),
        sa.Column("event", AutoString(length=36), nullable=False),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("tried_at", UTCDateTime(), nullable=True),
        sa.Column("provider_id", AutoString(length=64), nullable=False),
        sa.Column("error", AutoString(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("follow_up", "what", "event", name=op.f("uq_outgoing_follow_up_what_event")),
    )
    op.create_index(op.f("ix_outgoing_provider_id"), "outgoing", ["provider_id"])
    op.create_index("ix_outgoing_state_due_at", "outgoing", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("outgoing")
    op.drop_table("follow_up")
