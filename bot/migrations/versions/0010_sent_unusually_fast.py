"""a case says that its report was sent unusually fast."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("desk_case") as batch_op:
        batch_op.add_column(sa.Column("hurried", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("desk_case") as batch_op:
        batch_op.drop_column("hurried")
