"""What stations of a brand need, by what they say of themselves when they boot."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms import presets
from connector.csms.configuring import MEASURANDS_KEY
from connector.csms.options import ProfileOptions, StationOptions
from connector.csms.quirks import Quirks
from connector.store.records import StationRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.test_setup import Keys

Start = Callable[..., Any]
ABB = {"chargePointVendor": "ABB", "chargePointModel": "CDT_TACW22::NET_WIFI"}
WALLBOX = {"chargePointVendor": "Wall Box Chargers", "chargePointModel": "PLP1"}
SEEN = [
    (preset.name, vendor, model)
    for preset in presets.presets().values()
    for vendor, model in preset.seen
]


async def booted(system: Harness, boot: dict[str, str], **answers: Any) -> StationEnd:
    end = await system.connect(**answers)
    await end.say("BootNotification", **boot)
    return end


class TestData:
    @pytest.mark.parametrize("preset", presets.presets().values(), ids=lambda p: p.name)
    def test_each_has_a_public_source_and_words(self, preset: presets.Preset) -> None:
        assert preset.source
        assert all(address.startswith("https://") for address in preset.source)
        assert preset.brand
        assert preset.note
        assert re.fullmatch("[a-z0-9-]+", preset.name)
        assert preset.name != presets.NONE

    @pytest.mark.parametrize(("name", "vendor", "model"), SEEN)
    def test_what_its_source_has_seen_is_known(
        self, name: str, vendor: str, model: str
    ) -> None:
        found = presets.of_boot(vendor, model)

        assert found is not None
        assert found.name == name

    @pytest.mark.parametrize(
        ("vendor", "model", "name"),
        [
            ("abb", "tacw11", "abb-terra-ac"),
            ("ABB", "Terra 54", None),
            ("ABL", "eMH3", "abl"),
            ("Alfen BV", "NG910-60003", "alfen"),
            ("Easee", "EH", "easee"),
            ("Huawei", "SCharger-22KT-S0", "huawei"),
            ("", "Something", None),
            ("", "", None),
            ("MENNEKES", "AMTRON 4Business", "mennekes"),
            ("MENNEKES", "ACU V4", "mennekes-acu"),
            ("Morek", "Smart AC", "morek"),
            ("Ocular", "LTE", "ocular"),
            ("SyncEV", "Compact", "syncev"),
            ("Sync Energy", "Compact", "syncev"),
            ("Teison", "Smart MINI", "teison"),
            ("FOXESS", "A022KP1", "foxess"),
            ("Enphase", "IQ", None),
            ("Wallbe", "Eco", None),
            ("United Chargers", "GRU-80", None),
        ],
    )
    def test_brands_are_told_apart(
        self, vendor: str, model: str, name: str | None
    ) -> None:
        found = presets.of_boot(vendor, model)

        assert (found.name if found else None) == name

    def test_no_preset_says_who_may_charge_or_who_a_station_is(self) -> None:
        kept = {
            "autostart_token",
            "connectors",
            "limit_fallback",
            "limit_hold_s",
            "max_current_a",
            "name",
            "note",
            "preset",
            "serial_number",
        }

        found = {m for p in presets.presets().values() for m in p.members}

        assert found.isdisjoint(kept)

    def test_people_read_what_it_sets(self) -> None:
        assert presets.shown(presets.presets()["wallbox"].members) == [
            "profile.kind Relative",
            "profile.stack_level 0",
        ]


class TestApplied:
    async def test_a_boot_gives_a_station_what_its_brand_needs(
        self, system: Harness
    ) -> None:
        await booted(system, ABB)

        options = system.station().options
        assert options.profile == ProfileOptions(stack_level=0)
        assert options.measurands is not None
        assert "SoC" not in options.measurands

    async def test_before_it_is_configured(self, system: Harness) -> None:
        keys = Keys()

        await booted(system, ABB, **keys.answers)

        assert keys.values[MEASURANDS_KEY] == ",".join(
            presets.presets()["abb-terra-ac"].members["measurands"]
        )

    async def test_who_leaves_measurands_alone_leaves_them_alone(
        self, start: Start
    ) -> None:
        system = await start(measurands=())
        keys = Keys()

        await booted(system, ABB, **keys.answers)

        assert MEASURANDS_KEY not in keys.values

    async def test_it_is_logged_once(
        self, system: Harness, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")

        end = await booted(system, WALLBOX)
        await end.say("BootNotification", **WALLBOX)

        told = [text for text in caplog.messages if "preset" in text]
        assert told == [
            f"{NAME}: preset wallbox (Wallbox Pulsar, Copper, Commander): "
            "profile.kind Relative, profile.stack_level 0"
        ]

    async def test_an_unknown_brand_has_no_preset(self, system: Harness) -> None:
        end = await system.connect(boots=True)

        assert end.asked("GetConfiguration")
        assert system.station().options is system.station().given

    async def test_what_stations_says_counts_before_it_member_by_member(
        self, start: Start
    ) -> None:
        own = StationOptions(
            profile=ProfileOptions(kind="Absolute"), measurands=("SoC",), phases=3
        )
        system = await start(stations={NAME: own})

        await booted(system, WALLBOX)

        options = system.station().options
        assert options.profile == ProfileOptions(kind="Absolute", stack_level=0)
        assert options.measurands == ("SoC",)
        assert options.phases == 3

    async def test_so_do_single_quirks(self, start: Start) -> None:
        own = StationOptions(quirks=Quirks(no_change_availability=False, poll_s=30))
        system = await start(stations={NAME: own})

        await booted(system, {"chargePointVendor": "EN+", "chargePointModel": "37"})

        assert system.station().options.quirks == own.quirks

    async def test_none_turns_it_off(self, start: Start) -> None:
        system = await start(stations={NAME: StationOptions(preset="none")})

        await booted(system, ABB)

        assert system.station().options == StationOptions(preset="none")

    async def test_a_name_fixes_it_before_the_station_has_said_anything(
        self, start: Start
    ) -> None:
        system = await start(stations={NAME: StationOptions(preset="huawei")})

        assert system.station().options.profile.unit == "W"
        await booted(system, ABB)
        assert system.station().options.profile == ProfileOptions(unit="W")

    async def test_another_device_gets_its_own(self, system: Harness) -> None:
        await booted(system, ABB)

        await booted(system, WALLBOX)

        assert system.station().options.measurands is None
        assert system.station().options.profile.kind == "Relative"

    async def test_a_boot_that_was_kept_counts_after_our_restart(
        self, start: Start
    ) -> None:
        store = MemoryStore()
        await store.save_station(StationRecord(NAME, "accepted", 1, WALLBOX, {}, 0))

        system = await start(store, stations={})

        assert system.station().options.profile.stack_level == 0

    async def test_a_station_that_waits_has_it_when_it_is_adopted(
        self, start: Start
    ) -> None:
        system = await start(stations={})
        end = await booted(system, WALLBOX)

        await system.central.adopt(NAME)
        await end.say("BootNotification", **WALLBOX)

        assert system.station().options.profile.stack_level == 0

    async def test_the_same_brand_shares_one_object(self, start: Start) -> None:
        system = await start(stations={"A": StationOptions(), "B": StationOptions()})

        for identity in ("A", "B"):
            end = await system.connect(identity)
            await end.say("BootNotification", **WALLBOX)

        assert system.station("A").options is system.station("B").options


class TestSlowAnswers:
    """19: answers take > 30 s (Mennekes 60 s)."""

    async def test_a_slow_brand_has_the_time_it_needs(self, system: Harness) -> None:
        await booted(
            system, {"chargePointVendor": "MENNEKES", "chargePointModel": "AMTRON"}
        )

        assert system.station().call_timeout_s == 90

    async def test_a_longer_usual_time_stays(self, start: Start) -> None:
        system = await start(call_timeout_s=120)

        await booted(
            system, {"chargePointVendor": "MENNEKES", "chargePointModel": "AMTRON"}
        )

        assert system.station().call_timeout_s == 120

    async def test_what_stations_says_counts(self, start: Start) -> None:
        system = await start(stations={NAME: StationOptions(call_timeout_s=10)})

        await booted(
            system, {"chargePointVendor": "MENNEKES", "chargePointModel": "AMTRON"}
        )

        assert system.station().call_timeout_s == 10


class TestDamagedData:
    def test_the_file_is_json_and_its_members_are_known(self) -> None:
        from importlib.resources import files

        text = files("connector.csms").joinpath("presets.json").read_text("utf-8")
        entries = json.loads(text)

        known = {"brand", "match", "seen", "options", "note", "source"}
        assert all(set(entry) <= known for entry in entries.values())
        assert list(entries) == list(presets.presets())
