"""Which root certificates a station has, as far as it has said (whitepaper, 1.6)."""

from __future__ import annotations

import logging
from typing import Any, Literal

from connector.csms.context import Context
from connector.csms.events import Answered
from connector.csms.station import Station
from connector.errors import CertificateError
from connector.security.certificate_hashes import root_hashes

Json = dict[str, Any]
CertificateUse = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]

logger = logging.getLogger(__name__)

LEARNED = "installed_certificates"
"""In `Station.learned`: by certificateType, a list of certificateHashData."""
MOST_OF_A_TYPE = 50
_MEMBERS = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")
_NAMES_IT = ("issuerKeyHash", "serialNumber")
_LONGEST = 128


class InstalledCertificates:
    """Follows the calls that read and change them, whoever sent these."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._followers = {
            "GetInstalledCertificateIds": self._listed,
            "InstallCertificate": self._installed,
            "DeleteCertificate": self._deleted,
        }
        context.events.subscribe(Answered, self._answered)

    def known(self, station: Station) -> dict[str, list[Json]]:
        """What is known to be installed, by certificateType."""
        found: dict[str, list[Json]] = station.learned.get(LEARNED, {})
        return found

    # -- calls; all raise what `Station.call` raises

    async def get_ids(self, station: Station, use: CertificateUse) -> Json:
        """GetInstalledCertificateIds; gives the wire response."""
        return await station.call(
            "GetInstalledCertificateIds", {"certificateType": use}
        )

    async def install(
        self, station: Station, use: CertificateUse, certificate: str
    ) -> Json:
        """InstallCertificate, in PEM; gives the wire response."""
        return await station.call(
            "InstallCertificate", {"certificateType": use, "certificate": certificate}
        )

    async def delete(self, station: Station, hash_data: Json) -> Json:
        """DeleteCertificate; gives the wire response."""
        return await station.call(
            "DeleteCertificate", {"certificateHashData": hash_data}
        )

    # -- following

    def _answered(self, event: Answered) -> None:
        follow = self._followers.get(event.action)
        if follow is None:
            return
        status = str(event.answer.get("status"))
        logger.info("%s: %s: %.40s", event.station.identity, event.action, status)
        before = self.known(event.station)
        after = follow(before, event.payload, event.answer, status)
        if after != before:
            event.station.learned[LEARNED] = after
            self._context.remember(event.station)

    def _listed(
        self, known: dict[str, list[Json]], asked: Json, answer: Json, status: str
    ) -> dict[str, list[Json]]:
        if status not in ("Accepted", "NotFound"):
            return known
        listed = answer.get("certificateHashData", ()) if status == "Accepted" else ()
        entries = [_plain(each) for each in listed]
        return known | {asked["certificateType"]: entries[:MOST_OF_A_TYPE]}

    def _installed(
        self, known: dict[str, list[Json]], asked: Json, answer: Json, status: str
    ) -> dict[str, list[Json]]:
        if status != "Accepted":
            return known
        try:
            added: Json = root_hashes(asked["certificate"])
        except CertificateError as problem:
            # The station lists it when it is asked.
            logger.info("what was installed cannot be named: %s", problem)
            return known
        use = asked["certificateType"]
        others = [each for each in known.get(use, ()) if _name(each) != _name(added)]
        return known | {use: [*others, added][-MOST_OF_A_TYPE:]}

    def _deleted(
        self, known: dict[str, list[Json]], asked: Json, answer: Json, status: str
    ) -> dict[str, list[Json]]:
        if status not in ("Accepted", "NotFound"):
            return known
        gone = _name(asked["certificateHashData"])
        return {
            use: [each for each in entries if _name(each) != gone]
            for use, entries in known.items()
        }


def _plain(entry: Json) -> Json:
    """The members of a schema, cut where a station goes beyond it."""
    return {name: str(entry.get(name, ""))[:_LONGEST] for name in _MEMBERS}


def _name(entry: Json) -> tuple[str, ...]:
    """Hashes and numbers are hexadecimal, in either case, with zeros before or not."""
    return tuple(str(entry.get(name, "")).lower().lstrip("0") for name in _NAMES_IT)
