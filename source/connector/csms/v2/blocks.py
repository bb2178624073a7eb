"""The functional blocks of 2.x, beside those that both versions share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from connector.csms.context import Context
from connector.csms.request_ids import RequestIds
from connector.csms.running import Running
from connector.csms.tokens import Tokens
from connector.csms.v2.availability import Availability
from connector.csms.v2.battery_swap import BatterySwap
from connector.csms.v2.charging_needs import ChargingNeeds
from connector.csms.v2.charging_profiles import ChargingProfiles
from connector.csms.v2.configuring import Configuring
from connector.csms.v2.costs import Costs
from connector.csms.v2.customer_information import CustomerInformation
from connector.csms.v2.der_control import DerControl
from connector.csms.v2.device_model import DeviceModel
from connector.csms.v2.display import Display
from connector.csms.v2.ev_certificates import EvCertificates
from connector.csms.v2.event_streams import EventStreams
from connector.csms.v2.external_limits import ExternalLimits
from connector.csms.v2.limit_source import LimitSource
from connector.csms.v2.metering import Metering
from connector.csms.v2.monitored_events import MonitoredEvents
from connector.csms.v2.monitors import Monitors
from connector.csms.v2.payment import Payment
from connector.csms.v2.priority_charging import DynamicSchedules, PriorityCharging
from connector.csms.v2.published_firmware import PublishedFirmware
from connector.csms.v2.tariffs import Tariffs
from connector.csms.v2.transactions import Transactions
from connector.sessions.handlers import Handler

Table = Mapping[str, Handler]


class Block(Protocol):
    """Answers some of the actions of stations."""

    handlers: dict[str, Handler]


class Blocks:
    """All of them; ``shared`` are handlers of 2.x in blocks of both versions."""

    def __init__(
        self,
        context: Context,
        tokens: Tokens,
        running: Running,
        ids: RequestIds,
        shared: Iterable[Table],
    ) -> None:
        self.device_model = DeviceModel(context, ids)
        self._shared = tuple(shared)
        self.limits = LimitSource()
        self.charging_profiles = ChargingProfiles(context, ids)
        self.display = Display(context)
        self.monitors = Monitors(context)
        self.customer_information = CustomerInformation(context)
        self._listeners = (Costs(context), Tariffs(context))
        self._own: tuple[Block, ...] = (
            self.device_model,
            Availability(context),
            Transactions(context, tokens, running),
            Metering(context),
            self.display,
            DerControl(context),
            BatterySwap(context),
            Payment(context),
            EventStreams(context),
            ChargingNeeds(context, self.limits),
            ExternalLimits(context),
            self.charging_profiles,
            PriorityCharging(context),
            DynamicSchedules(self.limits),
            self.monitors,
            MonitoredEvents(context),
            self.customer_information,
            PublishedFirmware(context),
            EvCertificates(context),
        )

    def configuring(self, context: Context) -> Configuring:
        """What configures stations after they booted."""
        return Configuring(context, self.device_model)

    def handlers(self) -> dict[str, Handler]:
        """By action; 2.0.1 has some of those of 2.1."""
        tables = (*self._shared, *(block.handlers for block in self._own))
        return {action: handler for t in tables for action, handler in t.items()}
