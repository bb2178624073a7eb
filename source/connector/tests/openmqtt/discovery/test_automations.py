"""The automations of the how-to page, as they stand there, in a real Home Assistant."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from connector.tests.home_assistant import ROOT, HomeAssistant
from connector.tests.recipes.house import House
from connector.tests.system.station import RawStation, now

pytestmark = [
    pytest.mark.broker,
    pytest.mark.home_assistant,
    pytest.mark.network,
    pytest.mark.repository,
    pytest.mark.xdist_group("home_assistant"),
]

PAGE = ROOT / "docs" / "how-to" / "home-assistant.md"
SAYING = "automation.say_what_was_charged"
LIMIT = "number.cp_7_1_power_limit"


@pytest.fixture(autouse=True)
async def none_is_left(page: HomeAssistant, home: House) -> AsyncIterator[None]:
    """Before their entities go: an automation without its entity is told of."""
    yield
    await page.automate()


def automation(alias: str) -> str:
    texts = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    [found] = [text for text in texts if text.startswith(f"alias: {alias}\n")]
    return str(found)


async def charging(home: House, page: HomeAssistant, power_w: int = 0) -> RawStation:
    await home.plug_in()
    await home.charge(power_w=power_w)
    await page.until(
        "sensor.cp_7_1_power_active_import",
        lambda it: it["state"] in (f"{power_w}", f"{power_w}.0"),
    )
    return home.stations["CP-7"]


async def test_the_car_gets_what_the_sun_gives(
    page: HomeAssistant, home: House
) -> None:
    await page.automate(automation("Charge with the sun"))
    await charging(home, page, 5000)
    for grid_w, limit_w in ((-1500, 6500), (9000, 0)):
        await page.do("input_number.set_value", "input_number.grid_power", value=grid_w)
        await page.until("sensor.grid_power", f"{grid_w}.0")
        await page.do(
            "automation.trigger", "automation.charge_with_the_sun", skip_condition=False
        )
        await page.until(LIMIT, lambda it, w=limit_w: it["state"] in (f"{w}", f"{w}.0"))


async def test_the_car_charges_while_it_is_cheap(
    page: HomeAssistant, home: House
) -> None:
    await page.automate(automation("Charge while it is cheap"))
    await charging(home, page, 5000)
    price = "input_number.electricity_price"
    for each, state in ((0.1, None), (0.3, "off"), (0.1, "on")):
        await page.do("input_number.set_value", price, value=each)
        await page.until("sensor.electricity_price", str(each))
        if state is not None:
            await page.until("switch.cp_7_1_enabled", state)


async def test_what_was_charged_is_said(page: HomeAssistant, home: House) -> None:
    await page.automate(automation("Say what was charged"))
    await home.plug_in()
    station = home.stations["CP-7"]
    await page.until("event.cp_7_1_events", "unknown")
    transaction = await station.start(meter_wh=1000)
    await page.until(
        "event.cp_7_1_events",
        lambda it: it["attributes"].get("event_type") == "started",
    )
    stopped = {"transactionId": transaction, "meterStop": 8400, "timestamp": now()}
    await station.call("StopTransaction", stopped)
    await page.until(
        SAYING,
        lambda it: (
            bool(it["attributes"]["last_triggered"])
            and it["attributes"]["current"] == 0
        ),
    )

    assert page.notified.read_text() == "7.4 kWh"
    page.notified.unlink()
    triggered = page.states[SAYING]["attributes"]["last_triggered"]
    await station.close()
    await page.until("event.cp_7_1_events", "unavailable")
    await home.plug_in()
    await page.until(
        "event.cp_7_1_events",
        lambda it: it["attributes"].get("event_type") == "ended",
    )

    assert page.states[SAYING]["attributes"]["last_triggered"] == triggered
    assert not page.notified.exists()
