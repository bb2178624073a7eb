"""Who signed firmware, and whether it is as it was signed (2.x part 2, L01)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from connector.errors import CertificateError

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)
_BLOCK_BYTES = 1024 * 1024
_PADDINGS = (
    padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO),
    padding.PKCS1v15(),
)


def load_chain(text: str) -> list[x509.Certificate]:
    """The certificates of a PEM text, the leaf first.

    Raises:
        CertificateError: there is none, or one cannot be read.
    """
    # JSON that was escaped twice.
    plain = text.replace("\\r", "").replace("\\n", "\n").strip()
    try:
        return x509.load_pem_x509_certificates(plain.encode())
    except _UNREADABLE as problem:
        raise CertificateError(f"it cannot be read: {problem}") from None


def check_certificate(text: str, roots: Iterable[str], now_ms: int) -> x509.Certificate:
    """Whether the chain of a certificate ends at one of the roots; gives the leaf.

    Raises:
        CertificateError: it does not, or a part of it is not valid now.
    """
    chain = load_chain(text)
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    for each in chain:
        if not each.not_valid_before_utc <= now <= each.not_valid_after_utc:
            raise CertificateError("it is not valid now")
    for child, parent in pairwise(chain):
        if not _is_issued_by(child, parent):
            raise CertificateError("its chain is broken")
    known = [root for each in roots for root in load_chain(each)]
    if not any(chain[-1] == root or _is_issued_by(chain[-1], root) for root in known):
        raise CertificateError("no installed root certificate has signed it")
    return chain[0]


def _is_issued_by(child: x509.Certificate, parent: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
        constraints = parent.extensions.get_extension_for_class(x509.BasicConstraints)
    except (InvalidSignature, x509.ExtensionNotFound, *_UNREADABLE):
        return False
    return constraints.value.ca


def verify(path: Path, signature: str, certificate: str) -> None:
    """Whether a file is what was signed: base64 of a signature over its SHA-256.

    Raises:
        CertificateError: it is not.
        OSError: it cannot be read.
    """
    key = load_chain(certificate)[0].public_key()
    digest = _digest(path)
    try:
        signed = base64.b64decode("".join(signature.split()), validate=True)
    except binascii.Error:
        raise CertificateError("the signature is no base64") from None
    if isinstance(key, ec.EllipticCurvePublicKey):
        is_right = _fits_ec(key, signed, digest)
    elif isinstance(key, rsa.RSAPublicKey):
        is_right = any(_fits_rsa(key, signed, digest, each) for each in _PADDINGS)
    else:
        raise CertificateError("its key is neither an RSA nor an EC key")
    if not is_right:
        raise CertificateError("the signature is not that of the file")


def _fits_ec(key: ec.EllipticCurvePublicKey, signed: bytes, digest: bytes) -> bool:
    try:
        key.verify(signed, digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def _fits_rsa(
    key: rsa.RSAPublicKey, signed: bytes, digest: bytes, pad: padding.AsymmetricPadding
) -> bool:
    try:
        key.verify(signed, digest, pad, utils.Prehashed(hashes.SHA256()))
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def _digest(path: Path) -> bytes:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            found.update(block)
    return found.digest()
