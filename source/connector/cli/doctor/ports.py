"""The ports: who listens on them, and from where they are reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.listeners import (
    accepts,
    listener_of,
    other_address,
    why_not_free,
)
from connector.cli.doctor.scene import Scene
from connector.settings.model import Settings

AREA = Area("ports")
_EVERYWHERE = {None: "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OUTSIDE = (
    "this machine alone was asked: from the chargers' network try "
    "`curl -i http://{address}:{port}/CP-1`"
)


@dataclass(frozen=True, slots=True)
class Port:
    """A port that the settings open."""

    setting: str
    number: int
    host: str | None
    is_for_stations: bool = True

    @property
    def near(self) -> str:
        """The address at which this machine reaches it."""
        return _EVERYWHERE.get(self.host, self.host or "")

    @property
    def is_closed_outside(self) -> bool:
        """Whether it is for this machine alone."""
        return self.host in _LOOPBACK


def look(scene: Scene) -> Iterator[Finding]:
    """Each port that is set."""
    if not scene.is_here:
        about = scene.about["stations"] if scene.about else {}
        text = f"another machine is asked; its ports: {about.get('port')}"
        yield AREA.ok("ports", f"{text}, with TLS {about.get('tls_port')}")
        return
    settings = scene.settings
    if settings is None:
        return
    yield _api(scene)
    for port in _ports(settings):
        yield from _port(scene, port)


def _ports(settings: Settings) -> Iterator[Port]:
    if settings.ocpp_port:
        yield Port("OCPP_PORT", settings.ocpp_port, settings.ocpp_host)
    if settings.ocpp_tls_port:
        yield Port("OCPP_TLS_PORT", settings.ocpp_tls_port, settings.ocpp_host)
    if settings.http_port:
        yield Port("HTTP_PORT", settings.http_port, settings.http_host, False)


def _api(scene: Scene) -> Finding:
    """Whether a connector answers at all."""
    if scene.about is not None:
        text = f"version {scene.about['version']} runs since {scene.about['started']}"
        return AREA.ok("connector", text)
    text = f"none answers ({scene.silence.splitlines()[0]})"
    advice = "where one runs, say --url and --token-file, or type this in its folder"
    if scene.is_refused:
        return AREA.warn("connector", text, advice)
    return AREA.ok("connector", f"{text}: looked at without it")


def _port(scene: Scene, port: Port) -> Iterator[Finding]:
    name = f"{port.setting} {port.number}"
    is_there = accepts(port.near, port.number)
    if not is_there:
        yield _silent(scene, port, name)
        return
    who = listener_of(port.number)
    shown = "somebody" if who is None else str(who)
    if not (scene.is_own or scene.is_refused):
        yield AREA.bad(
            name,
            f"{shown} listens, and it is not this connector",
            f"end that program, or set {port.setting} to a free port",
        )
        return
    yield AREA.ok(name, f"{shown} listens at {port.near}")
    yield from _outside(port, name)


def _silent(scene: Scene, port: Port, name: str) -> Finding:
    if scene.is_own:
        text = f"nobody listens at {port.near}"
        return AREA.bad(name, text, "restart the connector with these settings")
    why = why_not_free(port.host or "0.0.0.0", port.number)  # noqa: S104
    if why is None:
        return AREA.ok(name, "free")
    advice = f"set {port.setting} (or the host beside it) to one that can be used"
    return AREA.bad(name, f"cannot be listened on: {why}", advice)


def _outside(port: Port, name: str) -> Iterator[Finding]:
    """The same from another address of this machine: nearly from outside."""
    if port.is_closed_outside:
        if port.is_for_stations:
            text = f"only this machine reaches it: OCPP_HOST is {port.host}"
            advice = "leave OCPP_HOST empty, unless a proxy here takes the stations"
            yield AREA.warn(name, text, advice)
        return
    address = other_address()
    if address is None:
        yield AREA.ok(name, "this machine has no other address: not tried from outside")
    elif accepts(address, port.number):
        how = _OUTSIDE.format(address=address, port=port.number)
        yield Finding(AREA.name, name, f"reached at {address}, too", advice=how)
    else:
        text = f"not reached at {address}"
        yield AREA.warn(name, text, "look at OCPP_HOST or HTTP_HOST, and the firewall")
