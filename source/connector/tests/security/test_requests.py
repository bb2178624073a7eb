"""Signing requests: what is understood, and what is refused."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from connector.errors import CertificateError
from connector.security.requests import read_request
from connector.tests.signing import KEY, csr

PEM = csr(organization="ACME").decode()
DER = csr(encoding=Encoding.DER)


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        f"\n  {PEM}\n",
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", "\\n"),
        PEM.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
        base64.b64encode(DER).decode(),
        base64.encodebytes(DER).decode(),
    ],
    # The texts are others in each process.
    ids=range(7),
)
def test_a_request_is_read_as_stations_write_it(text: str) -> None:
    request = read_request(text)

    assert request.common_name == "CP-7"
    assert request.public_key == KEY.public_key()


def test_the_organization_is_read_where_there_is_one() -> None:
    assert read_request(PEM).organization == "ACME"
    assert read_request(csr().decode()).organization is None


@pytest.mark.parametrize(
    "text",
    ["", "csr", "{}", "AAAA", "-----BEGIN CERTIFICATE REQUEST-----", PEM[: len(PEM) // 2], PEM.replace("REQUEST", ""), "é", "A" * 30_000],
    ids=range(9),
)  # fmt: skip
def test_rubbish_is_refused(text: str) -> None:
    with pytest.raises(CertificateError):
        read_request(text)


def test_a_request_that_is_signed_by_another_key_is_refused() -> None:
    changed = DER.replace(b"CP-7", b"CP-8")
    assert changed != DER

    with pytest.raises(CertificateError, match="signature of the request is wrong"):
        read_request(base64.b64encode(changed).decode())


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (rsa.generate_private_key(65537, 1024), "has 1024 bits"),
        (ec.generate_private_key(ec.SECP192R1()), "has 192 bits"),
        (ed25519.Ed25519PrivateKey.generate(), "neither an RSA nor an EC key"),
    ],
)
def test_a_key_that_is_too_weak_or_unknown_is_refused(key: object, why: str) -> None:
    with pytest.raises(CertificateError, match=why):
        read_request(csr(key=key).decode())


def test_two_names_are_none() -> None:
    names = [x509.NameAttribute(NameOID.COMMON_NAME, text) for text in ("CP-7", "CP-8")]
    builder = x509.CertificateSigningRequestBuilder(x509.Name(names))
    text = builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    with pytest.raises(CertificateError, match="more than one CN"):
        read_request(text)
