"""What survives a restart: as plain JSON, which the client writes and reads.

Transactions that ran, reservations, what was switched off, the local list and the
cache. A file may be old or damaged: each part that cannot be read is left out, and
said so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.station.core import settings as names
from connector.station.core.evse import RESETTING, Evse
from connector.station.core.reservations import Reservation
from connector.station.core.session import Session
from connector.station.core.sessions import Sessions
from connector.station.core.site import Site
from connector.station.core.tokens import Entry, Verdict
from connector.station.ports import Token

logger = logging.getLogger(__name__)

_SESSION = (
    "key",
    "evse",
    "connector",
    "group",
    "started_ms",
    "meter_start_wh",
    "id_16",
    "remote_start_id",
    "is_remote_told",
    "reservation_id",
    "is_reservation_told",
    "payment",
    "protocol",
    "is_over",
    "stopped_reason",
    "is_invalid",
    "was_plugged",
    "told",
    "cost",
)
_TRIGGERS = {"PowerLoss": "AbnormalCondition"}
"""Why a transaction ended with a restart; any other reason is a reset."""


@dataclass(slots=True)
class Kept:
    """Writes and reads it."""

    site: Site
    sessions: Sessions

    # -- written

    def save(self, now_ms: int) -> dict[str, Any]:
        """All of it."""
        site = self.site
        running = [e.session for e in site.evses.values() if e.is_running]
        return {
            "saved_ms": now_ms,
            "sessions": [_session(each) for each in running if each is not None],
            "reservations": [_reservation(each) for each in site.reservations],
            "inoperative": {
                "0": sorted(site.inoperative),
                **{str(n): _inoperative(e) for n, e in site.evses.items()},
            },
            "list": {
                "version": site.tokens.version,
                "entries": [_entry(each) for each in site.tokens.listed()],
            },
            "cache": [
                [folded, _verdict(verdict), until_ms]
                for folded, verdict, until_ms in site.tokens.cached()
            ],
        }

    # -- read

    def restore(self, kept: Mapping[str, Any], now_ms: int, *, reason: str) -> None:
        """All that can be read of it."""
        parts: tuple[tuple[str, Callable[[Any], None]], ...] = (
            ("inoperative", self._read_inoperative),
            ("reservations", self._read_reservations),
            ("list", self._read_list),
            ("cache", self._read_cache),
        )
        for name, read in parts:
            self._try(name, kept.get(name), read)
        saved_ms = kept.get("saved_ms")
        age_ms = now_ms - saved_ms if isinstance(saved_ms, int) else None
        sessions = kept.get("sessions")
        for each in sessions if isinstance(sessions, list) else ():
            self._try(
                "sessions", each, lambda d: self._take_up(d, now_ms, age_ms, reason)
            )

    def _try(self, name: str, value: Any, read: Callable[[Any], None]) -> None:
        if value is None:
            return
        try:
            read(value)
        except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
            identity = self.site.model.identity
            logger.warning(
                "%s of before the restart cannot be read and are left out: %r",
                name,
                error,
                extra={"station": identity},
            )

    def _read_inoperative(self, value: Mapping[str, list[int]]) -> None:
        self.site.inoperative = {int(n) for n in value.get("0", ())} & {0}
        for number, evse in self.site.evses.items():
            evse.inoperative = {int(n) for n in value.get(str(number), ())}

    def _read_reservations(self, value: list[Mapping[str, Any]]) -> None:
        found = [
            Reservation(
                int(each["id"]),
                int(each["evse"]),
                _token_of(each["token"]),
                int(each["expiry_ms"]),
                each["group"],
                each["connector_type"],
            )
            for each in value
        ]
        known = {0, *self.site.evses}
        self.site.reservations.restore(r for r in found if r.evse in known)

    def _read_list(self, value: Mapping[str, Any]) -> None:
        entries = [
            Entry(_token_of(each["token"]), _verdict_of(each["verdict"]))
            for each in value["entries"]
        ]
        self.site.tokens.restore(int(value["version"]), entries)

    def _read_cache(self, value: list[tuple[str, Mapping[str, Any], int]]) -> None:
        found = [(str(f), _verdict_of(v), int(until)) for f, v, until in value]
        self.site.tokens.restore_cache(found)

    # -- what ran

    def _take_up(
        self, value: Mapping[str, Any], now_ms: int, age_ms: int | None, reason: str
    ) -> None:
        session = _session_of(value)
        evse = self.site.evses[session.evse]
        if evse.session is not None:
            raise ValueError(f"two transactions at EVSE {session.evse}")
        evse.session, evse.connector = session, session.connector
        within_ms = self.site.variables.number(names.RESUMPTION_TIMEOUT_S) * 1000
        if within_ms and age_ms is not None and 0 <= age_ms <= within_ms:
            self._wait_for_vehicle(evse, now_ms, reason)
        else:
            trigger = _TRIGGERS.get(reason, "ResetCommand")
            self.sessions.end(evse, trigger, reason, now_ms)
        self.sessions.settle(evse, now_ms)

    def _wait_for_vehicle(self, evse: Evse, now_ms: int, reason: str) -> None:
        """It goes on when the vehicle is found there still (2.1, E17)."""
        session = evse.session
        if session is None:
            return
        session.resumes = True
        session.told_state = evse.charging_state
        session.sampled_ms = session.kept_ms = now_ms
        if not session.is_over:
            session.stopped_reason = reason
        evse.waits_until_ms = now_ms + self.site.connection_timeout_ms()


def _session(session: Session) -> dict[str, Any]:
    token = None if session.token is None else _token(session.token)
    members = {name: getattr(session, name) for name in (*_SESSION, "begun_ms")}
    return {**members, "token": token}


def _session_of(value: Mapping[str, Any]) -> Session:
    token = value["token"]
    members = {name: value[name] for name in _SESSION}
    session = Session(**members, token=None if token is None else _token_of(token))
    begun_ms = value.get("begun_ms")
    session.begun_ms = begun_ms if type(begun_ms) is int else session.started_ms
    for name in ("evse", "connector", "started_ms", "told"):
        if type(getattr(session, name)) is not int:
            raise ValueError(f"{name} of a transaction is no whole number")
    return session


def _inoperative(evse: Evse) -> list[int]:
    """With what waits for the end of a transaction: a restart is one."""
    later = {key for key, is_on in evse.will_change.items() if not is_on}
    return sorted((evse.inoperative | later) - {RESETTING})


def _token(token: Token) -> list[str]:
    return [token.id, token.type]


def _token_of(value: list[str]) -> Token:
    id_, type_ = value
    return Token(str(id_), str(type_))


def _reservation(reservation: Reservation) -> dict[str, Any]:
    return {
        "id": reservation.id,
        "evse": reservation.evse,
        "token": _token(reservation.token),
        "expiry_ms": reservation.expiry_ms,
        "group": reservation.group,
        "connector_type": reservation.connector_type,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "status": verdict.status,
        "group": verdict.group,
        "expiry_ms": verdict.expiry_ms,
        "evses": list(verdict.evses),
    }


def _verdict_of(value: Mapping[str, Any]) -> Verdict:
    expiry_ms = value["expiry_ms"]
    return Verdict(
        str(value["status"]),
        value["group"],
        None if expiry_ms is None else int(expiry_ms),
        tuple(int(number) for number in value["evses"]),
    )


def _entry(entry: Entry) -> dict[str, Any]:
    verdict = entry.verdict or Verdict("Invalid")
    return {"token": _token(entry.token), "verdict": _verdict(verdict)}
