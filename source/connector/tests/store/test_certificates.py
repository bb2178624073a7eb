"""What our own CA issued is kept, found again, and stays when its station goes."""

from __future__ import annotations

from dataclasses import replace

from connector.store import DatabaseStore, open_store
from connector.store.records import CertificateRecord, StationRecord

ONE = CertificateRecord("a1", "CP-7", "pem", 1000, 5000, "CP-7")
TWO = CertificateRecord("b2", "CP-8", "pem", 2000, 9000, "CP-8")
SERVER = CertificateRecord("ff" * 20, "cs.example", "pem", 3000, 9000)


async def keep(store: DatabaseStore, *records: CertificateRecord) -> None:
    for record in records:
        await store.save_certificate(record)


async def test_what_was_issued_is_found_after_a_restart(
    store: DatabaseStore, url: str
) -> None:
    await keep(store, ONE, SERVER)
    await store.close()
    again = open_store(url)
    await again.open()

    assert await again.certificate("a1") == ONE
    assert await again.certificate("ff" * 20) == SERVER
    assert await again.certificate("a2") is None
    await again.close()


async def test_the_newest_come_first(store: DatabaseStore) -> None:
    await keep(store, TWO, ONE, SERVER)

    assert await store.certificates() == [SERVER, TWO, ONE]
    assert await store.certificates(limit=2) == [SERVER, TWO]
    behind = (SERVER.issued_ms, SERVER.serial)
    assert await store.certificates(limit=1, before=behind) == [TWO]
    assert await store.certificates("CP-7", before=behind) == [ONE]
    assert await store.certificates(before=(ONE.issued_ms, ONE.serial)) == []
    assert await store.certificates("CP-7") == [ONE]
    assert await store.certificates("CP-9") == []


async def test_the_revoked_ones_are_those_that_have_not_expired(
    store: DatabaseStore,
) -> None:
    gone = [replace(each, revoked_ms=3000, reason="lost") for each in (ONE, TWO)]
    await keep(store, ONE, TWO, SERVER, *gone)

    assert await store.revoked_certificates(4999) == [gone[1], gone[0]]
    assert await store.revoked_certificates(5000) == [gone[1]]


async def test_they_stay_when_their_station_is_forgotten(store: DatabaseStore) -> None:
    await store.save_station(StationRecord("CP-7", "accepted"))
    await keep(store, ONE)

    await store.delete_station("CP-7")

    assert await store.certificates("CP-7") == [ONE]
