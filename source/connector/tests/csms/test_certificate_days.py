"""How long certificates hold is told and warned of; they are renewed in time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.csms.options import FileOptions, PkiOptions, StationOptions
from connector.csms.own_certificate import LEARNED
from connector.security.ca import StationAuthority
from connector.security.certificates import read_certificate
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME, Harness, StationEnd, settle
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.signing import csr

Json = dict[str, Any]
Start = Callable[..., Any]
CSR = csr().decode()
DAY_S = 86_400
YES, NO = {"status": "Accepted"}, {"status": "Rejected"}
SENSOR = "certificate_days_left"
ASKED = "ExtendedTriggerMessage"


@pytest.fixture
async def system(start: Start, tmp_path: Path) -> Harness:
    found: Harness = await start(files=FileOptions(tmp_path))
    return found


async def signed(system: Harness, **answers: Any) -> StationEnd:
    """A station that has taken a certificate for a year."""
    answers = {"CertificateSigned": YES, ASKED: YES} | answers
    end = await system.connect(boots=True, **answers)
    await end.say("SignCertificate", csr=CSR)
    end.calls.clear()
    return end


async def days(system: Harness, count: int) -> None:
    for _ in range(count):
        await system.advance(DAY_S)


async def test_what_a_station_has_taken_is_told(system: Harness) -> None:
    await signed(system)

    assert system.told(SENSOR, "0") == [365]
    assert set(system.station().learned[LEARNED]) == {"serial", "expires_ms"}


async def test_it_is_told_every_day_whether_it_is_there_or_not(
    system: Harness,
) -> None:
    end = await signed(system)
    await days(system, 1)
    await end.leave()
    await days(system, 1)

    assert system.told(SENSOR, "0") == [365, 364, 363]


async def test_it_is_told_after_a_restart(start: Start, tmp_path: Path) -> None:
    store = MemoryStore()
    first = await start(store, files=FileOptions(tmp_path))
    await signed(first)
    await first.central.registry.finish()

    second = await start(store, files=FileOptions(tmp_path))

    assert second.told(SENSOR, "0") == [365]


async def test_what_was_refused_is_not_its_own(system: Harness) -> None:
    await signed(system, CertificateSigned=NO)

    assert system.told(SENSOR, "0") == []


async def test_what_somebody_else_sends_counts(
    system: Harness, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await system.connect(boots=True, CertificateSigned=YES)
    authority = StationAuthority(tmp_path / "other")
    now = system.central.blocks.pki.now()
    pair = authority.issue_pair(NAME, now, timedelta(days=50))

    for chain in (pair.certificate, "rubbish"):
        await system.station().call("CertificateSigned", {"certificateChain": chain})

    assert system.told(SENSOR, "0") == [50]
    assert "its new certificate: it cannot be read" in caplog.text


async def test_what_a_station_shows_counts_more(
    system: Harness, tmp_path: Path
) -> None:
    await signed(system)
    authority = StationAuthority(tmp_path / "other")
    now = system.central.blocks.pki.now()
    pair = authority.issue_pair(NAME, now, timedelta(days=100))

    facts = read_certificate(pair.certificate)
    system.central.blocks.certificate_days.shown(
        system.station(), int(facts.serial, 16), facts.expires
    )

    assert system.told(SENSOR, "0") == [365, 100]


# -- renewal


async def test_a_month_before_its_end_the_station_is_asked_once_a_day(
    system: Harness,
) -> None:
    end = await signed(system)

    await days(system, 334)
    before = len(end.asked(ASKED))
    await days(system, 3)

    assert before == 0
    messages = [payload["requestedMessage"] for payload in end.asked(ASKED)]
    assert messages == ["SignChargePointCertificate"] * 3


async def test_a_station_that_comes_often_is_not_asked_more_often(
    system: Harness,
) -> None:
    end = await signed(system)
    await days(system, 335)
    for _ in range(3):
        await end.leave()
        end = await system.connect(boots=True, **{ASKED: YES})

    assert end.asked(ASKED) == []

    await end.leave()
    await days(system, 2)
    end = await system.connect(boots=True, **{ASKED: YES})
    assert len(end.asked(ASKED)) == 1


async def test_a_renewed_certificate_is_not_asked_for_again(system: Harness) -> None:
    end = await signed(system)
    await days(system, 335)

    await end.say("SignCertificate", csr=CSR)
    end.calls.clear()
    await days(system, 3)

    assert end.asked(ASKED) == []
    assert system.newest(SENSOR, "0") == 362


async def test_a_station_that_does_not_renew_is_told_of(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    await signed(system, **{ASKED: NO, "TriggerMessage": {"status": "NotImplemented"}})

    await days(system, 335)

    assert "holds for 30 days; asked to renew it: Rejected" in caplog.text


async def test_who_waits_for_adoption_is_not_asked(
    start: Start, tmp_path: Path
) -> None:
    system = await start(files=FileOptions(tmp_path), stations={})
    await system.connect("new", boots=True)
    station = system.station("new")
    station.learned[LEARNED] = {"serial": "a1", "expires_ms": START_MS}

    await days(system, 2)

    assert system.told(SENSOR, "0", "new") == []


# -- warnings


async def test_warnings_come_when_a_limit_is_reached(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    end = await signed(system)
    await end.leave()

    await days(system, 370)

    lines = [m for m in caplog.messages if m.startswith(f"{NAME}: its certificate")]
    assert lines == [
        f"{NAME}: its certificate holds for 30 more days only",
        f"{NAME}: its certificate holds for 14 more days only",
        f"{NAME}: its certificate holds for 7 more days only",
        f"{NAME}: its certificate holds for 1 more days only",
        f"{NAME}: its certificate has expired",
    ]


# -- our own


async def test_our_own_are_known(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = await start(files=FileOptions(tmp_path), stations={NAME: StationOptions()})
    pki = first.central.blocks.pki
    await pki.init()
    issued = await pki.issue_server(["cs.example"], timedelta(days=10))
    certificate, _ = pki.authority.keep_server(issued.pair)
    options = PkiOptions(server_certificates=(certificate,))

    second = await start(files=FileOptions(tmp_path), pki=options)

    own = second.central.blocks.certificate_days.own
    assert own == {"server": 10, "ca": 7300, "crl": 30}
    assert "the server's certificate holds for 10 more days only" in caplog.text


async def test_without_any_there_is_nothing_to_tell(system: Harness) -> None:
    assert system.central.blocks.certificate_days.own == {}


async def test_a_file_that_cannot_be_read_is_said(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "missing.pem"
    options = PkiOptions(client_ca=path, revocation_list=path)
    system = await start(files=FileOptions(tmp_path), pki=options)

    assert system.central.blocks.certificate_days.own == {}
    assert caplog.text.count("until when it holds is unknown") == 2


async def test_the_list_is_renewed_as_long_as_it_runs(
    system: Harness, tmp_path: Path
) -> None:
    pki = system.central.blocks.pki
    await pki.init()
    path = tmp_path / "pki/station-ca.crl"
    before = path.read_bytes()

    await days(system, 11)
    await system.central.blocks.finish()
    await settle()

    assert path.read_bytes() != before


async def test_a_store_that_fails_is_told_and_nothing_else(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    await system.central.blocks.pki.init()
    system.store.is_failing = True

    await days(system, 1)
    await system.central.blocks.finish()

    assert "the revocation list is not renewed: the disk is full" in caplog.text
