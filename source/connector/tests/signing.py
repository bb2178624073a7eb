"""Keys and signing requests of stations, as tests need them."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

KEY = ec.generate_private_key(ec.SECP256R1())


def name(common_name: str | None, organization: str | None = None) -> x509.Name:
    parts = [(NameOID.COMMON_NAME, common_name), (NameOID.ORGANIZATION_NAME, organization)]  # fmt: skip
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])


def csr(
    common_name: str | None = "CP-7",
    *,
    key: Any = KEY,
    organization: str | None = None,
    encoding: serialization.Encoding = serialization.Encoding.PEM,
) -> bytes:
    """A request that is signed by its key."""
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = x509.CertificateSigningRequestBuilder(name(common_name, organization))
    return builder.sign(key, algorithm).public_bytes(encoding)
