"""Signed meter values: readings in OCMF, signed with the key of a meter.

OCMF 1.x: ``OCMF|{payload}|{signature}``; 2.x part 2, SignedMeterValueType.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

METHOD = "ECDSA-secp256r1-SHA256"
ENCODING = "OCMF"
_OBIS = {
    "Energy.Active.Import.Register": "1-b:1.8.0",
    "Energy.Active.Export.Register": "1-b:2.8.0",
}
BEGIN, CHARGING, END = "B", "C", "E"


class MeterKey:
    """The private key of one or many meters, on the curve P-256."""

    __slots__ = ("_key", "public")

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        self._key = key or ec.generate_private_key(ec.SECP256R1())
        self.public = base64.b64encode(
            self._key.public_key().public_bytes(
                serialization.Encoding.DER,
                serialization.PublicFormat.SubjectPublicKeyInfo,
            )
        ).decode()
        """SubjectPublicKeyInfo, base64."""

    @classmethod
    def of_pem(cls, pem: bytes) -> MeterKey:
        """A key that was kept.

        Raises:
            ValueError: it is no unencrypted private key on an elliptic curve.
        """
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("expected a private key on an elliptic curve")
        return cls(key)

    def pem(self) -> bytes:
        """To be kept."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256, in DER."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(slots=True, eq=False)
class Signed(Mapping[str, Mapping[str, Any]]):
    """The signed values of a reading by measurand; signed when somebody looks.

    Most readings are shown without signatures, which cost more than the readings.
    """

    key: Callable[[], MeterKey]
    meter: str
    """The serial number."""
    time_ms: int
    page: int
    registers_wh: Mapping[str, float]
    is_dc: bool
    kind: str = CHARGING

    def is_end(self) -> None:
        """It was the last one while power could flow."""
        if self.kind == CHARGING:
            self.kind = END

    def __iter__(self) -> Iterator[str]:
        return iter(self.registers_wh)

    def __len__(self) -> int:
        return len(self.registers_wh)

    def __getitem__(self, measurand: str) -> Mapping[str, Any]:
        """The members of a SignedMeterValue of 2.x."""
        key, payload = self.key(), self._payload(measurand)
        signature = {"SA": METHOD, "SD": key.sign(payload).hex()}
        text = b"OCMF|" + payload + b"|" + orjson.dumps(signature)
        return {
            "signedMeterData": base64.b64encode(text).decode(),
            "signingMethod": METHOD,
            "encodingMethod": ENCODING,
            "publicKey": key.public,
        }

    def _payload(self, measurand: str) -> bytes:
        moment = datetime.fromtimestamp(self.time_ms / 1000, UTC)
        millis = f"{moment:%Y-%m-%dT%H:%M:%S},{self.time_ms % 1000:03d}+0000"
        reading = {
            "TM": f"{millis} S",
            "TX": self.kind,
            "RV": round(self.registers_wh[measurand] / 1000, 6),
            "RI": _OBIS[measurand],
            "RU": "kWh",
            "RT": "DC" if self.is_dc else "AC",
            "ST": "G",
        }
        payload = {
            "FV": "1.0",
            "GI": "Simulated",
            "GS": self.meter,
            "PG": f"T{self.page}",
            "MS": self.meter,
            # Who charges, the meter does not know.
            "IS": False,
            "IT": "NONE",
            "RD": [reading],
        }
        return orjson.dumps(payload)
