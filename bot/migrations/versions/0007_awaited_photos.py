"""pictures that are fetched after their message was answered."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "awaited_photo",
        sa.Column("conversation", sa.LargeBinary(), nullable=False),
        sa.Column("id", AutoString(length=36), nullable=False),
        sa.Column("state", AutoString(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("refused", AutoString(length=16), nullable=True),
        sa.Column("reference", AutoString(length=16), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("conversation", "id", name=op.f("pk_awaited_photo")),
    )
    op.create_index("ix_awaited_photo_state_due_at", "awaited_photo", ["state", "due_at"])
    op.create_index(op.f("ix_awaited_photo_reference"), "awaited_photo", ["reference"])
    op.add_column(
        "report_photo", sa.Column("state", AutoString(length=16), server_default="here", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("report_photo", "state")
    op.drop_table("awaited_photo")
