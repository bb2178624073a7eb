"""Whatever happens in whatever order: what always holds at a station."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from connector.station.core.events import (
    AuthorizeWanted,
    ResetDue,
    SessionEvent,
    StatusChanged,
)
from connector.station.core.limits import TransactionLimit
from connector.station.core.reservations import Reservation
from connector.station.core.tokens import Verdict
from connector.station.ports import Demand, Plug, Token
from connector.tests.station.core.bench import Bench

TOKENS = [Token("A"), Token("B"), Token("C"), Token("MASTER")]
VERDICTS = [
    Verdict("Accepted"),
    Verdict("Accepted", "FAMILY"),
    Verdict("Accepted", "MASTERS"),
    Verdict("Blocked"),
]
POINTS = [
    "ParkingBayOccupancy",
    "EVConnected",
    "Authorized",
    "PowerPathClosed",
    "DataSigned",
    "EnergyTransfer",
]
evses = st.integers(1, 3)
tokens = st.sampled_from(TOKENS)
points = st.lists(st.sampled_from(POINTS), min_size=1, unique=True).map(",".join)
flags = st.booleans().map(lambda flag: str(flag).lower())


class AnyDay(RuleBasedStateMachine):
    """Three EVSEs, the third with two connectors, and all that can happen to them."""

    @initialize(
        start=points, stop=points, invalid=flags, unplug=flags, most=st.integers(0, 1)
    )
    def build(
        self, start: str, stop: str, invalid: str, unplug: str, most: int
    ) -> None:
        self.bench = Bench(
            evses=3,
            connectors=2,
            TxCtrlr__TxStartPoint=start,
            TxCtrlr__TxStopPoint=stop,
            TxCtrlr__StopTxOnInvalidId=invalid,
            TxCtrlr__StopTxOnEVSideDisconnect=unplug,
            TxCtrlr__MaxEnergyOnInvalidId=str(most * 500),
            TxCtrlr__TxResumptionTimeout=str(most * 60),
            AuthCtrlr__MasterPassGroupId="MASTERS",
            AuthCtrlr__OfflineTxForUnknownIdEnabled="true",
        )
        self.starts = set(start.split(","))
        self.events: list[SessionEvent] = []
        self.shown: dict[tuple[int, int], str] = {}
        self.shown_2: dict[tuple[int, int], str] = {}
        self.asked: list[AuthorizeWanted] = []
        self.resets: list[ResetDue] = []
        self.bench.core.forget_told(self.bench.now_ms)
        self.collect()

    @property
    def core(self):
        return self.bench.core

    @property
    def now_ms(self) -> int:
        return self.bench.now_ms

    def collect(self) -> None:
        for event in self.bench.told():
            if isinstance(event, SessionEvent):
                self.events.append(event)
            elif isinstance(event, AuthorizeWanted):
                self.asked.append(event)
            elif isinstance(event, ResetDue):
                self.resets.append(event)
            elif isinstance(event, StatusChanged):
                if event.is_for_16:
                    self.shown[event.evse, event.connector] = event.status
                if event.is_for_2:
                    self.shown_2[event.evse, event.connector] = event.status_2

    # -- what can happen

    @rule(evse=evses, plug=st.sampled_from([*Plug, Plug.PLUGIN]), on=st.integers(1, 2))
    def cable(self, evse: int, plug: Plug, on: int) -> None:
        self.core.plugged(evse, plug, self.now_ms, on)

    @rule(evse=evses, demand=st.sampled_from(Demand))
    def demand(self, evse: int, demand: Demand) -> None:
        self.core.demands(evse, demand, self.now_ms)

    @rule(evse=st.one_of(st.none(), evses), token=tokens)
    def swipe(self, evse: int | None, token: Token) -> None:
        self.core.presented(token, self.now_ms, evse)

    @rule(verdict=st.sampled_from(VERDICTS))
    def answer(self, verdict: Verdict) -> None:
        if self.asked:
            asked = self.asked.pop()
            self.core.authorized(asked.evse, asked.token, verdict, self.now_ms)

    @rule(evse=evses, token=tokens)
    def charge(self, evse: int, token: Token) -> None:
        self.core.plugged(evse, Plug.PLUGIN, self.now_ms)
        self.core.authorized(evse, token, VERDICTS[0], self.now_ms)
        self.core.demands(evse, Demand.CHARGING, self.now_ms)

    @rule(evse=st.integers(0, 4), token=tokens, installs=st.booleans())
    def remote_start(self, evse: int, token: Token, installs: bool) -> None:
        self.core.remote_start(
            token,
            self.now_ms,
            evse=evse or None,
            remote_start_id=7,
            install=lambda _: installs,
        )

    @rule(evse=evses)
    def remote_stop(self, evse: int) -> None:
        session = self.core.evses[evse].session
        key = session.key if session is not None else "nobody's"
        self.core.remote_stop(self.now_ms, key=key)

    @rule(evse=evses, verdict=st.sampled_from(VERDICTS))
    def judged_later(self, evse: int, verdict: Verdict) -> None:
        session = self.core.evses[evse].session
        if session is not None:
            self.core.judged(session, None, verdict, self.now_ms)

    @rule(evse=st.integers(0, 4), on=st.integers(0, 3), is_operative=st.booleans())
    def availability(self, evse: int, on: int, is_operative: bool) -> None:
        self.core.change_availability(evse, on, self.now_ms, is_operative=is_operative)

    @rule(evse=st.integers(0, 4), token=tokens, id_=st.integers(1, 3))
    def reserve(self, evse: int, token: Token, id_: int) -> None:
        wanted = Reservation(id_, evse, token, self.now_ms + 90_000)
        self.core.reserve(wanted, self.now_ms)

    @rule(id_=st.integers(1, 4))
    def cancel(self, id_: int) -> None:
        self.core.cancel_reservation(id_, self.now_ms)

    @rule(
        evse=st.integers(0, 3),
        code=st.sampled_from(["GroundFailure", "WeakSignal", "NoError", "NoError"]),
        info=st.sampled_from(["", "EmergencyStop"]),
    )
    def fault(self, evse: int, code: str, info: str) -> None:
        self.core.fault(evse, code, self.now_ms, info)

    @rule(evse=evses, is_occupied=st.booleans())
    def bay(self, evse: int, is_occupied: bool) -> None:
        self.core.in_bay(evse, self.now_ms, is_occupied=is_occupied)

    @rule(limit=st.sampled_from([-5000.0, 0.0, 1000.0, 7000.0, 50_000.0]))
    def profile(self, limit: float) -> None:
        self.bench.offers.limit = limit
        self.core.offer_anew(self.now_ms)

    @rule(evse=evses, wh=st.one_of(st.none(), st.floats(0, 2000)))
    def limit(self, evse: int, wh: float | None) -> None:
        session = self.core.evses[evse].session
        if session is not None:
            limit = None if wh is None else TransactionLimit(energy_wh=wh)
            self.core.limit_transaction(session.key, limit, self.now_ms)

    @rule(is_online=st.booleans())
    def link(self, is_online: bool) -> None:
        if is_online:
            self.core.came_online(self.now_ms)
        else:
            self.core.went_offline(self.now_ms)

    @rule(seconds=st.sampled_from([0.5, 10, 61, 100]))
    def wait(self, seconds: float) -> None:
        self.bench.hardware.energy_wh += seconds
        assert self.bench.wait(seconds) > self.now_ms

    @rule(evse=st.integers(0, 4), on_idle=st.booleans())
    def reset(self, evse: int, on_idle: bool) -> None:
        self.core.reset(evse, self.now_ms, on_idle=on_idle)

    @rule()
    def reset_happens(self) -> None:
        for each in self.resets:
            self.core.reset_done(each.evse, self.now_ms)
        self.resets.clear()

    @rule(seconds=st.sampled_from([1, 100]))
    def power_loss(self, seconds: int) -> None:
        kept = json.loads(json.dumps(self.core.save(self.now_ms)))
        self.bench.now_ms += seconds * 1000
        self.bench.hardware.offers.clear()
        self.bench.hardware.closed.clear()
        self.bench.core = self.bench.new_core(self.now_ms)
        self.core.restore(kept, self.now_ms)
        self.core.came_online(self.now_ms)
        self.asked.clear()
        self.resets.clear()

    # -- what always holds

    @invariant()
    def power_flows_only_to_who_may_charge(self) -> None:
        self.collect()
        for number, offered_w in self.bench.hardware.offers.items():
            evse = self.core.evses[number]
            assert self.bench.hardware.closed.get(number, False) or not offered_w
            if self.bench.hardware.closed.get(number, False):
                assert evse.is_plugged
                assert evse.session is not None
                assert evse.session.is_authorized
                assert not evse.is_faulted()
                assert evse.is_running or "EnergyTransfer" in self.starts

    @invariant()
    def no_offer_is_above_a_bound(self) -> None:
        bound = min(self.bench.offers.limit, 22_080.0)
        if not self.core.is_online:
            bound = min(bound, 4140.0)
        for offered_w in self.bench.hardware.offers.values():
            assert offered_w <= max(bound, 0.0)

    @invariant()
    def transactions_are_told_once_and_in_order(self) -> None:
        by_key: dict[str, list[SessionEvent]] = {}
        for event in self.events:
            by_key.setdefault(event.session.key, []).append(event)
        running = {session.key for session in self.core.all_running()}
        for key, told in by_key.items():
            assert [event.number for event in told] == list(range(len(told)))
            assert [e.kind for e in told].count("Started") == 1
            assert told[0].kind == "Started"
            assert ("Ended" in [e.kind for e in told]) == (key not in running)
            assert all(e.kind == "Updated" for e in told[1:-1])
        assert running <= set(by_key)
        assert all(a.time_ms <= b.time_ms for a, b in pairwise(self.events))

    @invariant()
    def what_was_told_of_connectors_is_so(self) -> None:
        if not self.core.is_online:
            return
        for (evse, connector), status in self.shown.items():
            assert self.core.status(evse, connector)[0] == status
            if evse:
                found = self.core.evses[evse]
                assert found.status_2(connector) == self.shown_2[evse, connector]

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        for evse in self.core.evses.values():
            if evse.awaited is not None:
                assert evse.waits_until_ms is not None


AnyDay.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None
)
TestAnyDay = AnyDay.TestCase
