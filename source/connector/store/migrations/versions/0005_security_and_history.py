"""Registered stations, tokens seen, certificates issued, and history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations.types import TEXT, WHOLE

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what the registry, the certification authority and history keep."""
    for name in ("options", "security"):
        column = sa.Column(name, sa.JSON, nullable=False, server_default="{}")
        op.add_column("stations", column)
    op.add_column("tokens", sa.Column("language", TEXT))
    op.add_column("tokens", sa.Column("max_active", WHOLE))
    _add_energies()
    _add_tokens_seen()
    _add_certificates()
    _add_history()


def _add_energies() -> None:
    op.add_column("transactions", sa.Column("energy_wh", sa.Double))
    by_token: list[str | sa.TextClause] = [sa.text("lower(id_token)"), "key"]
    op.create_index("transactions_by_token", "transactions", by_token)
    op.create_index("transactions_by_station", "transactions", ["station", "key"])


def _add_tokens_seen() -> None:
    op.create_table(
        "tokens_seen",
        sa.Column("folded", TEXT, primary_key=True),
        sa.Column("type", TEXT, primary_key=True),
        sa.Column("id_token", TEXT, nullable=False),
        sa.Column("station", TEXT, nullable=False),
        sa.Column("where", TEXT, nullable=False),
        sa.Column("first_ms", sa.BigInteger, nullable=False),
        sa.Column("last_ms", sa.BigInteger, nullable=False),
        sa.Column("times", WHOLE, nullable=False),
    )
    op.create_index("tokens_seen_last", "tokens_seen", ["last_ms"])


def _add_certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("serial", TEXT, primary_key=True),
        sa.Column("station", TEXT),
        sa.Column("common_name", TEXT, nullable=False),
        sa.Column("pem", TEXT, nullable=False),
        sa.Column("issued_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger),
        sa.Column("reason", TEXT),
    )
    op.create_index("certificates_of_station", "certificates", ["station", "issued_ms"])


def _add_history() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", TEXT, nullable=False, unique=True),
    )
    op.create_table(
        "history",
        sa.Column("series", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("time_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Double),
        sa.Column("text", TEXT),
    )
    op.create_index("history_by_time", "history", ["time_ms"])


def downgrade() -> None:
    """Leave the fourth schema."""
    for table in ("history", "series", "certificates", "tokens_seen"):
        op.drop_table(table)
    for index in ("transactions_by_station", "transactions_by_token"):
        op.drop_index(index, "transactions")
    with op.batch_alter_table("transactions") as transactions:
        transactions.drop_column("energy_wh")
    with op.batch_alter_table("tokens") as tokens:
        tokens.drop_column("max_active")
        tokens.drop_column("language")
    with op.batch_alter_table("stations") as stations:
        stations.drop_column("security")
        stations.drop_column("options")
