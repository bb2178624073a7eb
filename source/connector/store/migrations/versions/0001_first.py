"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connector.store.migrations.types import TEXT, WHOLE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of version 0.1."""
    _stations_and_tokens()
    _transactions()
    _samples()
    _limits_and_keys()
    _sequences()


def _stations_and_tokens() -> None:
    """What is known of stations, and who may charge."""
    op.create_table(
        "stations",
        sa.Column("identity", TEXT, primary_key=True),
        sa.Column("registration", TEXT, nullable=False),
        sa.Column("connectors", WHOLE, nullable=False),
        sa.Column("boot", sa.JSON, nullable=False),
        sa.Column("learned", sa.JSON, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "tokens",
        sa.Column("folded", TEXT, primary_key=True),
        sa.Column("type", TEXT, primary_key=True),
        sa.Column("id_token", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("expiry_ms", sa.BigInteger),
        sa.Column("group", TEXT),
        sa.Column("note", TEXT),
    )


def _transactions() -> None:
    """Transactions; the unique index finds a start that is sent twice."""
    transactions = op.create_table(
        "transactions",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("ocpp_id", TEXT, nullable=False),
        sa.Column("station", TEXT, nullable=False),
        sa.Column("where", TEXT, nullable=False),
        sa.Column("id_token", TEXT, nullable=False),
        sa.Column("start_ms", sa.BigInteger, nullable=False),
        sa.Column("meter_start_wh", sa.Double),
        sa.Column("stop_ms", sa.BigInteger),
        sa.Column("meter_stop_wh", sa.Double),
        sa.Column("reason", TEXT),
        sa.Column("stop_token", TEXT),
        sa.Column("reservation_id", WHOLE),
    )
    op.create_index("transactions_by_ocpp_id", "transactions", ["ocpp_id", "station"])
    op.create_index("transactions_open", "transactions", ["stop_ms", "station"])
    op.create_index(
        "transactions_start",
        "transactions",
        [
            "station",
            "where",
            "id_token",
            "start_ms",
            sa.func.coalesce(transactions.c.meter_start_wh, -1),
        ],
        unique=True,
    )


def _samples() -> None:
    """Meter values of transactions."""
    op.create_table(
        "samples",
        sa.Column("id", WHOLE, primary_key=True, autoincrement=True),
        sa.Column("transaction_key", TEXT, nullable=False),
        sa.Column("time_ms", sa.BigInteger, nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
    )
    op.create_index("samples_by_transaction", "samples", ["transaction_key", "time_ms"])


def _limits_and_keys() -> None:
    """Kept limits, and the keys that a station has shown."""
    op.create_table(
        "limits",
        sa.Column("station", TEXT, primary_key=True),
        sa.Column("where", TEXT, primary_key=True),
        sa.Column("state", sa.JSON, nullable=False),
    )
    op.create_table(
        "datapoints",
        sa.Column("station", TEXT, primary_key=True),
        sa.Column("keys", sa.JSON, nullable=False),
    )


def _sequences() -> None:
    """Numbers that rise, as `transactionId` does."""
    op.create_table(
        "sequences",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO sequences (name, value) VALUES ('transaction', 0)")


def downgrade() -> None:
    """Nothing came before it."""
    raise RuntimeError("there is no earlier schema")
