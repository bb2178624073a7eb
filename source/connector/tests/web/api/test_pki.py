"""The CA over the API: made, issuing, listing, revoking."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from connector.csms.events import Answered
from connector.tests.signing import csr
from connector.tests.web.api.conftest import NAME, Api, on_shared_loop

PKI = "/api/v1/pki"
CERTIFICATES = f"{PKI}/certificates"


def load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


async def issue(api: Api, **body: Any) -> dict[str, Any]:
    answer = await api.client.post(CERTIFICATES, json={"station": NAME} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def everything(folder: Path) -> bytes:
    """What all files hold."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


async def refused(api: Api, path: str, body: dict[str, Any], status: int) -> str:
    answer = await api.client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return str(answer.json()["detail"])


async def test_before_there_is_a_ca_nothing_is_listed(api: Api, tmp_path: Path) -> None:
    assert await api.get(PKI) == {"items": [], "next": None, "days_left": {}}
    assert not (tmp_path / "pki").exists()


async def test_the_root_is_made_when_somebody_asks_for_it(api: Api) -> None:
    answer = await api.client.get(f"{PKI}/root")

    assert answer.headers["content-type"].startswith("application/x-pem-file")
    assert load(answer.text).subject == load(answer.text).issuer
    assert (await api.client.get(f"{PKI}/root")).text == answer.text
    assert (await api.get(PKI))["days_left"] == {"ca": 7300, "crl": 30}


async def test_a_key_is_told_once(api: Api, tmp_path: Path) -> None:
    found = await issue(api, days=30)

    certificate = load(found["certificate"])
    key = load_pem_private_key(found["key"].encode(), None)
    assert certificate.public_key() == key.public_key()
    certificate.verify_directly_issued_by(load(found["root"]))
    assert (found["station"], found["common_name"]) == (NAME, NAME)
    assert (found["days_left"], found["revoked"], found["pkcs12"]) == (30, None, None)
    again = await api.get(f"{CERTIFICATES}/{found['serial']}")
    assert again["certificate"] == found["certificate"]
    assert "key" not in again
    assert found["key"].splitlines()[1].encode() not in everything(tmp_path)


async def test_a_request_gets_no_key(api: Api) -> None:
    found = await issue(api, csr=csr().decode())

    assert found["key"] is None
    assert load(found["certificate"]).subject.rfc4514_string() == f"CN={NAME}"


async def test_a_bundle_may_be_asked_for(api: Api) -> None:
    found = await issue(api, pkcs12_password="s3cret")

    _, certificate, _ = pkcs12.load_key_and_certificates(
        base64.b64decode(found["pkcs12"]), b"s3cret"
    )
    assert certificate == load(found["certificate"])


async def test_what_is_issued_is_not_kept_on_the_way(api: Api) -> None:
    answer = await api.client.post(CERTIFICATES, json={"station": NAME})

    assert answer.headers["cache-control"] == "no-store"


@on_shared_loop
@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"csr": "rubbish"}, "the request cannot be read"),
        ({"csr": csr("CP-8").decode()}, "its CN 'CP-8' is neither"),
        ({"station": "x" * 65}, "a CN has at most 64 characters"),
        ({"days": 0}, "days"),
        ({"key": "dsa"}, "key"),
        ({"more": 1}, "more"),
    ],
)
async def test_what_does_not_fit_is_said(
    shared_api: Api, body: dict[str, Any], why: str
) -> None:
    detail = await refused(shared_api, CERTIFICATES, {"station": NAME} | body, 422)

    assert why in detail
    assert (await shared_api.get(PKI))["items"] == []


async def test_a_server_s_certificate_is_put_beside_the_ca(
    api: Api, tmp_path: Path
) -> None:
    answer = await api.client.post(
        f"{PKI}/server", json={"hosts": ["cs.example.com", "127.0.0.1"]}
    )

    found = answer.json()
    assert answer.status_code == 201
    assert found["certificate_file"] == str(tmp_path / "pki/server.pem")
    assert (found["common_name"], found["station"]) == ("cs.example.com", None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(found["certificate_file"], found["key_file"])
    assert "PRIVATE" not in answer.text


@on_shared_loop
async def test_what_is_no_host_is_said(shared_api: Api) -> None:
    detail = await refused(shared_api, f"{PKI}/server", {"hosts": ["a b"]}, 422)

    assert "'a b' is no host name or IP address" in detail


async def test_what_was_issued_is_listed_in_pages(api: Api) -> None:
    serials = []
    for station in (NAME, "CP-8", NAME):
        serials.append((await issue(api, station=station))["serial"])
        api.harness.clock.advance(1)

    first = await api.get(PKI, limit=2)
    second = await api.get(PKI, limit=2, cursor=first["next"])
    of_one = await api.get(PKI, station="CP-8")

    assert [c["serial"] for c in first["items"]] == [serials[2], serials[1]]
    assert [c["serial"] for c in second["items"]] == [serials[0]]
    assert second["next"] is None
    assert [c["serial"] for c in of_one["items"]] == [serials[1]]


async def test_what_is_revoked_is_on_the_list(api: Api) -> None:
    serial = (await issue(api))["serial"]
    path = f"{CERTIFICATES}/{serial.upper()}/revoke"

    answer = await api.client.post(path, json={"reason": "key_compromise"})

    assert answer.status_code == 200
    found = answer.json()
    assert (found["serial"], found["reason"]) == (serial, "key_compromise")
    assert found["revoked"] == "2026-01-31T12:00:00Z"
    listed = x509.load_pem_x509_crl((await api.client.get(f"{PKI}/crl")).content)
    assert [f"{each.serial_number:x}" for each in listed] == [serial]
    assert (await api.get(PKI))["items"][0]["revoked"] is not None


@on_shared_loop
@pytest.mark.parametrize("serial", ["ab12", "CP-7"])
async def test_what_was_not_issued_here_is_not_found(
    shared_api: Api, serial: str
) -> None:
    await refused(shared_api, f"{CERTIFICATES}/{serial}/revoke", {}, 404)

    assert (await shared_api.client.get(f"{CERTIFICATES}/{serial}")).status_code == 404


async def test_a_reason_is_one_of_those_that_are(api: Api) -> None:
    serial = (await issue(api))["serial"]

    await refused(api, f"{CERTIFICATES}/{serial}/revoke", {"reason": "hold"}, 422)


async def test_a_ca_that_cannot_be_used_is_said(api: Api, tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki/station-ca.key").write_text("rubbish")

    assert "cannot be read" in await refused(api, CERTIFICATES, {"station": NAME}, 409)
    assert (await api.client.get(f"{PKI}/root")).status_code == 409


async def test_when_certificates_expire_is_on_the_page_of_numbers(api: Api) -> None:
    await issue(api)
    await api.get(PKI)
    end = await api.connect(CertificateSigned={"status": "Accepted"})
    taken = asyncio.Event()
    api.harness.central.events.subscribe(Answered, lambda _: taken.set())
    await end.say("SignCertificate", csr=csr().decode())
    await taken.wait()

    page = (await api.client.get("/metrics")).text

    ends = dict(
        re.findall(r'expiry_timestamp_seconds{certificate="(\w+)"} (\S+)', page)
    )
    now_s = api.harness.clock.now_ms() / 1000
    left = {name: (float(end) - now_s) // 86_400 for name, end in ends.items()}
    assert left == {"ca": 7300, "crl": 30, "station": 365}


async def test_a_stranger_learns_nothing(api: Api) -> None:
    api.harness.clock.call_later = lambda _, call: call()  # type: ignore[method-assign]

    for path in ("", "/root", "/crl"):
        assert (await api.stranger.get(PKI + path)).status_code == 401


# -- passwords


PASSWORD = f"/api/v1/stations/{NAME}/password"
YES = {"status": "Accepted"}


async def test_a_password_is_made_up_and_told_to_the_station_alone(api: Api) -> None:
    end = await api.connect(ChangeConfiguration=YES)

    answer = await api.client.post(PASSWORD, json={})

    assert answer.status_code == 200
    assert answer.json()["outcome"] == "accepted"
    [value] = [
        payload["value"]
        for payload in end.asked("ChangeConfiguration")
        if payload["key"] == "AuthorizationKey"
    ]
    assert len(value) == 40
    assert value not in answer.text


async def test_a_certain_password_is_sent(api: Api) -> None:
    end = await api.connect(ChangeConfiguration=YES)

    answer = await api.client.post(PASSWORD, json={"password": "ab" * 20})

    assert answer.json()["outcome"] == "accepted"
    keys = [p["value"] for p in end.asked("ChangeConfiguration")]
    assert "ab" * 20 in keys


async def test_a_short_password_is_invalid_and_not_repeated(api: Api) -> None:
    await api.connect(ChangeConfiguration=YES)

    answer = await api.client.post(PASSWORD, json={"password": "too-short"})

    assert answer.json()["outcome"] == "invalid"
    assert "16 to 40" in answer.json()["detail"]
    assert "too-short" not in answer.text


@on_shared_loop
async def test_of_an_unknown_station_there_is_none(shared_api: Api) -> None:
    answer = await shared_api.client.post("/api/v1/stations/x/password", json={})

    assert answer.status_code == 404
