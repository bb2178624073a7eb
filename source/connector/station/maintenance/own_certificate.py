"""The station's own key and certificate (2.x part 2, A02; 1.6: whitepaper)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from connector.errors import CertificateError
from connector.security.key_pairs import PrivateKey, key_pem, new_key
from connector.security.private_files import write_over
from connector.station.client.clock import Clock, Timer
from connector.station.core.calls import Answer
from connector.station.device_model.values import Values
from connector.station.maintenance.signatures import check_certificate, load_chain
from connector.station.maintenance.telling import Teller

logger = logging.getLogger(__name__)

STATION = "ChargingStationCertificate"
_NAMES = {STATION: "station", "V2GCertificate": "v2g", "V2G20Certificate": "v2g20"}
_REPEATS = "SecurityCtrlr/CertSigningRepeatTimes"
_WAITS_S = "SecurityCtrlr/CertSigningWaitMinimum"
_OPERATOR = "SecurityCtrlr/OrganizationName"
_LONGEST = "SecurityCtrlr/MaxCertificateChainSize"
_LONGEST_WAIT_S = 86_400.0

_NEW = "station.new"
Files = tuple[Path, Path]
Activated = Callable[[Path, Path], None]
"""Gets the files of a certificate with its chain, and of its key."""


class OwnCertificate:
    """Asks for a certificate, and takes the one that comes for its key.

    Without a folder the key is lost with the process.
    """

    def __init__(
        self,
        folder: Path | None,
        teller: Teller,
        values: Values,
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._teller = teller
        self._values = values
        self._clock = clock
        self._pending: dict[str, PrivateKey] = {}
        self._timers: dict[str, Timer] = {}
        self.on_activated: Activated | None = None
        self._finish()

    # -- files

    def files(self, kind: str = STATION) -> Files | None:
        """The files of the newest certificate and its key."""
        return self.files_on_trial(kind) or self._existing(_NAMES[kind])

    def files_before(self) -> Files | None:
        """Those of the certificate that the station had before the newest."""
        return self._existing(_NAMES[STATION]) if self.files_on_trial() else None

    def files_on_trial(self, kind: str = STATION) -> Files | None:
        """Those of a certificate that has not opened a door yet."""
        return self._existing(_NEW) if kind == STATION else None

    def _existing(self, name: str) -> Files | None:
        if self._folder is None:
            return None
        files = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        return files if all(each.is_file() for each in files) else None

    def settle(self, *, is_good: bool) -> Files | None:
        """The trial of the newest is over: it stays, or is gone; gives what holds.

        Raises:
            OSError: the files cannot be changed; the trial goes on.
        """
        found = self.files_on_trial()
        if found is not None and is_good:
            for source in found:
                source.replace(source.with_stem(_NAMES[STATION]))
        elif found is not None:
            # The key first: one that is alone is taken for good (`_finish`).
            for source in reversed(found):
                source.unlink()
        return self.files()

    def _finish(self) -> None:
        """What a process that was killed in `settle` has left undone."""
        key = self._folder / f"{_NEW}.key" if self._folder is not None else None
        if key is not None and key.is_file() and not key.with_suffix(".pem").exists():
            key.replace(key.with_stem(_NAMES[STATION]))

    def _pending_file(self, kind: str) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{_NAMES[kind]}.pending.key"

    # -- asking

    def ask(self, kind: str = STATION) -> None:
        """SignCertificate, with a new key; again until an answer comes (A02.FR.17).

        Raises:
            KeyError: there are no certificates of this kind.
            OSError: the key cannot be kept: nothing is asked for.
        """
        _ = _NAMES[kind]
        key = new_key()
        path = self._pending_file(kind)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_over(path, key_pem(key))
        self._pending[kind] = key
        self._send(kind, key, 0)

    def _send(self, kind: str, key: PrivateKey, tried: int) -> None:
        csr = self._request(key)
        self._teller.note(f"certificate: {kind} asked for")
        self._teller.report("SignCertificate", {"csr": csr, "certificateType": kind})
        self._stop_waiting(kind)
        if tried < self._values.number(_REPEATS):
            wait_s = min(self._values.number(_WAITS_S) * 2**tried, _LONGEST_WAIT_S)
            self._timers[kind] = self._clock.call_later(
                wait_s, lambda: self._send(kind, key, tried + 1)
            )

    def _request(self, key: PrivateKey) -> str:
        """A00.FR.511: who operates the station, and which one it is."""
        model = self._values.model
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, model.identity)]
        operator = self._values.text(_OPERATOR)
        if operator:
            parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, operator))
        builder = x509.CertificateSigningRequestBuilder(x509.Name(parts))
        request = builder.sign(key, hashes.SHA256())
        return request.public_bytes(serialization.Encoding.PEM).decode()

    def refused(self, kind: str = STATION) -> None:
        """SignCertificate was not accepted: it is not repeated."""
        self._stop_waiting(kind)

    def stop(self) -> None:
        """Ask no more."""
        for kind in tuple(self._timers):
            self._stop_waiting(kind)

    def _stop_waiting(self, kind: str) -> None:
        timer = self._timers.pop(kind, None)
        if timer is not None:
            timer.cancel()

    # -- CertificateSigned

    def signed(self, chain: str, kind: str = STATION) -> Answer:
        """Whether it is taken; then `activate` it once that was answered."""
        if kind not in _NAMES:
            return Answer("Rejected", "UnsupportedParam", "there are none of this type")
        try:
            self._check(chain, kind)
            self._keep(chain, kind)
        except CertificateError as problem:
            self._teller.security("InvalidChargingStationCertificate", str(problem))
            return Answer("Rejected", "InvalidCertificate", str(problem))
        except OSError as problem:
            return Answer("Rejected", "OutOfStorage", problem.strerror or "")
        self._stop_waiting(kind)
        self._teller.note(f"certificate: {kind} taken")
        return Answer("Accepted")

    def activate(self, kind: str = STATION) -> None:
        """From now on it is the one that is shown."""
        files = self.files(kind)
        if kind == STATION and files is not None and self.on_activated is not None:
            self.on_activated(*files)

    def _check(self, chain: str, kind: str) -> None:
        if len(chain) > (self._values.number(_LONGEST) or 10_000):
            raise CertificateError("its chain is too long")
        leaf = load_chain(chain)[0]
        key = self._key(kind)
        if key is None or _public(leaf) != _public(key):
            raise CertificateError("it is not for the key that was sent")
        names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        model = self._values.model
        own = {model.identity, model.serial_number}
        if kind == STATION and own.isdisjoint(each.value for each in names):
            raise CertificateError("it is for another station")
        # Its CA need not be one that a station knows: only the central system asks.
        check_certificate(chain, [chain], self._clock.now_ms())

    def _key(self, kind: str) -> PrivateKey | None:
        found = self._pending.get(kind)
        path = self._pending_file(kind)
        if found is None and path is not None and path.is_file():
            loaded = serialization.load_pem_private_key(path.read_bytes(), None)
            found = loaded  # type: ignore[assignment]
        return found

    def _keep(self, chain: str, kind: str) -> None:
        """Both, the key last: a certificate without its key is not in use.

        The one before stays until the new one has opened a door.
        """
        key = self._key(kind)
        pending = self._pending_file(kind)
        if self._folder is None or pending is None or key is None:
            return
        name = _NEW if kind == STATION else _NAMES[kind]
        plain = chain.replace("\\r", "").replace("\\n", "\n")
        write_over(self._folder / f"{name}.pem", plain.encode())
        write_over(self._folder / f"{name}.key", key_pem(key))
        pending.unlink(missing_ok=True)


def _public(owner: x509.Certificate | PrivateKey) -> bytes:
    return owner.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
