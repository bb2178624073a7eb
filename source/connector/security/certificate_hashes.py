"""How OCPP names an installed certificate: hashes as in OCSP (RFC 6960, 4.1.1)."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.ocsp import OCSPRequestBuilder

from connector.errors import CertificateError

SHA256 = "SHA256"
_ALGORITHMS: dict[str, type[hashes.HashAlgorithm]] = {
    SHA256: hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}


def root_hashes(certificate: str, algorithm: str = SHA256) -> dict[str, str]:
    """The ``certificateHashData`` of a self-signed certificate (PEM).

    Raises:
        CertificateError: it is none, or another one has signed it, whose key is not
            known here; or there is no such algorithm.
    """
    if algorithm not in _ALGORITHMS:
        raise CertificateError(f"{algorithm[:20]!r} is no known hash algorithm")
    try:
        found = x509.load_pem_x509_certificate(certificate.encode())
        found.verify_directly_issued_by(found)
        return issued_hashes(found, found, algorithm)
    except InvalidSignature:
        raise CertificateError("it is not signed by itself") from None
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise CertificateError(f"it cannot be read: {problem}") from None


def issued_hashes(
    certificate: x509.Certificate, issuer: x509.Certificate, algorithm: str = SHA256
) -> dict[str, str]:
    """The same of a certificate that somebody else has issued.

    Raises:
        ValueError, UnsupportedAlgorithm: one of them cannot be read.
    """
    # Its three members are those of an OCSP request.
    named = OCSPRequestBuilder().add_certificate(
        certificate, issuer, _ALGORITHMS[algorithm]()
    )
    request = named.build()
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": request.issuer_name_hash.hex(),
        "issuerKeyHash": request.issuer_key_hash.hex(),
        "serialNumber": f"{request.serial_number:x}",
    }
