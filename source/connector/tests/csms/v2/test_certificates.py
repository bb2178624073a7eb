"""Certificates of 2.x: the station's own is signed, those of vehicles are not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from connector.csms.certificates import PENDING
from connector.csms.installed_certificates import LEARNED
from connector.csms.options import FileOptions
from connector.security.ca import StationAuthority
from connector.security.certificate_hashes import root_hashes
from connector.tests.csms.conftest import NAME
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.v2.conftest import Harness2, Station2
from connector.tests.csms.v2.desk import run
from connector.tests.signing import csr

Json = dict[str, Any]
Pair = tuple[Harness2, Station2]

CSR = csr().decode()
YES, NO = {"status": "Accepted"}, {"status": "Rejected"}
OWN = "ChargingStationCertificate"
ROOT = "CSMSRootCertificate"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def named(number: str) -> Json:
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": "aa",
        "issuerKeyHash": "bb",
        "serialNumber": number,
    }


@pytest.fixture(params=["2.0.1", "2.1"])
async def pair(request: Any, start2: Any, tmp_path: Path) -> Pair:
    system = await start2(files=FileOptions(tmp_path))
    station = await system.connect_2(
        version=request.param, boots=True, CertificateSigned=YES
    )
    return system, station


def is_21(station: Station2) -> bool:
    return station.session.version == "2.1"


# -- signing


@pytest.mark.parametrize("more", [{}, {"certificateType": OWN}])
async def test_the_stations_own_certificate_is_signed_and_sent(
    pair: Pair, tmp_path: Path, more: Json
) -> None:
    system, station = pair
    more = more | ({"requestId": 12} if is_21(station) else {})

    assert await station.say("SignCertificate", csr=CSR, **more) == YES

    (payload,) = station.asked("CertificateSigned")
    chain = payload.pop("certificateChain")
    assert payload == more
    certificate = x509.load_pem_x509_certificate(chain.encode())
    root = x509.load_pem_x509_certificate((tmp_path / "pki/station-ca.pem").read_bytes())  # fmt: skip
    certificate.verify_directly_issued_by(root)
    assert PENDING not in system.station().learned


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (
            {"csr": CSR, "certificateType": "V2GCertificate"},
            "V2GCertificate needs a PKI",
        ),
        (
            {"csr": CSR, "certificateType": "V2G20Certificate"},
            "V2G20Certificate needs a",
        ),
        ({"csr": "nonsense"}, "the request cannot be read"),
        (
            {"csr": csr("CP-8").decode()},
            "its CN 'CP-8' is neither the station's identity",
        ),
    ],
)
async def test_what_is_not_signed_is_said_with_the_reason(
    pair: Pair, caplog: pytest.LogCaptureFixture, payload: Json, why: str
) -> None:
    _, station = pair

    assert await station.say_raw("SignCertificate", payload) == NO

    assert f"CP-7: its certificate request is refused: {why}" in caplog.text
    assert station.asked("CertificateSigned") == []


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
async def test_a_root_that_is_named_has_to_be_ours(
    start2: Any, tmp_path: Path, algorithm: str, caplog: pytest.LogCaptureFixture
) -> None:
    system = await start2(files=FileOptions(tmp_path))
    station = await system.connect_2(version="2.1", boots=True, CertificateSigned=YES)
    root = StationAuthority(tmp_path / "pki").root(NOW)
    ours = root_hashes(root, algorithm)

    answers = [
        await station.say("SignCertificate", csr=CSR, hashRootCertificate=wanted)
        for wanted in (ours, ours | {"issuerKeyHash": "00"})
    ]

    assert answers == [YES, NO]
    assert "hashRootCertificate names another root" in caplog.text


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_what_was_not_taken_is_sent_after_a_restart(
    start2: Any, tmp_path: Path, version: str
) -> None:
    store, files = MemoryStore(), FileOptions(tmp_path)
    first = await start2(store, files=files)
    station = await first.connect_2(version=version, boots=True, CertificateSigned=NO)
    await station.say("SignCertificate", csr=CSR, certificateType=OWN)
    await first.central.registry.finish()
    await first.close()

    second = await start2(store, files=files)
    station = await second.connect_2(version=version, boots=True, CertificateSigned=YES)

    (payload,) = station.asked("CertificateSigned")
    assert payload["certificateType"] == OWN
    assert PENDING not in second.station().learned


# -- installed


async def test_several_types_are_listed_at_once(pair: Pair) -> None:
    system, station = pair
    system.station().learned[LEARNED] = {"MORootCertificate": [named("9")], "V2GRootCertificate": [named("8")]}  # fmt: skip
    chains = [
        {"certificateType": ROOT, "certificateHashData": named("1")},
        {"certificateType": ROOT, "certificateHashData": named("2")},
        {
            "certificateType": "V2GCertificateChain",
            "certificateHashData": named("3"),
            "childCertificateHashData": [named("4")],
        },
    ]
    answer = {"status": "Accepted", "certificateHashDataChain": chains}
    station.answers["GetInstalledCertificateIds"] = answer
    station.session.handlers = dict.fromkeys(station.answers, lambda *_: answer)

    types = [ROOT, "V2GCertificateChain", "V2GRootCertificate"]
    outcome = await run(system, "GetInstalledCertificateIds", {"certificateType": types})  # fmt: skip

    assert outcome.is_accepted
    assert system.station().learned[LEARNED] == {
        "MORootCertificate": [named("9")],
        "V2GRootCertificate": [],
        ROOT: [named("1"), named("2")],
        "V2GCertificateChain": [
            named("3") | {"childCertificateHashData": [named("4")]}
        ],
    }


@pytest.mark.parametrize(
    ("asked", "left"),
    [({}, []), ({"certificateType": ["MORootCertificate"]}, [named("9")])],
)
async def test_what_is_not_found_is_not_there(
    start2: Any, asked: Json, left: list[Json]
) -> None:
    system = await start2()
    await system.connect_2(GetInstalledCertificateIds={"status": "NotFound"})
    system.station().learned[LEARNED] = {ROOT: [named("9")]}

    await run(system, "GetInstalledCertificateIds", asked)

    assert system.station().learned[LEARNED][ROOT] == left


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_what_is_installed_and_deleted_is_followed(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await start2()
    answers = dict.fromkeys(("InstallCertificate", "DeleteCertificate"), YES)
    station = await system.connect_2(version=version, **answers)
    root = StationAuthority(tmp_path).root(NOW)
    installed = system.central.blocks.certificates.installed

    await installed.install(system.station(), "CentralSystemRootCertificate", root)
    before = installed.known(system.station())
    await installed.delete(system.station(), root_hashes(root))

    assert station.asked("InstallCertificate")[0]["certificateType"] == ROOT
    assert before == {ROOT: [root_hashes(root)]}
    assert installed.known(system.station()) == {ROOT: []}


async def test_one_type_is_asked_for_in_the_words_of_2_x(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(GetInstalledCertificateIds={"status": "NotFound"})
    installed = system.central.blocks.certificates.installed

    await installed.get_ids(system.station(), "CentralSystemRootCertificate")

    assert station.asked("GetInstalledCertificateIds") == [{"certificateType": [ROOT]}]


# -- vehicles


async def test_a_contract_certificate_is_not_there(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    _, station = pair

    for _ in range(2):
        answer = await station.say_raw(
            "Get15118EVCertificate",
            {
                "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef",
                "action": "Install",
                "exiRequest": "gA==",
            },
        )

    assert (answer["status"], answer["exiResponse"]) == ("Failed", "")
    assert caplog.text.count("CP-7: Get15118EVCertificate is answered with Failed") == 1


async def test_the_status_of_a_certificate_is_not_available(pair: Pair) -> None:
    _, station = pair
    asked = named("1") | {"responderURL": "http://ocsp"}

    answer = await station.say("GetCertificateStatus", ocspRequestData=asked)

    assert answer["status"] == "Failed"


async def test_nor_is_that_of_a_chain(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(version="2.1", boots=True)
    request = {
        "certificateHashData": named("1"),
        "source": "OCSP",
        "urls": ["http://o"],
    }

    answer = await station.say("GetCertificateChainStatus", certificateStatusRequests=[request] * 2)  # fmt: skip
    many = await station.say_raw("GetCertificateChainStatus", {"certificateStatusRequests": [request] * 9})  # fmt: skip
    unknown = {"certificateStatusRequests": [request | {"source": "Hearsay"}]}
    with pytest.raises(Exception, match="PropertyConstraintViolation"):
        await station.say_raw("GetCertificateChainStatus", unknown)

    status = {"certificateHashData": named("1"), "source": "OCSP", "status": "Failed", "nextUpdate": "2026-02-01T12:00:00Z"}  # fmt: skip
    assert answer == {"certificateStatus": [status, status]}
    assert len(many["certificateStatus"]) == 4


async def test_what_is_tolerated_in_a_request_is_not_in_the_answer(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(version="2.1", boots=True)
    request = {"certificateHashData": named("1"), "source": "CRL", "urls": ["http://o"]}
    more = request | {"certificateHashData": named("1") | {"extra": 1}}
    longer = request | {"certificateHashData": named("1" * 41)}

    answer = await station.say_raw("GetCertificateChainStatus", {"certificateStatusRequests": [more]})  # fmt: skip
    with pytest.raises(Exception, match="PropertyConstraintViolation"):
        await station.say_raw("GetCertificateChainStatus", {"certificateStatusRequests": [longer]})  # fmt: skip

    assert answer["certificateStatus"][0]["certificateHashData"] == named("1")


@pytest.mark.parametrize("action", ["SignCertificate", "Get15118EVCertificate", "GetCertificateStatus"])  # fmt: skip
async def test_a_bad_request_is_refused(pair: Pair, action: str) -> None:
    with pytest.raises(Exception, match="Violation"):
        await pair[1].say_raw(action, {})


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_for_a_station_that_waits_nothing_is_signed(
    start2: Any, version: str
) -> None:
    system = await start2(stations={})
    station = await system.connect_2(NAME, version=version, boots=True)

    assert await station.refused("SignCertificate", csr=CSR) == "SecurityError"
