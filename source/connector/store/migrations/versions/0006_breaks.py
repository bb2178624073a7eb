"""Times at which the history breaks off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the times from which on no connector ran."""
    op.create_table(
        "breaks",
        sa.Column("time_ms", sa.BigInteger, primary_key=True, autoincrement=False),
    )


def downgrade() -> None:
    """Leave the fifth schema."""
    op.drop_table("breaks")
