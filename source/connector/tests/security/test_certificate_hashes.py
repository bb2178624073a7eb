"""A root has the name that stations give it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.errors import CertificateError
from connector.security.ca import StationAuthority
from connector.security.certificate_hashes import root_hashes
from connector.security.requests import read_request
from connector.tests.signing import csr

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_the_hashes_are_those_of_name_and_key(tmp_path: Path) -> None:
    root = StationAuthority(tmp_path).root(NOW)
    certificate = x509.load_pem_x509_certificate(root.encode())
    point = certificate.public_key().public_bytes(  # type: ignore[call-overload]
        Encoding.X962, PublicFormat.UncompressedPoint
    )

    assert root_hashes(root) == {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": hashlib.sha256(
            certificate.subject.public_bytes()
        ).hexdigest(),
        "issuerKeyHash": hashlib.sha256(point).hexdigest(),
        "serialNumber": f"{certificate.serial_number:x}",
    }


def test_only_roots_are_named(tmp_path: Path) -> None:
    authority = StationAuthority(tmp_path)
    leaf = authority.issue(read_request(csr().decode()), ["CP-7"], NOW)

    for text in (leaf, "", "rubbish"):
        with pytest.raises(CertificateError):
            root_hashes(text)


@pytest.mark.parametrize(("algorithm", "length"), [("SHA384", 96), ("SHA512", 128)])
def test_other_algorithms_of_2_x_are_known(
    algorithm: str, length: int, tmp_path: Path
) -> None:
    root = StationAuthority(tmp_path).root(NOW)

    found = root_hashes(root, algorithm)

    assert found["hashAlgorithm"] == algorithm
    assert len(found["issuerKeyHash"]) == length


def test_an_unknown_algorithm_is_refused(tmp_path: Path) -> None:
    root = StationAuthority(tmp_path).root(NOW)

    with pytest.raises(CertificateError, match="'MD5' is no known hash algorithm"):
        root_hashes(root, "MD5")
