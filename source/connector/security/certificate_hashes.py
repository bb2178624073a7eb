"""How OCPP names an installed certificate: hashes as in OCSP (RFC 6960, 4.1.1)."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.ocsp import OCSPRequestBuilder

from connector.errors import CertificateError


def root_hashes(certificate: str) -> dict[str, str]:
    """The ``certificateHashData`` of a self-signed certificate (PEM), with SHA-256.

    Raises:
        CertificateError: it is none, or another one has signed it, whose key is not
            known here.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate.encode())
        found.verify_directly_issued_by(found)
        # Its three members are those of an OCSP request.
        named = OCSPRequestBuilder().add_certificate(found, found, hashes.SHA256())
        request = named.build()
    except InvalidSignature:
        raise CertificateError("it is not signed by itself") from None
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise CertificateError(f"it cannot be read: {problem}") from None
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": request.issuer_name_hash.hex(),
        "issuerKeyHash": request.issuer_key_hash.hex(),
        "serialNumber": f"{request.serial_number:x}",
    }
