"""The controller that `iso15118`'s SECC asks about everything outside its protocol.

It knows nothing itself: whatever a vehicle is told comes from the charging station,
over the Josev API, and whatever a vehicle wants goes there.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from iso15118.secc.comm_session_handler import SECCCommunicationSession
from iso15118.secc.controller.interface import AuthorizationResponse, ServiceStatus
from iso15118.shared.messages.din_spec.datatypes import (
    ResponseCode as ResponseCodeDin,
)
from iso15118.shared.messages.enums import (
    AuthEnum,
    AuthorizationStatus,
    AuthorizationTokenType,
    CpState,
    Namespace,
    Protocol,
    SessionStopAction,
)
from iso15118.shared.messages.iso15118_2.datatypes import MeterInfo as MeterInfoV2
from iso15118.shared.messages.iso15118_2.datatypes import (
    ResponseCode as ResponseCodeV2,
)
from iso15118.shared.messages.iso15118_20.common_types import (
    EVSENotification,
    EVSEStatus,
)
from iso15118.shared.messages.iso15118_20.common_types import (
    MeterInfo as MeterInfoV20,
)
from iso15118.shared.messages.iso15118_20.common_types import (
    ResponseCode as ResponseCodeV20,
)
from iso15118.shared.states import State

from v2g.alternating import AlternatingCurrent
from v2g.contracts import installation
from v2g.direct import DirectCurrent
from v2g.endings import station_waits_for_its_vehicle
from v2g.evse_ids import din_id
from v2g.needs import vehicle_info
from v2g.services import Services
from v2g.station import Station

logger = logging.getLogger(__name__)

_CLOSES_WITHIN_S = 3.0
_OPENS_WITHIN_S = 3.0
_POLL_S = 0.5
"""A vehicle asks again and again whether it may charge; so long each time."""
_PAYMENTS = {AuthEnum.EIM: "EIM", AuthEnum.EIM_V2: "EIM"}
_BEGINS = "SupportedAppProtocol"
_ASKS = frozenset({"Authorization", "ContractAuthentication"})
"""The second is that of DIN SPEC 70121."""
_STATUS = {
    "accepted": AuthorizationStatus.ACCEPTED,
    "rejected": AuthorizationStatus.REJECTED,
    "deauthorized": AuthorizationStatus.REJECTED,
}


class StationController(Services, AlternatingCurrent, DirectCurrent):
    """One EVSE.

    ``makes_contracts``: where the station knows nobody who has one for a vehicle.
    """

    def __init__(self, station: Station, *, makes_contracts: bool = False) -> None:
        super().__init__(station)
        self._makes_contracts = makes_contracts
        self._session: SECCCommunicationSession | None = None
        self._was_asked = False
        self._told_vehicle: dict[str, Any] = {}

    # -- the session

    async def set_status(self, status: ServiceStatus) -> None:
        """The stack itself starts, or is ready."""
        self.station.tell("service_status", service="iso15118", status=status.value)

    async def get_evse_id(self, protocol: Protocol) -> str:
        """Its EVSEID; DIN SPEC 70121 has digits alone."""
        evse_id = self.station.evse.evse_id
        return din_id(evse_id) if protocol == Protocol.DIN_SPEC_70121 else evse_id

    async def set_present_protocol_state(self, state: State) -> None:
        """A response was sent."""
        session = state.comm_session
        assert isinstance(session, SECCCommunicationSession)  # noqa: S101
        self._session = session
        name = str(state)
        told: dict[str, Any] = {"session_status": name}
        if name == _BEGINS:
            station_waits_for_its_vehicle(session)
            protocol = self.get_selected_protocol()
            told["info"] = {"protocol": protocol.name if protocol else ""}
        elif name in _ASKS:
            chosen = getattr(state.comm_session, "selected_auth_option", None)
            payment = _PAYMENTS.get(chosen, "PnC") if chosen else "EIM"
            told["info"] = {"selectedPaymentOption": payment}
        self.station.tell("iso15118_state_info", **told)

    async def session_ended(self, current_state: str, reason: str) -> None:
        """In whatever way; the next one begins with nothing."""
        logger.info("the session has ended in %s: %s", current_state, reason)
        self.is_delivering = self._was_asked = False
        self._told_vehicle, self._told_needs = {}, None
        self._session = self.station.told.verdict = None
        self.reset_ev_data_context()

    async def update_data_link(self, action: SessionStopAction) -> None:
        """Nobody speaks over the cable any more, unless it is but a pause."""
        if action == SessionStopAction.TERMINATE:
            self.station.tell("slac_status", status="unmatched")

    # -- who pays

    async def is_authorized(
        self,
        id_token: str | None = None,
        id_token_type: AuthorizationTokenType | None = None,
        certificate_chain: bytes | None = None,
        hash_data: list[dict[str, str]] | None = None,
    ) -> AuthorizationResponse:
        """A contract is asked about; for a card somebody tells us."""
        told = self.station.told
        if id_token is not None and id_token_type == AuthorizationTokenType.EMAID:
            if told.verdict is None:
                asked = {"id_token": id_token, "token_type": "e_maid"}
                told.verdict = (await self.station.ask("authorization", **asked))[
                    "status"
                ]
        elif self._was_asked:
            await told.until(lambda: told.verdict is not None, _POLL_S)
        # The station hears only now that somebody waits for a card.
        self._was_asked = True
        status = _STATUS.get(told.verdict or "", AuthorizationStatus.ONGOING)
        return AuthorizationResponse(status, self._response_code(status))

    def _response_code(
        self, status: AuthorizationStatus
    ) -> ResponseCodeV2 | ResponseCodeV20 | ResponseCodeDin:
        is_rejected = status == AuthorizationStatus.REJECTED
        protocol = self.get_selected_protocol()
        if protocol == Protocol.DIN_SPEC_70121:
            return ResponseCodeDin.FAILED if is_rejected else ResponseCodeDin.OK
        if protocol in (Protocol.ISO_15118_20_AC, Protocol.ISO_15118_20_DC):
            return ResponseCodeV20.FAILED if is_rejected else ResponseCodeV20.OK
        return ResponseCodeV2.FAILED if is_rejected else ResponseCodeV2.OK

    def is_eim_authorized(self) -> bool:
        """Whether a card was shown before the vehicle came."""
        return self.station.told.verdict == "accepted"

    async def get_15118_ev_certificate(
        self, base64_encoded_cert_installation_req: str, namespace: str
    ) -> str:
        """A contract certificate, from whoever the station knows.

        Raises:
            LookupError: nobody has one.
        """
        answer = await self.station.ask(
            "x_ev_certificate",
            iso15118_schema_version=Namespace(namespace).value,
            action="Install",
            exi=base64_encoded_cert_installation_req,
        )
        if answer["status"] == "Accepted":
            return str(answer["exi_response"])
        if not self._makes_contracts or self._session is None:
            raise LookupError("nobody has a contract for this vehicle")
        return installation(self._session)

    # -- power

    async def set_hlc_charging(self, is_ongoing: bool) -> None:
        """PowerDelivery starts or stops."""
        self.is_delivering = is_ongoing
        self.station.tell("hlc_charging", status=is_ongoing)

    async def stop_charger(self) -> None:
        """No more power, whatever the reason."""
        # A session ends all the same where the station has gone; the bus logs that.
        with contextlib.suppress(TimeoutError):
            await self.station.ask("stop_charging")

    async def get_cp_state(self) -> CpState:
        """The control pilot, as the station measures it."""
        return CpState(self.station.told.pilot)

    async def is_contactor_closed(self) -> bool | None:
        """After PowerDelivery(start) within 3 s; None while a cable check waits."""
        if not self.is_delivering:
            status = await self.station.contactor()
            return None if status == "opened" else status == "closed"
        return await self.station.contactor_is("closed", _CLOSES_WITHIN_S)

    async def is_contactor_opened(self) -> bool:
        """After PowerDelivery(stop)."""
        return await self.station.contactor_is("opened", _OPENS_WITHIN_S)

    async def get_evse_status(self) -> EVSEStatus | None:
        """A word to the vehicle, where it has to end (-20)."""
        if not self.station.told.has_to_stop:
            return None
        return EVSEStatus(
            notification_max_delay=0, evse_notification=EVSENotification.TERMINATE
        )

    async def get_evse_max_current_limit(self) -> Any:
        """The most there is now; for AC per phase."""
        is_dc = self.station.evse.is_dc
        return self.most_current() if is_dc else self.most_per_phase()

    # -- the meter

    async def get_meter_info_v2(self) -> MeterInfoV2:
        """Its reading (-2)."""
        values = await self.station.meter()
        reading = round(values["total_active_energy_imported"])
        return MeterInfoV2(meter_id=self.station.evse.evse_id, meter_reading=reading)

    async def get_meter_info_v20(self) -> MeterInfoV20:
        """Its reading (-20)."""
        values = await self.station.meter()
        return MeterInfoV20(
            meter_id=self.station.evse.evse_id[:32],
            charged_energy_reading_wh=round(values["total_active_energy_imported"]),
        )

    # -- what the vehicle says of itself

    async def send_rated_limits(self) -> None:
        """What it can take at all."""
        self._tell_vehicle()

    async def send_display_params(self) -> None:
        """How full it is by now."""
        self._tell_vehicle()

    def _tell_vehicle(self) -> None:
        told = vehicle_info(self.ev_data_context, is_dc=self.station.evse.is_dc)
        if told != self._told_vehicle:
            self._told_vehicle = told
            self.station.tell("x_ev_info", **told)
