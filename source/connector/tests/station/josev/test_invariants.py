"""Whatever order things happen in, what is dangerous does not."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.station.model import StationModel
from connector.station.simulated import SimulatedHardware
from connector.station.simulated.hardware import NotPossible
from connector.tests.station.josev.rig import Rig
from connector.tests.station.josev.sites import ac, dc

_STATES = (
    "SupportedAppProtocol",
    "Authorization",
    "ChargeParameterDiscovery",
    "ScheduleExchange",
    "PowerDelivery",
    "ChargingStatus",
    "CurrentDemand",
    "SessionStop",
)


class Watched(SimulatedHardware):
    """Notes what must not happen."""

    __slots__ = ("rig",)

    def contactor(self, evse: int, *, is_closed: bool) -> None:
        outlet = self.outlets[evse]
        assert is_closed or outlet.limit_w == 0, "it opens under load"
        super().contactor(evse, is_closed=is_closed)


_WORDS = ("plug", "unplug", "swipe", "revoke", "repair")
_MESSAGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "stop": ("stop_charging", "request", {}),
    "hlc on": ("hlc_charging", "update", {"status": True}),
    "hlc off": ("hlc_charging", "update", {"status": False}),
    "slac up": ("slac_status", "update", {"status": "matched"}),
    "slac down": ("slac_status", "update", {"status": "unmatched"}),
    "basic": ("slac_status", "update", {"status": "basic_charging"}),
    "check": ("cable_check", "request", {"cable_check_action": "start"}),
    "setpoint": (
        "power_electronics_setpoint",
        "request",
        {"dc": {"voltage": 400.0, "charge_current": 20.0}},
    ),
}
_acts = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([*_WORDS, *_MESSAGES])),
        st.tuples(st.just("state"), st.sampled_from(_STATES)),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 2, 30, 61])),
        st.tuples(st.just("limit"), st.sampled_from([-5000.0, 0.0, 7000.0])),
        st.tuples(
            st.just("fault"), st.sampled_from(["GroundFailure", "HighTemperature"])
        ),
    ),
    max_size=40,
)


def act(rig: Rig, kind: str, what: Any = None) -> None:
    if kind in _MESSAGES:
        name, type_, data = _MESSAGES[kind]
        rig.say(name, type_, evse_id=rig.id(), **data)
        return
    match kind:
        case "plug":
            rig.plug()
        case "unplug":
            rig.unplug()
        case "swipe":
            rig.swipe()
        case "revoke" if rig.evse.session is not None:
            rig.core.deauthorized(rig.evse.session, rig.now_ms)
        case "repair":
            rig.hardware.clear(1)
        case "state":
            rig.state(what)
        case "wait":
            rig.wait(what)
        case "limit":
            rig.say("iso15118_charge_limit", evse_id=rig.id(), limit=what)
        case "fault":
            rig.hardware.fault(1, what)


def check(rig: Rig) -> None:
    rig.turn()
    outlet, post, evse = rig.hardware.outlets[1], rig.bridge.posts[1], rig.evse
    if outlet.is_closed:
        assert post.is_plugged
        assert evse.may_flow or post.opens_ms is not None
        assert post.lets_through
    if not evse.may_flow:
        assert outlet.limit_w == 0
    if evse.offered_w >= 0:
        assert 0 <= outlet.limit_w <= evse.offered_w
    else:
        assert evse.offered_w <= outlet.limit_w <= 0
    assert evse.charging_state != "Charging" or outlet.is_closed


@settings(max_examples=150)
@given(st.sampled_from([ac(max_discharge_w=11_000), dc()]), _acts)
def test_power_flows_only_where_all_want_it(
    model: StationModel, acts: list[tuple[Any, ...]]
) -> None:
    rig = Rig(model, hardware_class=Watched)
    for each in acts:
        try:
            act(rig, *each)
        except NotPossible:
            continue
        check(rig)
    if rig.hardware.outlets[1].vehicle is not None:
        rig.unplug()
    rig.wait(4)

    assert not rig.hardware.outlets[1].is_closed
    assert rig.bridge.posts[1].v2g is None
    assert rig.pilots()[-1] in ("A1", "F", "E")
