"""The stations, as the connector that runs has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.scene import Scene
from connector.cli.problems import CommandFailed
from connector.cli.shapes import member
from connector.cli.visible import visible

AREA = Area("stations")
Json = dict[str, Any]
_SILENT_S = 15 * 60
_MANY_RECONNECTS = 20
_NEWEST = 1000
_AWAY = (
    "only the station can dial: look at its URL, its power and its network (see the "
    "how-to on troubleshooting)"
)
_UNSTABLE = (
    "look for a second station of this name, and at what closes idle connections; "
    "lower PING_INTERVAL_S"
)
_QUIET = "restart it, if it does not answer: `ocpp-connector command {} 0 reset Soft`"


def look(scene: Scene) -> Iterator[Finding]:
    """Each station, and who was kept out."""
    client = scene.client
    if client is None or not scene.runs:
        yield AREA.ok("stations", "not looked at: no connector was asked")
        return
    try:
        yield from _all(client)
    except CommandFailed as problem:
        yield AREA.bad("stations", problem.reason, "type this again")


def _all(client: Any) -> Iterator[Finding]:
    from connector.cli.client import path_of  # noqa: PLC0415

    found = list(client.items(path_of("stations"), 0))
    refusals = _refusals(client, path_of("messages"))
    tokens = _unknown_tokens(client, path_of("tokens", "seen"))
    connected = sum(each["connected"] for each in found)
    yield AREA.ok("stations", f"{len(found)} known, {connected} connected")
    now = datetime.now(UTC)
    for station in found:
        yield of_station(station, refusals, tokens, now)
    known = {each["station"] for each in found}
    for identity in sorted(refusals.keys() - known):
        text = f"was refused: {refusals[identity]}"
        yield AREA.warn(visible(identity), text, _let_in(identity))


def _let_in(identity: str) -> str:
    say = f"ocpp-connector stations add {visible(identity)}"
    return f"where it is yours, `{say}` registers it"


def of_station(
    station: Json, refusals: dict[str, str], tokens: Counter[str], now: datetime
) -> Finding:
    """One line: what is worst about it comes with what to do."""
    name = visible(station["station"])
    text = ", ".join(_facts(station, refusals, tokens, now))
    if station["registration"] == "Pending":
        adopt = f"`ocpp-connector stations adopt {name}` lets it in"
        return AREA.warn(name, text, adopt)
    if station["registration"] == "Rejected":
        return AREA.ok(name, text)
    if not station["connected"]:
        return AREA.bad(name, text, _AWAY)
    if _is_faulted(station):
        return AREA.bad(name, text, "its error says what it needs; often a restart")
    if station["reconnects"] >= _MANY_RECONNECTS:
        return AREA.warn(name, text, _UNSTABLE)
    if _silence_s(station, now) > _SILENT_S:
        return AREA.warn(name, text, _QUIET.format(name))
    if name in refusals:
        return AREA.warn(name, text, "it came back since; the log says when")
    return AREA.ok(name, text)


def _facts(
    station: Json, refusals: dict[str, str], tokens: Counter[str], now: datetime
) -> Iterator[str]:
    identity = station["station"]
    if station["registration"] != "Accepted":
        yield station["registration"]
    if station["connected"]:
        yield f"{station['protocol']} since {_short(station['connected_since'])}"
        yield f"heard {_silence_s(station, now):.0f} s ago"
    elif station["last_seen"]:
        yield f"not connected, last seen {_short(station['last_seen'])}"
    else:
        yield "never seen"
    if station["reconnects"]:
        yield f"{station['reconnects']} reconnects"
    boot = [station["boot"].get(each) for each in ("vendor", "model")]
    if any(boot):
        yield visible(" ".join(filter(None, boot)))
    yield from _oddities(station)
    if identity in refusals:
        yield f"was refused: {refusals[identity]}"
    if tokens[identity]:
        yield f"{tokens[identity]} unknown tokens (`ocpp-connector tokens seen`)"


def _oddities(station: Json) -> Iterator[str]:
    quirks = member(station, "options.quirks") or {}
    if quirks:
        yield f"quirks {', '.join(sorted(quirks))}"
    if _is_faulted(station):
        errors = {each["error_code"] for each in _places(station)} - {None, "NoError"}
        yield visible(f"faulted {', '.join(sorted(errors))}".rstrip())


def _places(station: Json) -> list[Json]:
    return [station, *station["connectors"]]


def _is_faulted(station: Json) -> bool:
    return any(each["status"] == "Faulted" for each in _places(station))


def _silence_s(station: Json, now: datetime) -> float:
    seen = station["last_seen"]
    if seen is None:
        return 0.0
    return max(0.0, (now - datetime.fromisoformat(seen)).total_seconds())


def _short(time: str | None) -> str:
    return (time or "")[:19].replace("T", " ")


def _refusals(client: Any, path: str) -> dict[str, str]:
    """Why each was refused last, as far as the connector remembers."""
    try:
        found = list(client.items(path, _NEWEST))
    except CommandFailed as problem:
        if problem.code.name == "NOT_FOUND":
            return {}  # the frame log is off
        raise
    return {
        each["station"]: visible(each["note"] or "")
        for each in found
        if each["kind"] == "REFUSED" and each["station"]
    }


def _unknown_tokens(client: Any, path: str) -> Counter[str]:
    found = client.items(path, _NEWEST)
    return Counter(each["station"] for each in found)
