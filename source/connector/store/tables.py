"""The tables; migrations make them, and a test holds both together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    func,
)

from connector.store.columns import Name, Real, Text, Whole

metadata = MetaData()

stations = Table(
    "stations",
    metadata,
    Column("identity", Name, primary_key=True),
    Column("registration", Text, nullable=False),
    Column("connectors", Whole, nullable=False),
    Column("boot", JSON, nullable=False),
    Column("learned", JSON, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("options", JSON, nullable=False, server_default="{}"),
    Column("security", JSON, nullable=False, server_default="{}"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("folded", Name, primary_key=True),
    Column("type", Name, primary_key=True),
    Column("id_token", Name, nullable=False),
    Column("status", Text, nullable=False),
    Column("expiry_ms", BigInteger),
    Column("group", Name),
    Column("note", Text),
    Column("origin", Text),
    Column("language", Text),
    Column("max_active", Whole),
)

tokens_seen = Table(
    "tokens_seen",
    metadata,
    Column("folded", Name, primary_key=True),
    Column("type", Name, primary_key=True),
    Column("id_token", Name, nullable=False),
    Column("station", Name, nullable=False),
    Column("where", Name, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("times", Whole, nullable=False),
)
Index("tokens_seen_last", tokens_seen.c.last_ms)

transactions = Table(
    "transactions",
    metadata,
    Column("key", Name, primary_key=True),
    Column("ocpp_id", Name, nullable=False),
    Column("station", Name, nullable=False),
    Column("where", Name, nullable=False),
    Column("id_token", Name, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("meter_start_wh", Real),
    Column("stop_ms", BigInteger),
    Column("meter_stop_wh", Real),
    Column("reason", Text),
    Column("stop_token", Name),
    Column("reservation_id", Whole),
    Column("token_type", Text),
    Column("energy_wh", Real),
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
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("transaction_key", Name, nullable=False),
    Column("time_ms", BigInteger, nullable=False),
    Column("values", JSON, nullable=False),
)
Index("samples_by_transaction", samples.c.transaction_key, samples.c.time_ms)

limits = Table(
    "limits",
    metadata,
    Column("station", Name, primary_key=True),
    Column("where", Name, primary_key=True),
    Column("state", JSON, nullable=False),
)

reservations = Table(
    "reservations",
    metadata,
    Column("key", Name, primary_key=True),
    Column("reservation_id", Whole, nullable=False),
    Column("station", Name, nullable=False),
    Column("where", Name, nullable=False),
    Column("id_token", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("group", Name),
    Column("expiry_ms", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
)
Index("reservations_by_station", reservations.c.station, reservations.c.key)
Index("reservations_open", reservations.c.ended_ms, reservations.c.station)

local_lists = Table(
    "local_lists",
    metadata,
    Column("station", Name, primary_key=True),
    Column("version", Whole, nullable=False),
    # SQL's NULL where the entries are unknown; an empty list is [].
    Column("entries", JSON(none_as_null=True)),
)

variables = Table(
    "variables",
    metadata,
    Column("station", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Column("item", JSON, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    # Hexadecimal: a serial number has up to 160 bits.
    Column("serial", Name, primary_key=True),
    Column("station", Name),
    Column("common_name", Text, nullable=False),
    Column("pem", Text, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("reason", Text),
)
Index("certificates_of_station", certificates.c.station, certificates.c.issued_ms)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", Name, nullable=False, unique=True),
)

history = Table(
    "history",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("time_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Real),
    Column("text", Text),
)
Index("history_by_time", history.c.time_ms)

breaks = Table(
    "breaks",
    metadata,
    Column("time_ms", BigInteger, primary_key=True, autoincrement=False),
)

datapoints = Table(
    "datapoints",
    metadata,
    Column("station", Name, primary_key=True),
    Column("keys", JSON, nullable=False),
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", Name, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
