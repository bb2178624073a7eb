"""ABL limit is set by DataTransfer, so a vendor command hook is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.csms.options import LimitOptions, StationOptions
from connector.csms.quirks import Quirks, VendorLimit
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    LimitRequest,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.datapoints.outcomes import OutcomeName
from connector.errors import CommandTimeout
from connector.tests.datapoints.limits.bench import REJECTED, Bench, MemoryLimits

ABL = VendorLimit("ABL", "logicalid=limit100;value={limit_a}", "SetLimit")
AT_ONCE = LimitOptions(min_interval_s=0, persist_interval_s=0)
RAW = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}],
    },
}


def bench(
    limit: VendorLimit = ABL,
    connectors: int = 1,
    store: MemoryLimits | None = None,
    **more: object,
) -> Bench:
    options = StationOptions(quirks=Quirks(vendor_limit=limit))
    return Bench(
        AT_ONCE,
        replace(options, **more),  # type: ignore[arg-type]
        store,
        connectors=connectors,
    )


def sent(found: Bench) -> list[str]:
    return [payload["data"] for payload in found.station.sent("DataTransfer")]


async def test_a_limit_is_sent_by_data_transfer_and_no_profile_is() -> None:
    found = bench()

    outcome = await found.write(CurrentLimit(16))

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert found.station.calls == [
        (
            "DataTransfer",
            {
                "vendorId": "ABL",
                "messageId": "SetLimit",
                "data": "logicalid=limit100;value=16",
            },
        )
    ]
    assert found.values["1", "current_limit"] == 16


async def test_it_is_whole_amperes_never_more_than_was_asked() -> None:
    found = bench(phases=3)

    await found.write(PowerLimit(7000))

    assert sent(found) == ["logicalid=limit100;value=10"]
    assert found.values["1", "current_limit"] == 10
    assert found.values["1", "power_limit"] == 6900


async def test_watts_where_the_vendor_wants_them() -> None:
    found = bench(VendorLimit("V", '{{"w": {limit_w}, "c": {connector}}}'))

    await found.write(PowerLimit(4140.7))

    assert found.station.sent("DataTransfer") == [
        {"vendorId": "V", "data": '{"w": 4140, "c": 1}'}
    ]


async def test_what_is_below_the_minimum_is_a_pause() -> None:
    found = bench()

    outcome = await found.write(CurrentLimit(5))

    assert sent(found) == ["logicalid=limit100;value=0"]
    assert outcome.detail == "below minimum: paused"


async def test_it_can_be_paused_and_goes_on_with_the_same() -> None:
    found = bench()
    await found.write(CurrentLimit(16))

    await found.write(Enabled(False))
    await found.write(Enabled(True))

    assert [text.rpartition("=")[2] for text in sent(found)] == ["16", "0", "16"]


async def test_a_no_of_the_station_is_told_and_the_old_limit_holds() -> None:
    found = bench()
    await found.write(CurrentLimit(16))
    found.station.script["DataTransfer"] = lambda _: {"status": "UnknownMessageId"}

    outcome = await found.write(CurrentLimit(10))

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "UnknownMessageId"
    assert found.values["1", "current_limit"] == 16


async def test_a_station_that_says_no_once_is_asked_again() -> None:
    found = bench()
    found.station.script["DataTransfer"] = lambda _: REJECTED
    await found.write(CurrentLimit(16))
    del found.station.script["DataTransfer"]

    outcome = await found.write(CurrentLimit(10))

    assert outcome.is_accepted


async def test_a_limit_that_nobody_knows_of_is_sent_again() -> None:
    found = bench()
    timeout = CommandTimeout("DataTransfer", 30, sent=True)
    found.station.script["DataTransfer"] = lambda _: timeout

    outcome = await found.write(CurrentLimit(16))
    del found.station.script["DataTransfer"]
    await found.pass_time(10)

    assert outcome.outcome is OutcomeName.TIMEOUT
    assert found.values["1", "current_limit"] == 16


async def test_it_is_sent_again_after_a_boot() -> None:
    found = bench()
    await found.write(CurrentLimit(16))

    await found.boot()

    assert len(sent(found)) == 2


async def test_it_is_sent_again_after_our_restart() -> None:
    before = bench()
    await before.write(CurrentLimit(16))

    after = bench(store=before.store)
    await after.service.start()
    await after.boot()

    assert sent(after) == ["logicalid=limit100;value=16"]


async def test_a_transaction_needs_nothing_more() -> None:
    found = bench()
    await found.write(CurrentLimit(16))

    await found.start()

    assert len(found.station.calls) == 1
    assert found.service.profile_for_start(found.station, "1") is None


async def test_a_release_writes_the_maximum_because_nothing_clears_it() -> None:
    found = bench(max_current_a=32)
    await found.write(CurrentLimit(16))

    outcome = await found.write(CurrentLimit(None))

    assert outcome.is_accepted
    assert outcome.detail == "its maximum: it does not clear"
    assert sent(found)[-1] == "logicalid=limit100;value=32"


async def test_a_release_without_a_known_maximum_is_rejected() -> None:
    found = bench()
    await found.write(CurrentLimit(16))

    outcome = await found.write(CurrentLimit(None))

    assert outcome.outcome is OutcomeName.REJECTED
    assert "max_current_a is not known" in outcome.detail
    assert found.values["1", "current_limit"] == 16


async def test_a_limit_of_the_station_is_divided_among_its_connectors() -> None:
    found = bench(VendorLimit("V", "{connector}:{limit_a}"), connectors=2)

    outcome = await found.write(CurrentLimit(32), "0")

    assert outcome.is_accepted
    assert sent(found) == ["1:16", "2:16"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Schedule(None, "A", ((0, 16), (60, 6))), "one number by DataTransfer"),
        (RawProfile(RAW), "one number by DataTransfer"),
        (Phases(1), "no number of phases"),
    ],
)
async def test_what_one_number_cannot_say_is_unsupported(
    request_: LimitRequest, words: str
) -> None:
    found = bench()

    outcome = await found.write(request_)

    assert outcome.outcome is OutcomeName.UNSUPPORTED
    assert words in outcome.detail
    assert found.station.calls == []


async def test_connectors_that_it_cannot_tell_apart_are_not_limited() -> None:
    found = bench(connectors=2)

    outcome = await found.write(CurrentLimit(16))

    assert outcome.outcome is OutcomeName.UNSUPPORTED
    assert "{connector}" in outcome.detail


async def test_profiles_of_before_are_cleared() -> None:
    before = Bench(AT_ONCE)
    await before.write(CurrentLimit(16))

    after = bench(store=before.store)
    await after.service.start()
    await after.boot()

    actions = [action for action, _ in after.station.calls]
    assert actions == ["DataTransfer", "ClearChargingProfile"]


async def test_without_the_option_profiles_carry_limits_again() -> None:
    before = bench()
    await before.write(CurrentLimit(16))

    after = Bench(AT_ONCE, store=before.store)
    await after.service.start()
    await after.boot()
    await after.write(CurrentLimit(None))

    actions = [action for action, _ in after.station.calls]
    assert actions == ["SetChargingProfile", "ClearChargingProfile"]
    assert after.values["1", "current_limit"] is None


async def test_a_pause_of_what_is_paused_already_is_not_sent() -> None:
    found = bench()
    await found.write(PowerLimit(500))
    assert sent(found) == ["logicalid=limit100;value=0"]

    assert (await found.write(Enabled(False))).detail == "unchanged"
    assert (await found.write(Enabled(True))).outcome is OutcomeName.ACCEPTED

    assert len(sent(found)) == 1
