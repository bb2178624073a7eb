"""The operations on certificates that our own CA issued."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select, tuple_

from connector.store import tables
from connector.store.records import CertificateRecord
from connector.store.statements import replace

_c = tables.certificates.c
_ALL = select(tables.certificates).order_by(_c.issued_ms.desc(), _c.serial.desc())


def save(connection: Connection, record: CertificateRecord) -> None:
    """Insert or replace."""
    row = {name: getattr(record, name) for name in CertificateRecord.__slots__}
    replace(connection, tables.certificates, row)


def of_serial(connection: Connection, serial: str) -> CertificateRecord | None:
    """The one with that serial number."""
    found = _records(connection, _ALL.where(_c.serial == serial))
    return found[0] if found else None


def newest(
    connection: Connection,
    station: str | None,
    limit: int | None,
    before: tuple[int, str] | None,
) -> list[CertificateRecord]:
    """Those of a station, or all; newest first, behind one of them."""
    query = _ALL if station is None else _ALL.where(_c.station == station)
    if before is not None:
        query = query.where(tuple_(_c.issued_ms, _c.serial) < before)
    return _records(connection, query.limit(limit))


def revoked(connection: Connection, now_ms: int) -> list[CertificateRecord]:
    """Those that a revocation list has to name: others have expired by themselves."""
    is_it = (_c.revoked_ms.is_not(None), _c.expires_ms > now_ms)
    return _records(connection, _ALL.where(*is_it))


def _records(connection: Connection, query: Select[Any]) -> list[CertificateRecord]:
    rows = connection.execute(query).mappings()
    return [CertificateRecord(**row) for row in rows]
