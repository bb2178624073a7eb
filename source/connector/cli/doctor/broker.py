"""The broker: reached, let in, in time, and on which topics.

Only topics that nobody acts on are written to, and never those of BEMCom: its API
service stops at what is no value (`N/messages/..`).
"""

from __future__ import annotations

import json
import secrets
import statistics
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.scene import Scene
from connector.errors import CertificateError

if TYPE_CHECKING:
    from connector.mqtt.diagnosis import Place, Visit
    from connector.settings.model import Settings

AREA = Area("broker")
_NODELAY = (
    "the broker, or a proxy before it, joins small packets: `set_tcp_nodelay true` in "
    "mosquitto.conf; others have a setting like it"
)
_SLOW = "every value takes so long: look at the network between here and the broker"
_TWO = (
    "end the other one, or give one of them another CONNECTOR_NAME: two of one name "
    "throw each other out"
)
_BURSTS, _IN_A_BURST = 24, 3
_HELD_BACK_MS = 25.0
"""A delayed acknowledgement takes about 40 ms; a network seldom varies so much."""
_SLOW_MS = 500.0
_RETAINED_WITHIN_S = 1.0


def look(scene: Scene) -> Iterator[Finding]:
    """Everything about the broker."""
    from connector.cli.doctor.broker_advice import advice  # noqa: PLC0415
    from connector.mqtt.diagnosis import (  # noqa: PLC0415
        Place,
        VisitFailed,
        addresses,
        visiting,
    )

    settings = scene.settings
    if settings is None:
        return
    place = Place(settings.mqtt_broker_host, settings.mqtt_broker_port)
    shown = f"{place.host}:{place.port}"
    try:
        found = addresses(place.host, place.port)
        is_address = found == [place.host]
        text = "is an address" if is_address else f"is {', '.join(found)}"
        yield AREA.ok("name", f"{place.host} {text}")
    except VisitFailed as problem:
        yield AREA.bad("name", str(problem), "correct MQTT_BROKER_HOST")
        return
    try:
        with visiting(place, settings.mqtt) as visit:
            yield _entered(shown, settings, visit)
            yield from _look_around(scene, settings, visit)
            yield from _login_is_needed(place, settings)
    except VisitFailed as problem:
        yield AREA.bad("connection", f"{shown}: {problem}", advice(problem, settings))
    except CertificateError as problem:
        yield AREA.bad("connection", str(problem), "correct the setting of that file")
    yield from _of_connector(scene)


def _entered(shown: str, settings: Settings, visit: Visit) -> Finding:
    ways = ["MQTT 5" if visit.is_v5 else "MQTT 3.1.1"]
    ways.append("TLS" if settings.mqtt_tls else "no TLS")
    name = "with" if settings.mqtt_username is not None else "without"
    text = f"{shown} lets us in: {', '.join(ways)}, {name} a user name"
    if settings.mqtt_password is not None and not settings.mqtt_tls:
        advice = "where others share the network, MQTT_TLS=TRUE keeps it secret"
        if not _is_loopback(settings.mqtt_broker_host):
            return AREA.warn("connection", f"{text}; the password is readable", advice)
    return AREA.ok("connection", text)


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _login_is_needed(place: Place, settings: Settings) -> Iterator[Finding]:
    """Whether anybody gets in, which matters where the broker is not only ours."""
    from connector.mqtt.diagnosis import VisitFailed, visiting  # noqa: PLC0415

    if settings.mqtt_username is None:
        return
    nobody = replace(settings.mqtt, username=None, password=None)
    try:
        with visiting(place, nobody):
            yield AREA.warn(
                "strangers",
                "the broker lets in who has no user name, too",
                "`allow_anonymous false` in mosquitto.conf",
            )
    except VisitFailed:
        yield AREA.ok("strangers", "who has no user name is kept out")


# -- inside


def _look_around(scene: Scene, settings: Settings, visit: Visit) -> Iterator[Finding]:
    name, mark = settings.connector_name, f"doctor-{secrets.token_hex(4)}"
    refused = [_permission(visit, *each, mark) for each in _topics(scene, settings)]
    yield from refused
    if all(each.verdict == 0 for each in refused):
        yield _pace(visit, f"{name}/bridge/{mark}")
    yield _other(scene, visit, name)


def _topics(scene: Scene, settings: Settings) -> Iterator[tuple[str, str, bool]]:
    """What is read or written: a filter, a topic that fits, and whether to write it.

    Requests are written to only while nobody listens to them.
    """
    from connector.openmqtt.discovery.devices import Devices  # noqa: PLC0415
    from connector.openmqtt.topics import Topics  # noqa: PLC0415

    name = settings.connector_name
    yield f"{name}/bridge/+", f"{name}/bridge/{{}}", True
    yield f"{name}/bridge/request/+", f"{name}/bridge/request/{{}}", not scene.runs
    yield f"{name}/datapoint_map", f"{name}/datapoint_map", False
    is_quiet = not scene.runs
    if settings.has_tree:
        yield f"{name}/stations/+/+/+/set", f"{name}/stations/{{}}/0/x/set", is_quiet
        yield f"{name}/stations/#", f"{name}/stations/{{}}/0/doctor", True
        yield f"{name}/events/+", f"{name}/events/{{}}", True
        yield f"{name}/request/#", f"{name}/request/{{}}/Doctor", is_quiet
    if settings.home_assistant:
        devices = Devices(Topics(name), settings.home_assistant_prefix, "")
        yield devices.birth, devices.birth, False
        yield devices.all_topics, f"{devices.root}{{}}/config", True


def _permission(
    visit: Visit, wanted: str, topic: str, is_written: bool, mark: str
) -> Finding:
    """One filter and one topic: allowed, refused, or thrown away without a word."""
    advice = f"let this user read and write {wanted} (`topic readwrite` in an acl_file)"
    refusal = visit.subscribe(wanted)
    if refusal is not None:
        return AREA.bad(wanted, f"may not be subscribed to: {refusal}", advice)
    if not is_written:
        visit.unsubscribe(wanted)
        # Mosquitto takes subscriptions that its acl_file forbids, and delivers nothing.
        text = "may be subscribed to; whether anything comes was not tried"
        return AREA.ok(wanted, text)
    written = topic.format(mark)
    # Empty where Home Assistant listens: that is a device which is not there.
    payload = b"" if written.endswith("/config") else mark.encode()
    refusal = visit.publish(written, payload)
    if refusal is not None:
        return AREA.bad(wanted, f"may not be published to: {refusal}", advice)
    if not visit.comes_back(written, payload):
        text = "what is published there does not come back"
        return AREA.bad(wanted, text, advice)
    visit.unsubscribe(wanted)
    return AREA.ok(wanted, "may be published and subscribed to")


def _pace(visit: Visit, topic: str) -> Finding:
    """How long one small message takes, and some that are sent at once."""
    visit.subscribe(topic)
    single = [visit.burst_ms(topic, 1) for _ in range(_BURSTS)]
    several = [visit.burst_ms(topic, _IN_A_BURST) for _ in range(_BURSTS)]
    visit.unsubscribe(topic)
    return pace_of(single, several)


def pace_of(single: list[float | None], several: list[float | None]) -> Finding:
    """The verdict on round trips (ms); None: one that did not come back."""
    alone = [each for each in single if each is not None]
    joined = [each for each in several if each is not None]
    if len(alone) + len(joined) < len(single) + len(several):
        return AREA.bad("round trip", "messages get lost", _SLOW)
    # Not the middle: a connection that is new acknowledges its first packets at once.
    one_ms, some_ms = _upper_quartile(alone), _upper_quartile(joined)
    text = f"{one_ms:.1f} ms; {some_ms:.1f} ms for {_IN_A_BURST} sent at once"
    if some_ms - one_ms > _HELD_BACK_MS:
        return AREA.warn("round trip", f"{text}: small ones are held back", _NODELAY)
    if one_ms > _SLOW_MS:
        return AREA.warn("round trip", text, _SLOW)
    return AREA.ok("round trip", text)


def _upper_quartile(found_ms: list[float]) -> float:
    return statistics.quantiles(found_ms, n=4)[2]


def _other(scene: Scene, visit: Visit, name: str) -> Finding:
    """Whether a connector of this name is there already, and not the one we ask."""
    state, info = f"{name}/bridge/state", f"{name}/bridge/info"
    visit.subscribe(state)
    heard = visit.first_heard(state, _RETAINED_WITHIN_S)
    is_online = heard is not None and heard[1] == b"online"
    if not is_online:
        text = "not online at the broker" if heard else "was never at this broker"
        if scene.is_own:
            return AREA.bad(name, text, "look into the connector's log")
        return AREA.ok(name, text)
    if scene.is_own:
        return AREA.ok(name, "online at the broker")
    visit.subscribe(info)
    told = visit.first_heard(info, _RETAINED_WITHIN_S)
    about = f", version {_version(told[1])}" if told else ""
    return AREA.warn(name, f"another connector is online{about}", _TWO)


def _version(payload: bytes) -> str:
    try:
        found = json.loads(payload)
    except ValueError:
        return "unknown"
    return str(found.get("version")) if isinstance(found, dict) else "unknown"


def _of_connector(scene: Scene) -> Iterator[Finding]:
    """How the connector that runs gets on with it."""
    if scene.about is None:
        return
    broker = scene.about["broker"]
    if not broker["connected"]:
        text = f"the connector is not connected to {broker['address']}"
        yield AREA.bad("connector", text, "its log says why; it goes on trying")
        return
    since = f" since {broker['since']}" if broker["since"] else ""
    text = (
        f"the connector is connected to {broker['address']}{since}, "
        f"{broker['published']} values published"
    )
    if broker["dropped"]:
        text = f"{text}, {broker['dropped']} dropped"
        yield AREA.warn(
            "connector", text, "the broker takes them too slowly: see above"
        )
        return
    yield AREA.ok("connector", text)
