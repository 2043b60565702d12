"""pictures of a draft, and pictures sealed with a report."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("conversation", sa.LargeBinary(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "id", name=op.f("pk_photo")),
    )
    op.create_table(
        "report_photo",
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("has_original", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["report.reference"], name=op.f("fk_report_photo_reference_report")
        ),
        sa.PrimaryKeyConstraint("reference", "number", name=op.f("pk_report_photo")),
    )


def downgrade() -> None:
    op.drop_table("report_photo")
    op.drop_table("photo")
