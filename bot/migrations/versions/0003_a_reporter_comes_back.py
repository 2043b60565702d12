"""a reporter comes back: additions, questions, withdrawals, closing."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ONCE = "uq_delivery_reference_agency_destination"
ONCE_EACH = f"{ONCE}_addition_what"


def upgrade() -> None:
    op.add_column("report", sa.Column("code_shared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("report", sa.Column("reporter_key", sa.LargeBinary(), nullable=True))
    op.add_column("report", sa.Column("closed_at", UTCDateTime(), nullable=True))
    op.add_column("report", sa.Column("closed_reason", AutoString(length=32), nullable=True))
    op.add_column("desk_case", sa.Column("added_at", UTCDateTime(), nullable=True))
    op.add_column("desk_case", sa.Column("withdrawn_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("what", AutoString(length=16), nullable=False, server_default="report"))
        delivery.add_column(sa.Column("addition", AutoString(length=36), nullable=False, server_default=""))
        delivery.drop_constraint(ONCE, type_="unique")
        delivery.create_unique_constraint(
            ONCE_EACH, ["reference", "agency", "destination", "addition", "what"]
        )
    with op.batch_alter_table("delivery") as delivery:  # what there was, was the report; no row is without
        delivery.alter_column("what", server_default=None)
        delivery.alter_column("addition", server_default=None)
    _create_additions()
    _create_questions()


def downgrade() -> None:
    """Keep reports and their deliveries; what was added, asked and taken back has no place any more."""
    op.drop_table("report_question")
    op.drop_table("report_addition")
    op.execute("DELETE FROM delivery WHERE what <> 'report'")
    op.execute(
        "UPDATE report SET deliveries ="
        " (SELECT count(*) FROM delivery WHERE delivery.reference = report.reference)"
    )
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_constraint(ONCE_EACH, type_="unique")
        delivery.create_unique_constraint(ONCE, ["reference", "agency", "destination"])
        delivery.drop_column("what")
        delivery.drop_column("addition")
    for name in ("added_at", "withdrawn_at"):
        op.drop_column("desk_case", name)
    for name in ("code_shared", "reporter_key", "closed_at", "closed_reason"):
        op.drop_column("report", name)


def _create_additions() -> None:
    op.create_table(
        "report_addition",
        sa.Column("id", AutoString(length=36), nullable=False),
        sa.Column("reference", AutoString(length=16), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("form", AutoString(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference"], ["report.reference"], name=op.f("fk_report_addition_reference_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_addition")),
    )
    op.create_index(op.f("ix_report_addition_reference"), "report_addition", ["reference"])


def _create_questions() -> None:
    op.create_table(
        "report_question",
        sa.Column("id", AutoString(length=36), nullable=False),
        sa.Column("reference", AutoString(length=16), nullable=False),
        sa.Column("agency", AutoString(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("copy_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("copy_key", AutoString(length=32), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", AutoString(length=36), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reference"], ["report.reference"], name=op.f("fk_report_question_reference_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_question")),
    )
    op.create_index(op.f("ix_report_question_reference"), "report_question", ["reference"])
