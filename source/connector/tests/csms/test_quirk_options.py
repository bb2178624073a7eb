"""Named options, each in the words of its row of the list of known quirks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms import quirks
from connector.csms.configuring import KEYS, MEASURANDS_KEY
from connector.csms.events import Ready
from connector.csms.options import StationOptions
from connector.csms.quirks import Quirks, VendorLimit, WrongQuirk
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.test_setup import Keys, changes

Start = Callable[..., Any]
FREE_KEY = "PlugAndChargeIdentifier"


async def station_with(start: Start, own: Quirks, **more: Any) -> Harness:
    options = StationOptions(
        quirks=own, autostart_token=more.pop("autostart_token", None)
    )
    found: Harness = await start(stations={NAME: options}, **more)
    found.hear(Ready)
    return found


async def booted(system: Harness, **answers: Any) -> StationEnd:
    return await system.connect(boots=True, **answers)


class TestBoot:
    """16: BootNotification not sent on reconnect; 20: accepts a request, no answer."""

    async def test_a_station_that_cannot_be_asked_to_boot_is_taken_as_it_is(
        self, start: Start
    ) -> None:
        system = await station_with(start, Quirks(no_boot_trigger=True))
        end = await system.connect()

        await system.advance(10)

        assert end.asked("TriggerMessage") == []
        assert end.asked("GetConfiguration") == [{"key": list(KEYS)}]
        assert system.events == [Ready(system.station())]


class TestSetup:
    """41: auto-detect makes ABB TAC reboot forever; 50: bad JSON (Grizzl-E)."""

    async def test_nothing_is_read_or_written(self, start: Start) -> None:
        system = await station_with(start, Quirks(skip_setup=True))

        end = await booted(system)

        assert end.calls == []
        assert system.events == [Ready(system.station())]

    async def test_single_keys_are_left_alone(self, start: Start) -> None:
        left = ("SupportedFeatureProfiles", MEASURANDS_KEY)
        system = await station_with(start, Quirks(skip_setup=left))
        keys = Keys(SupportedFeatureProfiles="Core")

        end = await booted(system, **keys.answers)

        [question] = end.asked("GetConfiguration")
        assert question["key"] == [key for key in KEYS if key not in left]
        assert changes(end) == [("MeterValueSampleInterval", "60")]

    async def test_leaving_all_keys_alone_asks_for_none(self, start: Start) -> None:
        system = await station_with(start, Quirks(skip_setup=KEYS))

        end = await booted(system)

        assert end.calls == []


class TestInterval:
    """42: sample interval minimum (Easee 30 s, Mennekes ACU 60 s)."""

    @pytest.mark.parametrize(
        ("wanted_s", "set_to"), [(10, "30"), (30, "30"), (300, "300")]
    )
    async def test_it_is_not_shorter_than_the_station_takes(
        self, start: Start, wanted_s: int, set_to: str
    ) -> None:
        least = Quirks(meter_interval_min_s=30)
        system = await station_with(start, least, meter_interval_s=wanted_s)

        end = await booted(system, **Keys().answers)

        assert ("MeterValueSampleInterval", set_to) in changes(end)

    async def test_what_is_left_alone_stays_so(self, start: Start) -> None:
        least = Quirks(meter_interval_min_s=30)
        system = await station_with(start, least, meter_interval_s=0)

        end = await booted(system, **Keys().answers)

        assert "MeterValueSampleInterval" not in dict(changes(end))


class TestFreeToken:
    """49: vendor free-charge tag (Alfen PlugAndChargeIdentifier)."""

    async def test_it_is_the_token_of_the_autostart(self, start: Start) -> None:
        system = await station_with(
            start,
            Quirks(free_token_key=FREE_KEY),
            autostart_token="free",
            unknown_tokens="reject",
        )
        keys = Keys(PlugAndChargeIdentifier="factory")

        await booted(system, **keys.answers)

        assert keys.values[FREE_KEY] == "free"

    async def test_else_it_is_ours_so_that_a_remote_start_is_taken(
        self, start: Start
    ) -> None:
        system = await station_with(start, Quirks(free_token_key=FREE_KEY))
        keys = Keys(PlugAndChargeIdentifier="factory")

        await booted(system, **keys.answers)

        assert keys.values[FREE_KEY] == "remote"

    async def test_it_lets_nobody_in_who_would_not_get_in(self, start: Start) -> None:
        system = await station_with(
            start, Quirks(free_token_key=FREE_KEY), unknown_tokens="reject"
        )
        keys = Keys(PlugAndChargeIdentifier="factory")

        await booted(system, **keys.answers)

        assert keys.values[FREE_KEY] == "factory"

    async def test_a_station_without_the_key_gets_none(self, start: Start) -> None:
        system = await station_with(start, Quirks(free_token_key=FREE_KEY))
        keys = Keys()

        await booted(system, **keys.answers)

        assert FREE_KEY not in keys.values


class TestKeysInAnyCase:
    """43: the keys of an answer are those of the question, however they are spelt."""

    async def test_keys_in_small_letters_are_understood(self, system: Harness) -> None:
        answer = {
            "configurationKey": [
                {
                    "key": "chargeprofilemaxstacklevel",
                    "readonly": True,
                    "value": "5",
                }
            ],
            "unknownKey": ["supportedfeatureprofiles"],
        }

        await booted(system, GetConfiguration=answer)

        assert system.station().configuration["ChargeProfileMaxStackLevel"] == "5"


class TestValues:
    def test_own_values_count_before_others_and_off_is_a_value(self) -> None:
        brand = Quirks(no_boot_trigger=True, poll_s=60, free_token_key="Key")

        found = Quirks(no_boot_trigger=False, meter_interval_min_s=30).over(brand)

        assert found == Quirks(
            no_boot_trigger=False,
            meter_interval_min_s=30,
            poll_s=60,
            free_token_key="Key",
        )

    def test_every_quirk_can_be_turned_off(self) -> None:
        found = quirks.read(dict.fromkeys(quirks.QUIRKS, False))

        assert not any(getattr(found, name) for name in quirks.QUIRKS)
        assert None not in {getattr(found, name) for name in quirks.QUIRKS}

    def test_null_is_not_set(self) -> None:
        assert quirks.read(dict.fromkeys(quirks.QUIRKS)) == Quirks()

    def test_an_unknown_one_is_named_with_those_that_are_known(self) -> None:
        with pytest.raises(WrongQuirk, match=r"no 'slow'; known are no_boot_trigger"):
            quirks.read(["slow"])

    def test_a_vendor_limit_says_what_it_takes(self) -> None:
        limit = VendorLimit("V", "{{{connector}}} {limit_w}")

        assert (limit.unit, limit.names_connector) == ("W", True)
        assert limit.payload(4140.9, "2") == {"vendorId": "V", "data": "{2} 4140"}

    def test_every_quirk_has_its_rows_and_its_words(self) -> None:
        assert all(quirk.meaning and quirk.kind for quirk in quirks.QUIRKS.values())
