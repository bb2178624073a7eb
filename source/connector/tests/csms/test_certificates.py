"""Stations ask for certificates, get them, and say which roots they have."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from connector.csms.certificates import PENDING
from connector.csms.installed_certificates import LEARNED, MOST_OF_A_TYPE
from connector.csms.options import FileOptions, StationOptions
from connector.errors import RemoteProtocolError
from connector.security.ca import StationAuthority
from connector.security.certificate_hashes import root_hashes
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.signing import csr

Json = dict[str, Any]
Start = Callable[..., Any]
CSR = csr().decode()
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
USE = "CentralSystemRootCertificate"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
async def system(start: Start, tmp_path: Path) -> Harness:
    """A central system with a folder for its CA."""
    found: Harness = await start(files=FileOptions(tmp_path))
    return found


async def booted(system: Harness, **answers: Any) -> StationEnd:
    end = await system.connect(boots=True, **{"CertificateSigned": ACCEPTED} | answers)
    end.calls.clear()
    return end


async def finished(system: Harness) -> Json:
    """What is kept of the station, after all that is to be kept is."""
    await system.central.registry.finish()
    return system.store.station_records[NAME].learned


# -- signing


async def test_a_request_is_promised_and_then_kept(
    system: Harness, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    end = await booted(system)

    assert await end.say("SignCertificate", csr=CSR) == ACCEPTED

    [payload] = end.asked("CertificateSigned")
    certificate = x509.load_pem_x509_certificate(payload["certificateChain"].encode())
    root = x509.load_pem_x509_certificate((tmp_path / "pki/station-ca.pem").read_bytes())  # fmt: skip
    certificate.verify_directly_issued_by(root)
    assert certificate.subject.rfc4514_string() == f"CN={NAME}"
    assert "CP-7: has taken its certificate" in caplog.text
    assert "BEGIN" not in caplog.text
    assert PENDING not in await finished(system)


async def test_the_registered_serial_number_is_a_name(
    start: Start, tmp_path: Path
) -> None:
    stations = {NAME: StationOptions(serial_number="SN1")}
    system = await start(files=FileOptions(tmp_path), stations=stations)
    end = await booted(system)

    assert await end.say("SignCertificate", csr=csr("SN1").decode()) == ACCEPTED
    assert await end.say("SignCertificate", csr=csr("SN2").decode()) == REJECTED
    assert len(end.asked("CertificateSigned")) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("csr", "cannot be read"),
        (csr("CP-8").decode(), "'CP-8' is neither the station's identity nor its"),
    ],
    ids=["no request", "of another station"],
)
async def test_what_is_not_signed_is_said_with_the_reason(
    system: Harness, text: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    end = await booted(system)

    assert await end.say("SignCertificate", csr=text) == REJECTED

    assert f"CP-7: its certificate request is refused: " in caplog.text  # noqa: F541
    assert why in caplog.text
    assert end.asked("CertificateSigned") == []


async def test_a_claimed_serial_number_is_no_name(system: Harness) -> None:
    end = await system.connect()
    await end.boot(chargePointSerialNumber="SN9")

    assert await end.say("SignCertificate", csr=csr("SN9").decode()) == REJECTED


async def test_without_a_ca_nothing_is_signed(
    system: Harness, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "pki").write_text("in the way")
    end = await booted(system)

    assert await end.say("SignCertificate", csr=CSR) == REJECTED
    assert "the CA in" in caplog.text


# -- sending


@pytest.mark.parametrize(
    "refusal", [REJECTED, RemoteProtocolError("InternalError"), {"status": "Nonsense"}]
)
async def test_what_is_not_taken_is_sent_again_ever_more_rarely(
    system: Harness, refusal: Any, caplog: pytest.LogCaptureFixture
) -> None:
    end = await booted(system, CertificateSigned=refusal)
    await end.say("SignCertificate", csr=CSR)
    sent = [len(end.asked("CertificateSigned"))]

    for seconds in (29, 1, 299, 1, 3600, 21_600, 86_399, 1, 86_400):
        await system.advance(seconds)
        sent.append(len(end.asked("CertificateSigned")))

    assert sent == [1, 1, 2, 2, 3, 4, 5, 5, 6, 7]
    assert caplog.text.count("does not take its certificate") == 1
    assert "it was sent 3 times, and is sent again in 3600 s" in caplog.text
    assert (await finished(system))[PENDING]["tries"] == 7


async def test_what_has_expired_meanwhile_is_not_sent_again(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await booted(system, CertificateSigned=REJECTED)
    await end.say("SignCertificate", csr=CSR)
    await end.leave()

    await system.advance(366 * 86_400)
    end = await booted(system, CertificateSigned=ACCEPTED)

    assert end.asked("CertificateSigned") == []
    assert "is not sent again: it is not valid any more" in caplog.text
    assert PENDING not in await finished(system)


async def test_what_was_revoked_meanwhile_is_not_sent_again(system: Harness) -> None:
    end = await booted(system, CertificateSigned=REJECTED)
    await end.say("SignCertificate", csr=CSR)
    [record] = await system.store.certificates(NAME)

    await system.central.blocks.pki.revoke(record.serial, "superseded")
    await system.advance(30)

    assert len(end.asked("CertificateSigned")) == 1


async def test_what_is_signed_is_in_the_list_of_the_ca(system: Harness) -> None:
    end = await booted(system)

    await end.say("SignCertificate", csr=CSR)

    [record] = await system.store.certificates()
    [payload] = end.asked("CertificateSigned")
    assert (record.station, record.common_name) == (NAME, NAME)
    assert record.pem == payload["certificateChain"]
    assert record.issued_ms == system.clock.now_ms()
    assert record.expires_ms - record.issued_ms == 365 * 86_400_000


async def test_a_chain_that_is_too_long_for_the_station_is_not_promised(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await booted(system)
    system.station().configuration["CertificateSignedMaxChainSize"] = "200"

    assert await end.say("SignCertificate", csr=CSR) == REJECTED

    assert "the station takes 200" in caplog.text


async def test_what_is_taken_late_is_not_sent_again(system: Harness) -> None:
    answers = iter([REJECTED, ACCEPTED])
    end = await booted(system, CertificateSigned=lambda _: next(answers))
    await end.say("SignCertificate", csr=CSR)

    await system.advance(30)
    await system.advance(1000)

    assert len(end.asked("CertificateSigned")) == 2


async def test_a_station_that_was_away_gets_it_when_it_is_back(
    start: Start, tmp_path: Path
) -> None:
    store = MemoryStore()
    system = await start(store, files=FileOptions(tmp_path))
    end = await booted(system, CertificateSigned=REJECTED)
    await end.say("SignCertificate", csr=CSR)
    await end.leave()
    await system.advance(100_000)
    kept = (await finished(system))[PENDING]
    again = await start(store, files=FileOptions(tmp_path))

    end = await again.connect(boots=True, CertificateSigned=ACCEPTED)

    assert kept["tries"] == 1
    assert end.asked("CertificateSigned") == [{"certificateChain": kept["chain"]}]
    assert PENDING not in await finished(again)


async def test_tries_count_over_restarts(start: Start, tmp_path: Path) -> None:
    system = await start(files=FileOptions(tmp_path))
    end = await booted(system, CertificateSigned=REJECTED)
    await end.say("SignCertificate", csr=CSR)

    for _ in range(3):
        await end.leave()
        end = await booted(system, CertificateSigned=REJECTED)
        await system.advance(0)

    assert (await finished(system))[PENDING]["tries"] == 4


async def test_a_newer_request_replaces_what_was_not_taken(system: Harness) -> None:
    asked: list[str] = []

    def refuse_the_first(payload: Json) -> Json:
        asked.append(payload["certificateChain"])
        return ACCEPTED if len(set(asked)) == 2 else REJECTED

    end = await booted(system, CertificateSigned=refuse_the_first)

    await end.say("SignCertificate", csr=CSR)
    await end.say("SignCertificate", csr=CSR)
    await system.advance(1000)

    assert len(asked) == len(set(asked)) == 2


async def test_a_station_that_is_forgotten_gets_nothing(
    start: Start, tmp_path: Path
) -> None:
    system = await start(files=FileOptions(tmp_path), unknown_stations="accept")
    end = await system.connect("new", boots=True, CertificateSigned=REJECTED)
    await end.say("SignCertificate", csr=csr("new").decode())
    await system.central.forget("new")

    await system.advance(1000)

    assert len(end.asked("CertificateSigned")) == 1
    assert "new" not in system.store.station_records


async def test_what_cannot_be_kept_is_not_promised(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await booted(system)
    system.store.is_failing = True

    assert await end.say("SignCertificate", csr=CSR) == REJECTED

    assert end.asked("CertificateSigned") == []
    assert PENDING not in system.station().learned
    assert "its certificate request is refused: the disk is full" in caplog.text


async def test_what_was_promised_before_stays_where_more_cannot_be_kept(
    system: Harness,
) -> None:
    end = await booted(system, CertificateSigned=REJECTED)
    await end.say("SignCertificate", csr=CSR)
    pending = system.station().learned[PENDING]
    system.store.is_failing = True

    assert await end.say("SignCertificate", csr=CSR) == REJECTED

    assert system.station().learned[PENDING] is pending


# -- installed


ENTRY = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "aa",
    "issuerKeyHash": "bb",
    "serialNumber": "01",
}


async def test_what_a_station_lists_is_known(system: Harness) -> None:
    listed = {"status": "Accepted", "certificateHashData": [ENTRY]}
    await booted(system, GetInstalledCertificateIds=listed)
    installed = system.central.blocks.certificates.installed

    await installed.get_ids(system.station(), USE)  # type: ignore[arg-type]

    assert installed.known(system.station()) == {USE: [ENTRY]}
    assert (await finished(system))[LEARNED] == {USE: [ENTRY]}


async def test_what_a_station_does_not_find_is_not_there(system: Harness) -> None:
    await booted(system, GetInstalledCertificateIds={"status": "NotFound"})
    system.station().learned[LEARNED] = {USE: [ENTRY], "Other": [ENTRY]}

    await system.station().call("GetInstalledCertificateIds", {"certificateType": USE})

    assert system.station().learned[LEARNED] == {USE: [], "Other": [ENTRY]}


async def test_a_long_list_is_bounded(system: Harness) -> None:
    entries = [ENTRY | {"serialNumber": str(n), "issuerNameHash": "a" * 500} for n in range(200)]  # fmt: skip
    listed = {"status": "Accepted", "certificateHashData": entries}
    end = await booted(system, GetInstalledCertificateIds=ACCEPTED)
    session = end.session
    session.handlers = {"GetInstalledCertificateIds": lambda *_: listed}
    session._rules.answer_fits = lambda *_: True  # type: ignore[method-assign]

    await system.station().call("GetInstalledCertificateIds", {"certificateType": USE})

    found = system.station().learned[LEARNED][USE]
    assert len(found) == MOST_OF_A_TYPE
    assert max(len(each["issuerNameHash"]) for each in found) == 128


@pytest.mark.parametrize(
    ("answer", "is_known"),
    [(ACCEPTED, True), (REJECTED, False), ({"status": "Failed"}, False)],
)
async def test_what_was_installed_is_known(
    system: Harness, tmp_path: Path, answer: Json, is_known: bool
) -> None:
    await booted(system, InstallCertificate=answer)
    root = StationAuthority(tmp_path / "other").root(NOW)
    installed = system.central.blocks.certificates.installed

    for _ in range(2):
        await installed.install(system.station(), USE, root)  # type: ignore[arg-type]

    expected = {USE: [root_hashes(root)]} if is_known else {}
    assert installed.known(system.station()) == expected


async def test_what_cannot_be_named_is_left_to_the_next_list(system: Harness) -> None:
    await booted(system, InstallCertificate=ACCEPTED)

    payload = {"certificateType": USE, "certificate": "rubbish"}
    await system.station().call("InstallCertificate", payload)

    assert LEARNED not in system.station().learned


@pytest.mark.parametrize(
    ("answer", "left"),
    [(ACCEPTED, []), ({"status": "NotFound"}, []), ({"status": "Failed"}, [ENTRY])],
)
async def test_what_was_deleted_is_gone(
    system: Harness, answer: Json, left: list[Json]
) -> None:
    await booted(system, DeleteCertificate=answer)
    system.station().learned[LEARNED] = {USE: [ENTRY]}
    installed = system.central.blocks.certificates.installed

    await installed.delete(
        system.station(), ENTRY | {"issuerKeyHash": "BB", "serialNumber": "1"}
    )

    assert installed.known(system.station()) == {USE: left}
