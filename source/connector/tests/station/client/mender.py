"""Maintenance that notes what it is asked, and says what a test wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.station.client.parts import FirmwareUpdate, LogUpload, Upload

Json = dict[str, Any]


class Mender:
    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.status = "Accepted"
        self.filename = "log.txt"
        self.hashes: list[Json] = []
        self.can_sign = True
        self.signing: list[bool] = []

    def update_firmware(self, wanted: FirmwareUpdate) -> str:
        self.asked.append(wanted)
        return self.status

    def upload_log(self, wanted: LogUpload) -> Upload:
        self.asked.append(wanted)
        return Upload(self.status, self.filename)

    def told_last(self, action: str) -> Mapping[str, Any]:
        return {"status": "Idle"}

    def install_certificate(self, use: str, pem: str) -> str:
        self.asked.append((use, pem))
        return self.status

    def delete_certificate(self, hash_data: Mapping[str, Any]) -> str:
        self.asked.append(hash_data)
        return self.status

    def installed_certificates(self, uses: Sequence[str] = ()) -> list[Json]:
        self.asked.append(tuple(uses))
        return [{"certificateHashData": each} for each in self.hashes]

    def certificate_signed(self, chain: str, use: str) -> str:
        self.asked.append((use, chain))
        return self.status

    def ask_for_certificate(self, use: str = "ChargingStationCertificate") -> bool:
        self.asked.append(use)
        return self.can_sign

    def signing_answered(self, *, is_accepted: bool) -> None:
        self.signing.append(is_accepted)
