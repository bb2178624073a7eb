"""What the meter service counts, and what of it is a transaction's."""

from __future__ import annotations

from connector.station.core.events import SessionEvent
from connector.tests.station.hardware_mqtt.conftest import Rig


def test_a_register_that_is_reset_goes_on(rig: Rig) -> None:
    shown = []
    for energy_wh in (1_000.0, 1_500.0, 0.0, 200.0, 200.0):
        rig.say("meter", "energy", energy_wh)
        shown.append(rig.hardware.read(1).energy_wh)

    assert shown == [1_000.0, 1_500.0, 1_500.0, 1_700.0, 1_700.0]


def taken_wh(rig: Rig) -> float:
    rig.turn()
    ended = [e for e in rig.events if isinstance(e, SessionEvent)][-1]
    assert ended.kind == "Ended"
    return ended.reading.energy_wh - ended.session.meter_start_wh


def test_the_meter_is_asked_before_a_transaction_begins(rig: Rig) -> None:
    rig.asked("energy")
    rig.plug()
    assert rig.asked("energy") == [{"action": "read"}]
    rig.say("meter", "energy", 1_234_567, kind="response")
    rig.charge()

    assert rig.evse.session.meter_start_wh == 1_234_567


def test_a_register_that_is_heard_of_late_is_where_a_transaction_began(
    rig: Rig,
) -> None:
    rig.charge()
    for energy_wh in (1_234_567, 1_236_567):
        rig.say("meter", "energy", energy_wh)
    rig.say("charge", "msg", {"plugged": "plugout"})
    assert taken_wh(rig) == 2_000

    rig.say("meter", "energy", 1_236_567)
    assert rig.hardware.read(1).energy_wh == 1_236_567
    rig.charge()
    assert rig.evse.session.meter_start_wh == 1_236_567


def test_a_stop_with_the_first_register_bills_nothing_that_is_older(rig: Rig) -> None:
    rig.charge()
    rig.ask("transaction", {"stop": 1_234_567})

    assert taken_wh(rig) == 0


def test_registers_go_on_after_a_restart() -> None:
    before, after = Rig(), Rig()
    before.charge()
    before.say("meter", "energy", 9_000)
    kept = before.hardware.registers_wh()
    after.hardware.restore(kept)
    # Told, and then lost: the hardware had counted as much.
    after.hardware.show_at_least(1, 500)
    after.charge()
    after.say("meter", "energy", 9_700)

    assert kept[1] == (0.0, 9_000.0)
    assert kept[2] == (0.0, -1.0)
    assert after.hardware.read(1).energy_wh == 700
