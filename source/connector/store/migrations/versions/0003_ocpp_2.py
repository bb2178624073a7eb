"""Transactions whose stations give the id, and the device model (OCPP 2.x)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations.types import TEXT

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_START = ("station", "where", "id_token", "start_ms")


def upgrade() -> None:
    """Tell transactions of 2.x by their ids, and keep what stations report."""
    op.add_column("transactions", sa.Column("token_type", TEXT))
    op.drop_index("transactions_start", "transactions")
    _index_starts(of_16=sa.text("token_type IS NULL"))
    is_2 = sa.text("token_type IS NOT NULL")
    op.create_index(
        "transactions_of_station",
        "transactions",
        ["station", "ocpp_id"],
        unique=True,
        sqlite_where=is_2,
        postgresql_where=is_2,
    )
    op.create_table(
        "variables",
        sa.Column("station", TEXT, primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("item", sa.JSON, nullable=False),
    )


def _index_starts(of_16: sa.TextClause | None) -> None:
    op.create_index(
        "transactions_start",
        "transactions",
        [*_START, sa.func.coalesce(sa.column("meter_start_wh"), -1)],
        unique=True,
        sqlite_where=of_16,
        postgresql_where=of_16,
    )


def downgrade() -> None:
    """Leave the second schema; transactions of 2.x would not fit it."""
    op.drop_table("variables")
    op.execute("DELETE FROM transactions WHERE token_type IS NOT NULL")
    op.drop_index("transactions_of_station", "transactions")
    op.drop_index("transactions_start", "transactions")
    op.drop_column("transactions", "token_type")
    _index_starts(of_16=None)
