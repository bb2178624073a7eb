"""The rooms of a station's core, each with those below it."""

from __future__ import annotations

from dataclasses import dataclass

from connector.station.core.admission import Admission
from connector.station.core.availability import Availability
from connector.station.core.bounds import Bounds
from connector.station.core.events import SessionEvent
from connector.station.core.evse import Evse
from connector.station.core.kept import Kept
from connector.station.core.power import Power
from connector.station.core.remote import Remote
from connector.station.core.sampling import SAMPLES, Sampling
from connector.station.core.sessions import Sessions
from connector.station.core.site import Site
from connector.station.core.telling import Telling
from connector.station.core.transactions import Transactions


@dataclass(slots=True)
class Rooms:
    """All of them."""

    site: Site
    telling: Telling
    transactions: Transactions
    sessions: Sessions
    admission: Admission
    remote: Remote
    availability: Availability
    bounds: Bounds
    sampling: Sampling
    kept: Kept

    def chosen(self, evse: int) -> list[Evse]:
        """An EVSE, or all of them (0); none where it does not exist."""
        return [e for e in self.site.evses.values() if evse in (0, e.number)]


def is_mere_sample(event: SessionEvent) -> bool:
    """Whether it changes nothing of what is kept but how many events were told.

    There are too many of these to keep everything anew for each: whoever keeps the
    events knows their numbers and times (`client.recovery`).
    """
    if event.kind != "Updated" or event.trigger not in SAMPLES:
        return False
    return event.remote_start_id is None and event.reservation_id is None


def build(site: Site) -> Rooms:
    """The rooms of a station."""
    telling = Telling(site)

    def emit(event: SessionEvent) -> None:
        site.revision += not is_mere_sample(event)
        telling.emit(event)

    transactions = Transactions(site.variables, site.hardware, emit, site.is_offline)
    sessions = Sessions(site, telling, transactions, Power(site))
    admission = Admission(site, telling, sessions)
    return Rooms(
        site,
        telling,
        transactions,
        sessions,
        admission,
        Remote(site, admission),
        Availability(site, telling, sessions),
        Bounds(sessions),
        Sampling(site, telling, transactions),
        Kept(site, sessions),
    )
