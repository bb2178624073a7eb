"""Where the registry has its id tokens from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations.types import TEXT

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell tokens of the configuration; nothing else has registered any until now."""
    op.add_column("tokens", sa.Column("origin", TEXT))
    op.execute("UPDATE tokens SET origin = 'configuration'")


def downgrade() -> None:
    """Leave the third schema."""
    op.drop_column("tokens", "origin")
