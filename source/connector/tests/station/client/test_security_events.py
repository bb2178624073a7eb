"""What a station tells of its security, in the three versions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from connector.errors import LinkRefused
from connector.station.times import iso
from connector.tests.station.client.bench import Json, Place
from connector.tests.station.client.v2.bench import Place2

ACTION = "SecurityEventNotification"
Start = Callable[..., Awaitable[Place]]
VERSIONS = ("1.6", "2.0.1", "2.1")


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest_asyncio.fixture
async def start(version: str) -> AsyncIterator[Start]:
    """Starts a station of each version; see `Place`."""
    places: list[Place] = []

    async def begin(*arguments: Any, begins: bool = True, **more: Any) -> Place:
        if version == "1.6":
            place = Place(*arguments, **more)
        else:
            place = Place2(version, *arguments, **more)
        places.append(place)
        return await place.start() if begins else place

    yield begin
    for place in places:
        await place.stop()


def told(place: Place) -> list[str]:
    return [each["type"] for each in place.central.of(ACTION)]


def not_let_in(reason: str, status: int | None = None) -> Callable[[], None]:
    def refuse() -> None:
        raise LinkRefused(reason, status)

    return refuse


async def test_a_start_is_told_once(start: Start) -> None:
    place = await start()
    await place.central.drop()
    await place.wait(60, step_s=5)

    assert place.client.is_accepted
    assert told(place) == ["StartupOfTheDevice"]
    assert place.central.actions()[0] == "BootNotification"


async def test_a_reset_is_told_with_its_reason(start: Start, version: str) -> None:
    place = await start()
    kind = "Hard" if version == "1.6" else "Immediate"
    await place.central.ask("Reset", type=kind)
    await place.wait(30)

    assert told(place) == ["StartupOfTheDevice", "ResetOrReboot"]
    assert place.central.of(ACTION)[1]["techInfo"] == "RemoteReset"


async def test_starts_that_nobody_heard_of_are_told_later(
    start: Start, tmp_path: Path
) -> None:
    first = await start(tmp_path, begins=False)
    first.central.shut()
    await first.start()
    await first.stop()
    first.central.open()
    second = await start(tmp_path, central=first.central)

    assert told(second) == ["StartupOfTheDevice", "StartupOfTheDevice"]
    assert len(second.client.telling.journal) == 0


@pytest.mark.parametrize(
    ("seconds", "events"),
    [(19, []), (-19, []), (21, ["by +21.000 s"]), (-3600, ["by -3600.000 s"])],
)
async def test_a_clock_that_is_set_is_told_beyond_the_threshold(
    start: Start, seconds: int, events: list[str]
) -> None:
    place = await start()
    now_ms = place.clock.now_ms()
    place.client.booting.set_clock({"currentTime": iso(now_ms + seconds * 1000)})
    await place.wait(1)

    set_ = [e for e in place.central.of(ACTION) if e["type"] == "SettingSystemTime"]
    assert [each["techInfo"] for each in set_] == events


NAMES_16 = {
    "FailedToAuthenticateAtCsms": "FailedToAuthenticateAtCentralSystem",
    "InvalidCsmsCertificate": "InvalidCentralSystemCertificate",
}


@pytest.mark.parametrize(
    ("reason", "status", "kind"),
    [
        ("no", 401, "FailedToAuthenticateAtCsms"),
        ("no", 403, "FailedToAuthenticateAtCsms"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] expired", None, "InvalidCsmsCertificate"),
        ("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] no", None, "InvalidTLSVersion"),
    ],
)
async def test_what_keeps_a_station_out_is_told_once_it_is_in_again(
    start: Start, version: str, reason: str, status: int | None, kind: str
) -> None:
    place = await start()
    place.central.refuses = not_let_in(reason, status)
    await place.central.drop()
    await place.wait(300, step_s=5)
    assert len(place.central.dialled) > 3
    place.central.open()
    await place.wait(300, step_s=5)

    name = NAMES_16.get(kind, kind) if version == "1.6" else kind
    assert told(place) == ["StartupOfTheDevice", name]


async def test_a_server_that_is_away_is_no_event(start: Start) -> None:
    place = await start()
    place.central.shut()
    await place.central.drop()
    await place.wait(60, step_s=5)
    place.central.open()
    await place.wait(60, step_s=5)

    assert place.client.is_accepted
    assert told(place) == ["StartupOfTheDevice"]


async def test_who_does_not_know_security_events_hears_of_transactions_at_once(
    start: Start,
) -> None:
    """In 1.6 they are an extension."""
    place = await start(begins=False)
    refusal = '[4,"$ID","NotImplemented","",{}]'
    place.central.answers[ACTION] = refusal
    await place.start()
    await place.charge()

    assert place.client.waiting == 0
    assert place.central.of("StartTransaction", "TransactionEvent")


async def test_the_security_log_has_them_too(start: Start, tmp_path: Path) -> None:
    place = await start(tmp_path)

    lines = (tmp_path / "security.log").read_text().splitlines()
    assert [line.split()[-1] for line in lines] == told(place)


def is_of_start(payload: Json) -> bool:
    return bool(payload["type"] == "StartupOfTheDevice")


async def test_its_time_is_that_of_the_start(start: Start) -> None:
    place = await start(begins=False)
    place.central.shut()
    began = place.central.now()
    await place.start()
    await place.wait(100, step_s=5)
    place.central.open()
    await place.wait(100, step_s=5)

    (event,) = filter(is_of_start, place.central.of(ACTION))
    assert event["timestamp"] == began


# -- rubbish


RUBBISH = ("{", "[2]", '[2,"r1","Reset",{"type":7}]')


def invalid(place: Place) -> list[str]:
    events = place.central.of(ACTION)
    return [each["techInfo"] for each in events if each["type"] == "InvalidMessages"]


@pytest.mark.parametrize("text", RUBBISH)
async def test_what_is_no_message_is_told_without_a_word_of_it(
    start: Start, text: str
) -> None:
    place = await start()
    assert place.central.link is not None
    await place.central.link.send(text)
    await place.wait(1)

    (info,) = invalid(place)
    assert text not in info
    assert info.startswith("Reset " if "Reset" in text else "malformed")


async def test_rubbish_without_end_is_told_every_ten_minutes_with_its_number(
    start: Start,
) -> None:
    place = await start()
    assert place.central.link is not None
    for _ in range(50):
        await place.central.link.send("rubbish")
    await place.wait(1)
    assert invalid(place) == ["malformed"]

    await place.wait(600, step_s=5)
    await place.central.link.send("rubbish")
    await place.wait(1)

    assert invalid(place) == ["malformed", "malformed, after 49 that were not told"]


async def test_an_answer_that_fits_no_schema_is_told_and_no_answer_to_that(
    start: Start,
) -> None:
    place = await start()
    place.central.answers |= {"Heartbeat": {"currentTime": 7}, ACTION: {"x" * 9: 1}}
    await place.wait(400, step_s=5)

    (info,) = invalid(place)
    assert info.startswith("the answer to Heartbeat: ")
    assert place.client.is_accepted


async def test_a_request_that_is_refused_for_what_it_asks_is_no_rubbish(
    start: Start,
) -> None:
    place = await start()
    refused = await place.central.frame("NoSuchAction", {})
    await place.wait(1)

    assert (refused[0], invalid(place)) == (4, [])


async def test_who_watches_hears_of_rubbish_too(start: Start) -> None:
    place = await start()
    watcher = Warnings()
    place.client.observer = watcher
    assert place.central.link is not None
    await place.central.link.send("rubbish")
    await place.wait(1)

    assert watcher.kinds == ["malformed"]


class Warnings:
    """Notes kinds of warnings."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def frame(self, *_: Any) -> None:
        """Nothing is noted."""

    def answered(self, *_: Any) -> None:
        """Nothing is noted."""

    def warned(self, _session: Any, kind: str, _text: str) -> None:
        self.kinds.append(kind)
