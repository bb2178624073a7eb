"""What the CA signs, and what it signs with."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from connector.errors import CertificateError
from connector.security.ca import CERTIFICATE_FILE, KEY_FILE, StationAuthority, at
from connector.security.requests import read_request
from connector.tests.signing import KEY, csr

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
YEAR = timedelta(days=365)


def issue(authority: StationAuthority, request: bytes = csr(), now: datetime = NOW) -> x509.Certificate:  # fmt: skip
    chain = authority.issue(read_request(request.decode()), ["CP-7", "SN1"], now)
    [certificate] = x509.load_pem_x509_certificates(chain.encode())
    return certificate


def verify(certificate: x509.Certificate, root: str, now: datetime) -> None:
    """As a TLS server does with a client; a station's name is its CN alone."""
    anchor = x509.load_pem_x509_certificate(root.encode())
    leaf = ExtensionPolicy.webpki_defaults_ee().may_be_present(
        x509.SubjectAlternativeName, Criticality.AGNOSTIC, None
    )
    builder = PolicyBuilder().store(Store([anchor])).time(now)
    builder = builder.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf
    )
    builder.build_client_verifier().verify(certificate, [])


@pytest.fixture
def authority(tmp_path: Path) -> StationAuthority:
    return StationAuthority(tmp_path / "pki")


@pytest.mark.parametrize(
    "key",
    [KEY, ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)],
)  # fmt: skip
def test_what_is_signed_stands_up_to_a_verifier(
    authority: StationAuthority, key: ec.EllipticCurvePrivateKey
) -> None:
    certificate = issue(authority, csr(key=key))

    verify(certificate, authority.root(NOW), NOW)
    verify(certificate, authority.root(NOW), NOW + timedelta(days=364))
    assert certificate.public_key() == key.public_key()


def test_another_ca_has_not_signed_it(
    authority: StationAuthority, tmp_path: Path
) -> None:
    other = StationAuthority(tmp_path / "other")

    with pytest.raises(VerificationError):
        verify(issue(authority), other.root(NOW), NOW)


def test_it_ends_after_a_year(authority: StationAuthority) -> None:
    certificate = issue(authority)

    assert certificate.not_valid_after_utc == NOW + YEAR
    assert certificate.not_valid_before_utc < NOW
    with pytest.raises(VerificationError):
        verify(certificate, authority.root(NOW), NOW + YEAR + timedelta(days=1))


def test_it_says_what_it_is_for(authority: StationAuthority) -> None:
    certificate = issue(authority)
    root = x509.load_pem_x509_certificate(authority.root(NOW).encode())

    def value(kind: type[x509.ExtensionType]) -> object:
        return certificate.extensions.get_extension_for_class(kind).value

    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    assert value(x509.ExtendedKeyUsage) == usages
    assert value(x509.BasicConstraints) == x509.BasicConstraints(False, None)
    of_root = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    of_leaf = value(x509.AuthorityKeyIdentifier)
    assert of_leaf.key_identifier == of_root.value.digest  # type: ignore[attr-defined]
    assert value(x509.SubjectKeyIdentifier)


def test_no_two_have_the_same_serial_number(authority: StationAuthority) -> None:
    assert issue(authority).serial_number != issue(authority).serial_number


@pytest.mark.parametrize(
    ("ours", "theirs", "shown"),
    [(None, None, []), (None, "Theirs", ["Theirs"]), ("Ours", None, ["Ours"]), ("Ours", "Theirs", ["Ours"])],
)  # fmt: skip
def test_the_organization_is_ours_where_it_is_set(
    tmp_path: Path, ours: str | None, theirs: str | None, shown: list[str]
) -> None:
    certificate = issue(StationAuthority(tmp_path, ours), csr(organization=theirs))

    found = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert [attribute.value for attribute in found] == shown


def test_a_registered_serial_number_is_a_name(authority: StationAuthority) -> None:
    assert issue(authority, csr("SN1")).subject.rfc4514_string() == "CN=SN1"


@pytest.mark.parametrize("name", ["CP-8", "cp-7", None])
def test_somebody_else_s_name_is_refused(
    authority: StationAuthority, name: str | None
) -> None:
    with pytest.raises(CertificateError, match="neither the station's identity nor"):
        issue(authority, csr(name, organization="O"))


def test_no_name_is_not_the_name_of_a_station_without_one(
    authority: StationAuthority,
) -> None:
    request = read_request(csr(None, organization="O").decode())

    with pytest.raises(CertificateError):
        authority.issue(request, ["CP-7"], NOW)


# -- what is kept


def test_the_key_is_for_us_alone(authority: StationAuthority, tmp_path: Path) -> None:
    issue(authority)

    folder = tmp_path / "pki"
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == [KEY_FILE, CERTIFICATE_FILE]  # fmt: skip


def test_it_goes_on_with_what_it_had(
    authority: StationAuthority, tmp_path: Path
) -> None:
    certificate, root = issue(authority), authority.root(NOW)
    again = StationAuthority(tmp_path / "pki")

    assert again.root(NOW + YEAR / 2) == root
    verify(certificate, again.root(NOW), NOW)


def test_a_certificate_that_is_missing_is_made_from_the_key(
    authority: StationAuthority, tmp_path: Path
) -> None:
    certificate = issue(authority)
    (tmp_path / "pki" / CERTIFICATE_FILE).unlink()
    again = StationAuthority(tmp_path / "pki")

    verify(certificate, again.root(NOW), NOW)


def test_two_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    authorities = [StationAuthority(tmp_path / "pki") for _ in range(4)]
    begin = threading.Barrier(4)
    roots: list[str] = []

    def run(authority: StationAuthority) -> None:
        begin.wait(10)
        issue(authority)
        roots.append(authority.root(NOW))

    threads = [threading.Thread(target=run, args=(each,)) for each in authorities]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(set(roots)) == 1
    assert len(roots) == 4


@pytest.mark.parametrize(
    ("file", "text"),
    [(KEY_FILE, ""), (KEY_FILE, "rubbish"), (CERTIFICATE_FILE, "rubbish")],
)
def test_what_cannot_be_read_is_said_and_never_overwritten(
    authority: StationAuthority, tmp_path: Path, file: str, text: str
) -> None:
    issue(authority)
    (tmp_path / "pki" / file).write_text(text)

    with pytest.raises(CertificateError, match="cannot be read"):
        issue(StationAuthority(tmp_path / "pki"))

    assert (tmp_path / "pki" / file).read_text() == text


def test_a_certificate_of_another_key_is_refused(
    authority: StationAuthority, tmp_path: Path
) -> None:
    issue(authority)
    other = StationAuthority(tmp_path / "other")
    (tmp_path / "pki" / CERTIFICATE_FILE).write_text(other.root(NOW))

    with pytest.raises(CertificateError, match="does not belong to"):
        issue(StationAuthority(tmp_path / "pki"))


def test_a_ca_that_has_expired_signs_nothing(
    authority: StationAuthority, tmp_path: Path
) -> None:
    issue(authority)

    with pytest.raises(CertificateError, match="has expired"):
        issue(StationAuthority(tmp_path / "pki"), now=NOW + 21 * YEAR)


def test_nothing_outlives_the_ca(authority: StationAuthority, tmp_path: Path) -> None:
    authority.root(NOW)
    late = NOW + 20 * YEAR - timedelta(days=10)

    certificate = issue(authority, now=late)

    assert certificate.not_valid_after_utc == NOW + 20 * YEAR
    verify(certificate, authority.root(late), late)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "pki").write_text("in the way")

    with pytest.raises(CertificateError, match="the CA in"):
        issue(StationAuthority(tmp_path / "pki"))


def test_times_are_whole_seconds() -> None:
    assert at(1_769_860_800_999) == NOW
