"""A site with a bit of everything, for those who look at every page of it."""

from __future__ import annotations

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.site import Site

STATIONS = '{"CP1": {"name": "North wall"}, "CP2": {}, "CP3": {}, "CP4": {}}'
PAGES = (
    "",
    "?show=offline",
    "adopt",
    "transactions",
    "tokens",
    "frames",
    "connector",
    "nowhere",
    "stations/NOBODY",
    "stations/CP1",
    "stations/CP1?tab=commands",
    "stations/CP1?tab=history",
    "stations/CP1?tab=configuration",
    "stations/CP1?tab=details",
    "stations/CP2",
    "stations/CP3",
    "stations/NEW",
)
DIALOGS = (
    ("stations/CP1", "Edit"),
    ("stations/CP1", "Stop charging at Connector 1"),
    ("stations/CP1?tab=configuration", "Set another"),
    ("tokens", "Add a token"),
    ("tokens", "Edit OLD"),
)
"""Places, and the buttons there that open one."""
KEYS = [
    {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
    {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
]


async def small_site(open_site: OpenSite) -> Site:
    """One charges with a limit, one is faulted, one 2.x, one away, one waits."""
    site = await open_site(STATIONS=STATIONS, UNKNOWN_TOKENS="reject")
    charge = await site.charger("CP1")
    charge.station.answers["GetConfiguration"] = lambda _: {"configurationKey": KEYS}
    await charge.station.call("Authorize", {"idTag": "STRANGER"})
    context = await site.context()
    await context.request.put("api/v1/tokens/any/TAG1", data={"status": "Accepted"})
    await context.request.put("api/v1/tokens/any/OLD", data={"status": "Blocked"})
    await charge.begin("TAG1", 1000)
    await charge.end(5200)
    await charge.begin("TAG1", 5200)
    await charge.flow(7360, 10.6, 5300)
    url = "api/v1/stations/CP1/1/power_limit"
    await context.request.post(url, data={"value": 4140})
    faulted = await site.charger("CP2")
    await faulted.station.status("Faulted")
    newer = await site.charger("CP3", "2.0.1")
    await context.request.put(
        "api/v1/tokens/ISO14443/TAG1", data={"status": "Accepted"}
    )
    await newer.begin("TAG1")
    await newer.flow(11000, 16, 2000)
    await (await site.station("NEW")).boot()
    return site
