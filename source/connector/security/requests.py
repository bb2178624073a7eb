"""Signing requests of stations (PKCS #10, RFC 2986), read and checked."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from connector.errors import CertificateError

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 8192
_LEAST_EC_BITS = 224
"""Security whitepaper, requirement A00.FR.503 and the like: 112 bits of strength."""
_LONGEST = 20_000
_LONGEST_CN = 64
"""RFC 5280, appendix A.1: ub-common-name."""


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """Who asks, and for which key; the signature of the request was right."""

    common_name: str
    organization: str | None
    public_key: PublicKey


def read_request(text: str) -> SigningRequest:
    """What a CSR asks for, in PEM, or in base64 without the lines around it.

    Raises:
        CertificateError: it is none, proves nothing, or its key is too weak.
    """
    request = _parse(text)
    try:
        is_signed = request.is_signature_valid
        public_key = request.public_key()
        subject = request.subject
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise CertificateError(f"the request cannot be read: {problem}") from None
    if not is_signed:
        raise CertificateError("the signature of the request is wrong")
    return SigningRequest(
        _only(subject, NameOID.COMMON_NAME) or "",
        _only(subject, NameOID.ORGANIZATION_NAME),
        _checked(public_key),
    )


def _parse(text: str) -> x509.CertificateSigningRequest:
    if len(text) > _LONGEST:
        raise CertificateError(f"the request has more than {_LONGEST} characters")
    # JSON that was escaped twice.
    text = text.replace("\\r", "").replace("\\n", "\n").strip()
    try:
        if "-----BEGIN" in text:
            return x509.load_pem_x509_csr(text.encode())
        return x509.load_der_x509_csr(
            base64.b64decode("".join(text.split()), None, True)
        )
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as problem:
        raise CertificateError(f"the request cannot be read: {problem}") from None


def _only(subject: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    """The value of an attribute that is there once."""
    found = subject.get_attributes_for_oid(oid)
    if len(found) > 1:
        raise CertificateError("the request names more than one CN or O")
    value = found[0].value if found else None
    is_usable = isinstance(value, str) and 0 < len(value) <= _LONGEST_CN
    return str(value) if is_usable else None


def _checked(key: object) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.key_size < _LEAST_EC_BITS:
            raise CertificateError(
                f"its key has {key.key_size} bits, expected at least {_LEAST_EC_BITS}"
            )
        return key
    if isinstance(key, rsa.RSAPublicKey):
        if not _LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS:
            raise CertificateError(
                f"its RSA key has {key.key_size} bits, "
                f"expected {_LEAST_RSA_BITS} to {_MOST_RSA_BITS}"
            )
        return key
    raise CertificateError("its key is neither an RSA nor an EC key")
