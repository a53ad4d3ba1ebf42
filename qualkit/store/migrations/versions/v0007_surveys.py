"""Surveys with their answers, and tables that others published.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "survey",
        _id(),
        sa.Column("ident", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        _seal("sha256"),
        sa.Column("position", sa.Integer(), nullable=False),
        _version(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("ident", name=op.f("uq_survey_ident")),
    )
    op.create_table(
        "survey_wave",
        _id(),
        sa.Column("survey_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        _seal("file_sha256"),
        sa.Column("respondents", sa.Integer(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        _seal("sha256"),
        sa.Column("added", sa.String(length=20), nullable=False),
        _version(),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_wave_survey_id_survey"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_wave")),
        sa.UniqueConstraint("survey_id", "name", name=op.f("uq_survey_wave_survey_id_name")),
    )  # fmt: skip
    op.create_table(
        "published_table",
        _id(),
        sa.Column("ident", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        _seal("sha256"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("added", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _version(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_table")),
        sa.UniqueConstraint("ident", name=op.f("uq_published_table_ident")),
    )


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=36), nullable=False)


def _seal(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)
