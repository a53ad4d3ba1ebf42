"""The role and the login of a coder; which gestures of the interface were stored.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns and the table."""
    op.add_column(
        "coder",
        sa.Column("role", sa.String(length=16), server_default="evaluator", nullable=False),
    )
    op.add_column("coder", sa.Column("login", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "gesture",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gesture")),
    )
