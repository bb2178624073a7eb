"""Reservations, and the local authorization lists of stations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations.types import TEXT, WHOLE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is kept of both, and the sequence of our reservation ids."""
    _reservations()
    _local_lists()


def _reservations() -> None:
    """One row for each; one id may come again, so it is no key."""
    op.create_table(
        "reservations",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("reservation_id", WHOLE, nullable=False),
        sa.Column("station", TEXT, nullable=False),
        sa.Column("where", TEXT, nullable=False),
        sa.Column("id_token", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("group", TEXT),
        sa.Column("expiry_ms", sa.BigInteger, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger),
    )
    op.create_index("reservations_by_station", "reservations", ["station", "key"])
    op.create_index("reservations_open", "reservations", ["ended_ms", "station"])
    op.execute("INSERT INTO sequences (name, value) VALUES ('reservation', 0)")


def _local_lists() -> None:
    """What each station accepted last."""
    op.create_table(
        "local_lists",
        sa.Column("station", TEXT, primary_key=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("entries", sa.JSON),
    )


def downgrade() -> None:
    """Leave the first schema."""
    op.drop_table("local_lists")
    op.drop_table("reservations")
    op.execute("DELETE FROM sequences WHERE name = 'reservation'")
