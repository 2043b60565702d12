"""codes that drafts were put off with."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_code",
        sa.Column("code_id", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_draft_code")),
    )
    op.create_index(op.f("ix_draft_code_expires_at"), "draft_code", ["expires_at"])


def downgrade() -> None:
    op.drop_table("draft_code")
