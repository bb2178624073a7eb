"""Private keys that are made for others, and the files they are handed over in."""

from __future__ import annotations

from typing import Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

KeyKind = Literal["ec", "rsa"]
PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_RSA_BITS = 3072


def new_key(kind: KeyKind = "ec") -> PrivateKey:
    """A key: EC P-256, or RSA for stations that know nothing else."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, _RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: PrivateKey) -> bytes:
    """PKCS #8, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def certificate_pem(certificate: x509.Certificate) -> str:
    """As everybody reads it."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def pkcs12_of(key: str, certificate: str, root: str, password: str) -> bytes:
    """Key and certificates (PEM) in one encrypted file, named by the certificate."""
    return pkcs12.serialize_key_and_certificates(
        b"station",
        _private(key),
        x509.load_pem_x509_certificate(certificate.encode()),
        [x509.load_pem_x509_certificate(root.encode())],
        serialization.BestAvailableEncryption(password.encode()),
    )


def _private(key: str) -> PrivateKey:
    found = serialization.load_pem_private_key(key.encode(), password=None)
    if isinstance(found, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return found
    raise TypeError("a key that this room has not made")
