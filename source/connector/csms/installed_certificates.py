"""Which certificates a station has, as far as it has said (1.6: whitepaper; 2.x: M)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Literal

from connector.csms.context import Context
from connector.csms.events import Answered
from connector.csms.station import Station
from connector.errors import CertificateError
from connector.security.certificate_hashes import root_hashes

Json = dict[str, Any]
CertificateUse = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
"""As 1.6 calls them."""
Known = dict[str, list[Json]]

logger = logging.getLogger(__name__)

LEARNED = "installed_certificates"
"""In `Station.learned`: by certificateType, a list of certificateHashData."""
MOST_OF_A_TYPE = 50
_MOST_LISTED = 500
_MEMBERS = ("hashAlgorithm", "issuerNameHash", "issuerKeyHash", "serialNumber")
_NAMES_IT = ("issuerKeyHash", "serialNumber")
_LONGEST = 128
_CHILDREN = "childCertificateHashData"
_MOST_CHILDREN = 4
"""2.x part 2, CertificateHashDataChainType."""
_OF_2 = {"CentralSystemRootCertificate": "CSMSRootCertificate"}
"""What 2.x calls the same."""


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

    def known(self, station: Station) -> Known:
        """What is known to be installed, by certificateType."""
        found: Known = station.learned.get(LEARNED, {})
        return found

    # -- calls; all raise what `Station.call` raises

    async def get_ids(self, station: Station, use: CertificateUse) -> Json:
        """GetInstalledCertificateIds; gives the wire response."""
        asked = [_use(station, use)] if station.speaks_2 else use
        return await station.call(
            "GetInstalledCertificateIds", {"certificateType": asked}
        )

    async def install(
        self, station: Station, use: CertificateUse, certificate: str
    ) -> Json:
        """InstallCertificate, in PEM; gives the wire response."""
        return await station.call(
            "InstallCertificate",
            {"certificateType": _use(station, use), "certificate": certificate},
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

    def _listed(self, known: Known, asked: Json, answer: Json, status: str) -> Known:
        if status not in ("Accepted", "NotFound"):
            return known
        uses = asked.get("certificateType")
        if isinstance(uses, str):
            answer = answer if status == "Accepted" else {}
            listed = [_plain(each) for each in answer.get("certificateHashData", ())]
            return known | {uses: listed[:MOST_OF_A_TYPE]}
        return _listed_2(known, uses, answer if status == "Accepted" else {})

    def _installed(self, known: Known, asked: Json, answer: Json, status: str) -> Known:
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

    def _deleted(self, known: Known, asked: Json, answer: Json, status: str) -> Known:
        if status not in ("Accepted", "NotFound"):
            return known
        gone = _name(asked["certificateHashData"])
        return {
            use: [each for each in entries if _name(each) != gone]
            for use, entries in known.items()
        }


def _listed_2(known: Known, uses: Iterable[str] | None, answer: Json) -> Known:
    """2.x lists several types at once; those that are not asked for are all."""
    found: Known = {use: [] for use in (known if uses is None else uses)}
    for chain in answer.get("certificateHashDataChain", ())[:_MOST_LISTED]:
        entry = _plain(chain["certificateHashData"])
        children = chain.get(_CHILDREN, ())[:_MOST_CHILDREN]
        if children:
            entry[_CHILDREN] = [_plain(child) for child in children]
        use = str(chain["certificateType"])[:_LONGEST]
        found[use] = [*found.get(use, ()), entry][:MOST_OF_A_TYPE]
    return known | found


def _use(station: Station, use: CertificateUse) -> str:
    return _OF_2.get(use, use) if station.speaks_2 else use


def is_same(one: Json, other: Json) -> bool:
    """Whether two certificateHashData name one certificate."""
    return _name(one) == _name(other)


def _plain(entry: Json) -> Json:
    """The members of a schema, cut where a station goes beyond it."""
    return {name: str(entry.get(name, ""))[:_LONGEST] for name in _MEMBERS}


def _name(entry: Json) -> tuple[str, ...]:
    """Hashes and numbers are hexadecimal, in either case, with zeros before or not."""
    return tuple(str(entry.get(name, "")).lower().lstrip("0") for name in _NAMES_IT)
