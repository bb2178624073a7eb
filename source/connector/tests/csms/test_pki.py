"""The CA with its list: what is issued is kept, what is revoked is told."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from connector.csms.pki import Pki, UnknownCertificate, lasting, open_pki
from connector.errors import CertificateError, StoreError
from connector.security.ca import LIST_FILE, PKI_FOLDER, StationAuthority
from connector.store import open_store
from connector.tests.clock import START_MS, FakeClock
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.signing import csr

CSR = csr().decode()
DAY_S = 86_400


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def pki(tmp_path: Path, store: MemoryStore, clock: FakeClock) -> Pki:
    authority = StationAuthority(tmp_path / PKI_FOLDER, "ACME")
    return Pki(authority, store, clock.now_ms)


def listed(folder: Path) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl((folder / PKI_FOLDER / LIST_FILE).read_bytes())


async def test_init_makes_a_ca_and_an_empty_list(pki: Pki, tmp_path: Path) -> None:
    root = await pki.init()

    assert await pki.init() == root
    assert list(listed(tmp_path)) == []
    context = ssl.create_default_context(cadata=root)
    assert len(context.get_ca_certs()) == 1


async def test_a_request_is_issued_and_kept(pki: Pki, store: MemoryStore) -> None:
    record = await pki.issue("CP-7", CSR)

    assert store.certificate_records == {record.serial: record}
    assert (record.station, record.common_name) == ("CP-7", "CP-7")
    assert (record.issued_ms, record.revoked_ms) == (START_MS, None)


async def test_the_serial_number_of_a_station_may_be_its_name(pki: Pki) -> None:
    request = csr("SN1").decode()

    assert (await pki.issue("CP-7", request, ["SN1"])).common_name == "SN1"
    with pytest.raises(CertificateError, match="its CN 'SN1' is neither"):
        await pki.issue("CP-7", request)


async def test_a_pair_is_kept_without_its_key(pki: Pki, store: MemoryStore) -> None:
    issued = await pki.issue_pair("CP-7", lasts=lasting(10))

    assert issued.record == store.certificate_records[issued.record.serial]
    assert issued.pair.certificate == issued.record.pem
    assert "PRIVATE KEY" not in repr(store.certificate_records)
    assert issued.record.expires_ms == START_MS + 10 * DAY_S * 1000
    assert "PRIVATE" not in repr(issued)


async def test_a_long_identity_needs_a_shorter_name(pki: Pki) -> None:
    with pytest.raises(CertificateError, match="a CN has at most 64 characters"):
        await pki.issue_pair("x" * 65)

    assert (await pki.issue_pair("x" * 65, "SN1")).record.common_name == "SN1"


async def test_a_server_s_certificate_belongs_to_no_station(pki: Pki) -> None:
    issued = await pki.issue_server(["cs.example", "10.0.0.1"])

    assert (issued.record.station, issued.record.common_name) == (None, "cs.example")
    assert await pki.list("CP-7") == []
    assert await pki.list() == [issued.record]


async def test_what_cannot_be_kept_is_not_handed_out(
    pki: Pki, store: MemoryStore
) -> None:
    store.is_failing = True

    with pytest.raises(StoreError):
        await pki.issue("CP-7", CSR)


@pytest.mark.parametrize("days", [0, -1, 7301])
def test_how_long_is_bounded(days: int) -> None:
    with pytest.raises(CertificateError, match="expected 1 to 7300"):
        lasting(days)


# -- revoking


async def test_what_is_revoked_is_on_the_list_at_once(
    pki: Pki, tmp_path: Path, clock: FakeClock
) -> None:
    await pki.init()
    one, two = await pki.issue("CP-7", CSR), await pki.issue("CP-7", CSR)
    clock.advance(60)

    revoked = await pki.revoke(one.serial.upper(), "key_compromise")

    assert (revoked.revoked_ms, revoked.reason) == (START_MS + 60_000, "key_compromise")
    assert [f"{each.serial_number:x}" for each in listed(tmp_path)] == [one.serial]
    assert await pki.find(two.serial) == two
    assert f"{one.serial}" not in await pki.root()
    assert await pki.crl() == (tmp_path / PKI_FOLDER / LIST_FILE).read_text()


async def test_a_second_time_changes_nothing(pki: Pki, clock: FakeClock) -> None:
    record = await pki.issue("CP-7", CSR)
    first = await pki.revoke(record.serial, "superseded")
    clock.advance(60)

    assert await pki.revoke(record.serial, "key_compromise") == first


async def test_what_was_not_issued_here_is_named(pki: Pki) -> None:
    with pytest.raises(UnknownCertificate, match="no certificate ab12 was issued"):
        await pki.revoke("ab12")
    with pytest.raises(CertificateError, match="no serial number"):
        await pki.revoke("CP-7")


async def test_a_reason_is_one_of_those_that_are(pki: Pki) -> None:
    record = await pki.issue("CP-7", CSR)

    with pytest.raises(CertificateError, match="'hold' is no reason: expected unspec"):
        await pki.revoke(record.serial, "hold")
    assert await pki.find(record.serial) == record


async def test_the_list_is_renewed_before_it_ends(
    pki: Pki, clock: FakeClock, tmp_path: Path
) -> None:
    await pki.init()
    renewed = []

    for _ in range(4):
        clock.advance(5 * DAY_S)
        renewed.append(await pki.renew_list())

    assert renewed == [False, True, False, True]
    ends = listed(tmp_path).next_update_utc
    assert ends is not None
    assert ends - pki.now() == timedelta(days=30)


async def test_a_list_that_is_missing_or_damaged_is_made_from_the_store(
    pki: Pki, tmp_path: Path
) -> None:
    record = await pki.issue("CP-7", CSR)
    await pki.revoke(record.serial)
    path = tmp_path / PKI_FOLDER / LIST_FILE

    path.unlink()
    assert await pki.renew_list()
    path.write_text("rubbish")
    assert await pki.renew_list()

    assert [f"{each.serial_number:x}" for each in listed(tmp_path)] == [record.serial]


async def test_a_list_that_was_not_written_is_written_at_the_next_start(
    pki: Pki, tmp_path: Path
) -> None:
    await pki.init()
    record = await pki.issue("CP-7", CSR)
    path = tmp_path / PKI_FOLDER / LIST_FILE
    before = path.read_bytes()
    path.unlink()
    path.mkdir()
    with pytest.raises(CertificateError, match=LIST_FILE):
        await pki.revoke(record.serial)
    path.rmdir()
    path.write_bytes(before)

    assert await pki.renew_list()

    assert [f"{each.serial_number:x}" for each in listed(tmp_path)] == [record.serial]


async def test_without_a_ca_there_is_no_list(pki: Pki, tmp_path: Path) -> None:
    assert not await pki.renew_list()
    assert not (tmp_path / PKI_FOLDER).exists()


async def test_what_has_expired_is_left_out_of_the_next_list(
    pki: Pki, clock: FakeClock, tmp_path: Path
) -> None:
    issued = await pki.issue_pair("CP-7", lasts=lasting(1))
    await pki.revoke(issued.record.serial)
    clock.advance(40 * DAY_S)

    await pki.renew_list()

    assert list(listed(tmp_path)) == []


async def test_the_command_line_opens_it_before_the_first_start(
    tmp_path: Path, clock: FakeClock
) -> None:
    url = f"sqlite:///{tmp_path / 'connector.sqlite'}"
    async with open_pki(tmp_path, open_store(url), None, clock.now_ms) as pki:
        issued = await pki.issue_server(["cs.example"])
        await pki.init()

    async with open_pki(tmp_path, open_store(url), None, clock.now_ms) as pki:
        assert await pki.list() == [issued.record]
