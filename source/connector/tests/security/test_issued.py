"""Certificates with a key of ours, those of servers, and the revocation list."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509.verification import PolicyBuilder, Store

from connector.errors import CertificateError
from connector.security.ca import (
    LIST_FILE,
    LIST_LASTS,
    SERVER_FILE,
    SERVER_KEY_FILE,
    StationAuthority,
)
from connector.security.certificates import (
    certificate_file_ends,
    days_left,
    list_file_ends,
    read_certificate,
    read_der,
    serial_of,
)
from connector.security.key_pairs import KeyKind, pkcs12_of
from connector.security.signing import REASONS, Revoked

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def authority(tmp_path: Path) -> StationAuthority:
    return StationAuthority(tmp_path / "pki", "ACME")


def load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


# -- pairs


@pytest.mark.parametrize(
    ("kind", "type_"), [("ec", ec.EllipticCurvePrivateKey), ("rsa", rsa.RSAPrivateKey)]
)
def test_a_pair_fits_together(
    authority: StationAuthority, kind: KeyKind, type_: type
) -> None:
    pair = authority.issue_pair("CP-7", NOW, kind=kind)

    key = load_pem_private_key(pair.key.encode(), None)
    found = load(pair.certificate)
    assert isinstance(key, type_)
    assert found.public_key() == key.public_key()
    assert found.subject.rfc4514_string() == "O=ACME,CN=CP-7"
    assert pair.key not in repr(pair)


def test_a_pair_lasts_as_long_as_it_is_asked_to(authority: StationAuthority) -> None:
    pair = authority.issue_pair("CP-7", NOW, lasts=10 * DAY)

    assert load(pair.certificate).not_valid_after_utc == NOW + 10 * DAY


def test_a_bundle_opens_with_its_password_alone(authority: StationAuthority) -> None:
    pair, root = authority.issue_pair("CP-7", NOW), authority.root(NOW)

    bundle = pkcs12_of(pair.key, pair.certificate, root, "s3cret")

    key, certificate, others = pkcs12.load_key_and_certificates(bundle, b"s3cret")
    assert certificate == load(pair.certificate)
    assert others == [load(root)]
    assert key is not None
    with pytest.raises(ValueError, match="Invalid password"):
        pkcs12.load_key_and_certificates(bundle, b"wrong")


# -- servers


def test_a_server_is_who_it_says(authority: StationAuthority) -> None:
    hosts = ["CS.example.com", "192.168.1.10", "fe80::1", "*.example.org", "localhost"]
    found = load(authority.issue_server(hosts, NOW).certificate)

    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        "cs.example.com",
        "*.example.org",
        "localhost",
    ]
    assert names.get_values_for_type(x509.IPAddress) == [
        ip_address("192.168.1.10"),
        ip_address("fe80::1"),
    ]
    builder = PolicyBuilder().store(Store([load(authority.root(NOW))])).time(NOW)
    verifier = builder.build_server_verifier(x509.DNSName("cs.example.com"))
    assert len(verifier.verify(found, [])) == 2


@pytest.mark.parametrize(
    "host", ["", " ", "a b", "-x", "x-.com", "a..b", "ws://cs", "x" * 64, "1.2.3.4/5", "fe80::1%eth0", "*", "a.*"]
)  # fmt: skip
def test_what_is_no_host_is_named(authority: StationAuthority, host: str) -> None:
    with pytest.raises(CertificateError, match="is no host name or IP address"):
        authority.issue_server([host], NOW)


def test_without_a_host_there_is_no_server(authority: StationAuthority) -> None:
    with pytest.raises(CertificateError, match="no host"):
        authority.issue_server([], NOW)


def test_a_server_s_files_serve(authority: StationAuthority, tmp_path: Path) -> None:
    for _ in range(2):
        pair = authority.issue_server(["localhost"], NOW, kind="rsa")
        certificate, key = authority.keep_server(pair)

    assert (certificate.name, key.name) == (SERVER_FILE, SERVER_KEY_FILE)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    assert certificate.read_text() == pair.certificate


def test_files_that_cannot_be_written_are_said(
    authority: StationAuthority, tmp_path: Path
) -> None:
    pair = authority.issue_server(["localhost"], NOW)
    (tmp_path / "pki" / SERVER_KEY_FILE).mkdir()

    with pytest.raises(CertificateError, match="pki"):
        authority.keep_server(pair)


# -- revocation


def test_a_list_names_what_is_revoked(authority: StationAuthority) -> None:
    text = authority.write_list(
        [Revoked(0xA1, NOW - DAY, "key_compromise"), Revoked(0xB2, NOW)], NOW
    )

    found = x509.load_pem_x509_crl(text.encode())
    root = load(authority.root(NOW))
    assert found.is_signature_valid(root.public_key())  # type: ignore[arg-type]
    assert {each.serial_number for each in found} == {0xA1, 0xB2}
    one = found.get_revoked_certificate_by_serial_number(0xA1)
    assert one is not None
    assert one.revocation_date_utc == NOW - DAY
    why = one.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert why is REASONS["key_compromise"]
    assert found.next_update_utc == NOW + LIST_LASTS


def test_a_later_list_has_a_larger_number_and_takes_the_place(
    authority: StationAuthority, tmp_path: Path
) -> None:
    texts = [authority.write_list([], NOW + n * DAY) for n in range(2)]

    numbers = [
        x509.load_pem_x509_crl(text.encode())
        .extensions.get_extension_for_class(x509.CRLNumber)
        .value.crl_number
        for text in texts
    ]
    assert numbers[0] < numbers[1]
    assert (tmp_path / "pki" / LIST_FILE).read_text() == texts[1]
    assert list_file_ends(authority.list_file) == NOW + DAY + LIST_LASTS


def test_a_list_that_cannot_be_written_is_said(
    authority: StationAuthority, tmp_path: Path
) -> None:
    authority.root(NOW)
    (tmp_path / "pki" / LIST_FILE).mkdir()

    with pytest.raises(CertificateError, match=LIST_FILE):
        authority.write_list([], NOW)


# -- reading


def test_a_certificate_is_read(authority: StationAuthority, tmp_path: Path) -> None:
    text = authority.issue_pair("CP-7", NOW).certificate
    certificate = load(text)
    path = tmp_path / "one.pem"
    path.write_text(text)

    facts = read_certificate(text)

    assert (facts.common_name, facts.organization) == ("CP-7", "ACME")
    assert facts.serial == f"{certificate.serial_number:x}"
    assert facts.expires == certificate.not_valid_after_utc
    assert read_der(ssl.PEM_cert_to_DER_cert(text)) == facts
    assert certificate_file_ends(path) == facts.expires


def test_what_is_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "rubbish.pem"
    path.write_text("rubbish")

    for read, value in (
        (read_certificate, "rubbish"),
        (read_der, b"rubbish"),
        (certificate_file_ends, path),
        (list_file_ends, path),
    ):
        with pytest.raises(CertificateError, match="cannot be read"):
            read(value)  # type: ignore[operator]
    with pytest.raises(CertificateError, match="No such file"):
        list_file_ends(tmp_path / "missing")


@pytest.mark.parametrize("text", ["0a:1B", "A1B", "00a1b", "0x0A1B", " a1b "])
def test_a_serial_number_is_read_as_people_copy_it(text: str) -> None:
    assert serial_of(text) == "a1b"


@pytest.mark.parametrize("text", ["", "xyz", "a" * 65, "CP-7"])
def test_what_is_no_serial_number_is_said(text: str) -> None:
    with pytest.raises(CertificateError, match="no serial number"):
        serial_of(text)


@pytest.mark.parametrize(
    ("seconds", "days"), [(0, 0), (86_399, 0), (86_400, 1), (-1, -1), (86_400 * 30, 30)]
)
def test_days_are_whole_ones(seconds: int, days: int) -> None:
    assert days_left(NOW + timedelta(seconds=seconds), NOW) == days
