"""The root certificates of a station (2.x part 2, M; 1.6: whitepaper)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from connector.errors import CertificateError
from connector.security.certificate_hashes import SHA256, root_hashes
from connector.security.key_pairs import certificate_pem
from connector.security.private_files import write_over
from connector.station.core.calls import Answer
from connector.station.maintenance.signatures import load_chain

Json = dict[str, Any]

logger = logging.getLogger(__name__)

CSMS, MANUFACTURER = "CSMSRootCertificate", "ManufacturerRootCertificate"
KINDS = (
    CSMS,
    MANUFACTURER,
    "V2GRootCertificate",
    "MORootCertificate",
    "OEMRootCertificate",
)
MOST = 20
"""Of all kinds together (SecurityCtrlr, CertificateEntries)."""


class CertificateStore:
    """Installs, deletes and lists them: a file for each, or in memory alone."""

    __slots__ = ("_folder", "_roots")

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._roots: dict[tuple[str, str], str] = {}
        """By kind and digest, in PEM."""
        for kind in KINDS if folder is not None else ():
            self._load(kind)

    def _load(self, kind: str) -> None:
        for path in sorted(self._path(kind, "").parent.glob("*.pem")):
            try:
                self._roots[kind, path.stem] = path.read_text("ascii")
            except (OSError, ValueError) as problem:
                logger.warning("%s cannot be used: %s", path, problem)

    def _path(self, kind: str, digest: str) -> Path:
        assert self._folder is not None  # noqa: S101
        return self._folder / kind / f"{digest}.pem"

    def __len__(self) -> int:
        return len(self._roots)

    def roots(self, *kinds: str) -> list[str]:
        """Those of these kinds, in PEM."""
        return [pem for (kind, _), pem in self._roots.items() if kind in kinds]

    def install(self, kind: str, text: str, now_ms: int) -> Answer:
        """InstallCertificate: Accepted, Rejected (it is unfit), Failed (not kept)."""
        if kind not in KINDS:
            return Answer("Rejected", "UnsupportedParam", "there are none of this type")
        try:
            root = _fit_root(text, now_ms)
        except CertificateError as problem:
            return Answer("Rejected", "InvalidCertificate", str(problem))
        pem = certificate_pem(root)
        digest = hashlib.sha256(pem.encode()).hexdigest()[:32]
        if (kind, digest) not in self._roots and len(self) >= MOST:
            return Answer("Rejected", "OutOfStorage", f"there are {MOST} already")
        try:
            self._keep(kind, digest, pem)
        except OSError as problem:
            return Answer("Failed", "OutOfStorage", problem.strerror or "")
        self._roots[kind, digest] = pem
        return Answer("Accepted")

    def _keep(self, kind: str, digest: str, pem: str) -> None:
        if self._folder is not None:
            path = self._path(kind, digest)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_over(path, pem.encode())

    def delete(self, named: Mapping[str, Any], *, needs_csms: bool) -> Answer:
        """DeleteCertificate; ``needs_csms``: the last of the CSMS is in use."""
        found = [key for key, pem in self._roots.items() if _is_named(pem, named)]
        if not found:
            return Answer("NotFound")
        if needs_csms and {key for key in self._roots if key[0] == CSMS} <= set(found):
            return Answer("Failed", "Unspecified", "the link depends on it")
        try:
            for key in found:
                if self._folder is not None:
                    self._path(*key).unlink(missing_ok=True)
                del self._roots[key]
        except OSError as problem:
            return Answer("Failed", "InternalError", problem.strerror or "")
        return Answer("Accepted")

    def listed(self, kinds: Sequence[str] = ()) -> list[Json]:
        """The ``certificateHashDataChain`` of 2.x; no kinds: all."""
        return list(self._listed(kinds))

    def _listed(self, kinds: Sequence[str]) -> Iterator[Json]:
        for (kind, _), pem in self._roots.items():
            if not kinds or kind in kinds:
                hashes = root_hashes(pem)
                yield {"certificateType": kind, "certificateHashData": hashes}


def _fit_root(text: str, now_ms: int) -> x509.Certificate:
    """The one certificate of a text: of a CA, signed by itself, and valid now."""
    chain = load_chain(text)
    if len(chain) != 1:
        raise CertificateError(f"found {len(chain)} certificates, expected one")
    root = chain[0]
    root_hashes(certificate_pem(root))
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    if not root.not_valid_before_utc <= now <= root.not_valid_after_utc:
        raise CertificateError("it is not valid now")
    try:
        found = root.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, ValueError):
        raise CertificateError("it is not that of a CA") from None
    if not found.value.ca:
        raise CertificateError("it is not that of a CA")
    return root


def _is_named(pem: str, named: Mapping[str, Any]) -> bool:
    """Hexadecimal digits in any case, serial numbers with or without zeros before."""
    hashes = root_hashes(pem, str(named.get("hashAlgorithm", SHA256)))
    serial = str(named.get("serialNumber", "")).lower().lstrip("0")
    return serial == hashes["serialNumber"].lstrip("0") and all(
        str(named.get(name, "")).lower() == hashes[name]
        for name in ("issuerNameHash", "issuerKeyHash")
    )
