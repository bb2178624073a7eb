"""The tables; migrations make them, and a test holds both together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
)

metadata = MetaData()

stations = Table(
    "stations",
    metadata,
    Column("identity", String, primary_key=True),
    Column("registration", String, nullable=False),
    Column("connectors", Integer, nullable=False),
    Column("boot", JSON, nullable=False),
    Column("learned", JSON, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("options", JSON, nullable=False, server_default="{}"),
    Column("security", JSON, nullable=False, server_default="{}"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("folded", String, primary_key=True),
    Column("type", String, primary_key=True),
    Column("id_token", String, nullable=False),
    Column("status", String, nullable=False),
    Column("expiry_ms", BigInteger),
    Column("group", String),
    Column("note", String),
    Column("origin", String),
    Column("language", String),
    Column("max_active", Integer),
)

tokens_seen = Table(
    "tokens_seen",
    metadata,
    Column("folded", String, primary_key=True),
    Column("type", String, primary_key=True),
    Column("id_token", String, nullable=False),
    Column("station", String, nullable=False),
    Column("where", String, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
)
Index("tokens_seen_last", tokens_seen.c.last_ms)

transactions = Table(
    "transactions",
    metadata,
    Column("key", String, primary_key=True),
    Column("ocpp_id", String, nullable=False),
    Column("station", String, nullable=False),
    Column("where", String, nullable=False),
    Column("id_token", String, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("meter_start_wh", Double),
    Column("stop_ms", BigInteger),
    Column("meter_stop_wh", Double),
    Column("reason", String),
    Column("stop_token", String),
    Column("reservation_id", Integer),
    Column("token_type", String),
    Column("energy_wh", Double),
)
Index("transactions_by_token", func.lower(transactions.c.id_token), transactions.c.key)
Index("transactions_by_station", transactions.c.station, transactions.c.key)
Index("transactions_by_ocpp_id", transactions.c.ocpp_id, transactions.c.station)
Index("transactions_open", transactions.c.stop_ms, transactions.c.station)
Index(
    "transactions_start",
    transactions.c.station,
    transactions.c.where,
    transactions.c.id_token,
    transactions.c.start_ms,
    # Two unknown meter readings are one: NULL alone would differ from NULL.
    func.coalesce(transactions.c.meter_start_wh, -1),
    unique=True,
    sqlite_where=transactions.c.token_type.is_(None),
    postgresql_where=transactions.c.token_type.is_(None),
)
Index(
    "transactions_of_station",
    transactions.c.station,
    transactions.c.ocpp_id,
    unique=True,
    sqlite_where=transactions.c.token_type.is_not(None),
    postgresql_where=transactions.c.token_type.is_not(None),
)

samples = Table(
    "samples",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("transaction_key", String, nullable=False),
    Column("time_ms", BigInteger, nullable=False),
    Column("values", JSON, nullable=False),
)
Index("samples_by_transaction", samples.c.transaction_key, samples.c.time_ms)

limits = Table(
    "limits",
    metadata,
    Column("station", String, primary_key=True),
    Column("where", String, primary_key=True),
    Column("state", JSON, nullable=False),
)

reservations = Table(
    "reservations",
    metadata,
    Column("key", String, primary_key=True),
    Column("reservation_id", Integer, nullable=False),
    Column("station", String, nullable=False),
    Column("where", String, nullable=False),
    Column("id_token", String, nullable=False),
    Column("type", String, nullable=False),
    Column("group", String),
    Column("expiry_ms", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
)
Index("reservations_by_station", reservations.c.station, reservations.c.key)
Index("reservations_open", reservations.c.ended_ms, reservations.c.station)

local_lists = Table(
    "local_lists",
    metadata,
    Column("station", String, primary_key=True),
    Column("version", Integer, nullable=False),
    # SQL's NULL where the entries are unknown; an empty list is [].
    Column("entries", JSON(none_as_null=True)),
)

variables = Table(
    "variables",
    metadata,
    Column("station", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("item", JSON, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    # Hexadecimal: a serial number has up to 160 bits.
    Column("serial", String, primary_key=True),
    Column("station", String),
    Column("common_name", String, nullable=False),
    Column("pem", String, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("reason", String),
)
Index("certificates_of_station", certificates.c.station, certificates.c.issued_ms)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
)

history = Table(
    "history",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("time_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Double),
    Column("text", String),
)
Index("history_by_time", history.c.time_ms)

datapoints = Table(
    "datapoints",
    metadata,
    Column("station", String, primary_key=True),
    Column("keys", JSON, nullable=False),
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
