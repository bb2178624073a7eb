"""Stations are moved to higher security profiles, and fall back where they must."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.csms.certificate_days import CertificateDays
from connector.csms.options import FileOptions, PkiOptions, StationOptions
from connector.csms.security_profiles import COMES_WITHIN_S
from connector.datapoints.outcomes import Outcome
from connector.errors import RemoteProtocolError
from connector.security.ca import StationAuthority
from connector.sessions.memory import LinkPair, link_pair
from connector.tests.csms import conftest
from connector.tests.csms.conftest import StationEnd
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.v2.conftest import AGREES, Harness2
from connector.tests.csms.v2.desk import command
from connector.tests.signing import csr

Json = dict[str, Any]
YES, NO = {"status": "Accepted"}, {"status": "Rejected"}
NOT_THERE = {"status": "NotFound"}
HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "aa",
    "issuerKeyHash": "bb",
    "serialNumber": "01",
}
ROOTS_16 = {"status": "Accepted", "certificateHashData": [HASH]}
ROOTS_2 = {
    "status": "Accepted",
    "certificateHashDataChain": [
        {"certificateType": "CSMSRootCertificate", "certificateHashData": HASH}
    ],
}
HAS_ONE: Json = {"password": "a-hash"}


class Links:
    """How the links that are opened from now on look."""

    def __init__(self) -> None:
        self.profile = 0
        self.host = "cs.example"

    def pair(self) -> LinkPair:
        found = link_pair()
        found.server.security_profile = self.profile
        found.server.reached_at = self.host
        return found


class Site:
    """A central system with TLS, one station, and what is reported late."""

    def __init__(self, system: Harness2, links: Links) -> None:
        self.system = system
        self.links = links
        self.late: list[tuple[bool, str]] = []
        self.tls_port = 9443
        profiles = system.central.blocks.security_profiles
        profiles.ports = lambda: (9000, self.tls_port)
        profiles.report = lambda station, is_done, detail: self.late.append(
            (is_done, detail)
        )

    @property
    def security(self) -> Json:
        return self.system.station().security

    async def ask(self, value: Any) -> Outcome:
        return await command(self.system, "security_profile", value)

    async def come(
        self, profile: int = 0, version: str = "1.6", **answers: Any
    ) -> StationEnd:
        """The station connects with a profile, and boots."""
        self.links.profile = profile
        if version == "1.6":
            roots = {"GetInstalledCertificateIds": ROOTS_16}
            end = await self.system.connect(boots=True, **roots | answers)
        else:
            roots = {"GetInstalledCertificateIds": ROOTS_2}
            slots = variables(
                NetworkConfigurationPriority="1", ActiveNetworkProfile="1"
            )
            more = {"SetNetworkProfile": YES, "Reset": YES, "GetVariables": slots}
            end = await self.system.connect_2(
                version=version, boots=True, **roots | more | answers
            )
        end.calls.clear()
        return end


@pytest.fixture
async def start_site(
    start2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    links = Links()
    monkeypatch.setattr(conftest, "link_pair", links.pair)

    async def begin(store: MemoryStore | None = None, **options: Any) -> Site:
        options.setdefault("files", FileOptions(tmp_path))
        return Site(await start2(store, **options), links)

    return begin


@pytest.fixture
async def site(start_site: Any) -> Site:
    """Its station has a password."""
    found: Site = await start_site()
    found.system.station().security = HAS_ONE
    return found


# -- 1.6


@pytest.mark.parametrize("profile", [1, 2])
async def test_the_profile_is_demanded_once_the_station_has_come_with_it(
    site: Site, profile: int
) -> None:
    end = await site.come()

    outcome = await site.ask(profile)

    assert outcome.is_accepted
    assert f"profile {profile} is demanded once it has come with it" in outcome.detail
    [change] = end.asked("ChangeConfiguration")
    assert change == {"key": "SecurityProfile", "value": str(profile)}
    assert "profile" not in site.security
    assert site.late == []

    await end.leave()
    await site.come(profile)

    assert site.security == HAS_ONE | {"profile": profile}
    assert site.late == [(True, f"it has come with profile {profile}")]
    await site.system.central.registry.finish()
    kept = site.system.store.station_records["CP-7"].security
    assert kept["profile"] == profile


async def test_it_is_kept_before_it_is_asked_for(site: Site) -> None:
    kept: list[Json] = []

    def note(payload: Json) -> Json:
        if payload["key"] == "SecurityProfile":
            kept.append(site.system.store.station_records["CP-7"].security)
        return YES

    await site.come(ChangeConfiguration=note)

    await site.ask(1)

    assert [each["upgrade"]["profile"] for each in kept] == [1]


async def test_a_station_that_refuses_is_left(site: Site) -> None:
    await site.come(ChangeConfiguration=NO)

    outcome = await site.ask(1)

    assert (outcome.outcome, outcome.detail) == ("rejected", "Rejected")
    assert site.security == HAS_ONE
    await site.system.advance(2 * COMES_WITHIN_S)
    assert site.late == []


async def test_where_it_has_to_boot_it_is_asked_to(site: Site) -> None:
    end = await site.come(ChangeConfiguration={"status": "RebootRequired"})

    outcome = await site.ask(1)

    assert end.asked("Reset") == [{"type": "Soft"}]
    assert outcome.detail.startswith("it boots (Accepted)")


async def test_a_station_that_does_not_boot_is_told_of(site: Site) -> None:
    await site.come(ChangeConfiguration={"status": "RebootRequired"}, Reset=NO)

    outcome = await site.ask(1)

    assert outcome.is_accepted
    assert "it changes with its next boot" in outcome.detail


async def test_a_station_that_does_not_come_with_it_gets_in_as_before(
    site: Site,
) -> None:
    end = await site.come()
    await site.ask(2)
    await end.leave()
    await site.come(0)

    await site.system.advance(COMES_WITHIN_S)

    [(is_done, detail)] = site.late
    assert not is_done
    assert "it has not come with profile 2 within 60 min; profile 0 goes on" in detail
    authentication = site.system.central._door._authentication
    assert authentication.profile_of(site.system.station()) == 0


async def test_one_that_comes_late_is_raised_all_the_same(site: Site) -> None:
    end = await site.come()
    await site.ask(2)
    await site.system.advance(COMES_WITHIN_S)
    await end.leave()

    await site.come(2)

    assert [is_done for is_done, _ in site.late] == [False, True]
    assert site.security["profile"] == 2
    assert "upgrade" not in site.security


async def test_a_restart_of_ours_forgets_nothing(start_site: Any) -> None:
    store = MemoryStore()
    first = await start_site(store)
    first.system.station().security = HAS_ONE
    await first.come()
    await first.ask(2)
    await first.system.central.registry.finish()

    second = await start_site(store)
    await second.system.advance(COMES_WITHIN_S)
    third = await start_site(store)
    await third.come(2)

    assert [is_done for is_done, _ in second.late] == [False]
    assert third.security["profile"] == 2
    assert [is_done for is_done, _ in third.late] == [True]


async def test_what_is_not_clear_stays_possible(site: Site) -> None:
    end = await site.come(ChangeConfiguration=RemoteProtocolError("InternalError"))

    outcome = await site.ask(1)
    await end.leave()
    await site.come(1)

    assert outcome.outcome == "error"
    assert site.security["profile"] == 1


async def test_a_newer_wish_takes_the_place_of_an_older(site: Site) -> None:
    end = await site.come()
    await site.ask(2)
    await site.ask(1)
    await end.leave()

    await site.come(1)

    assert site.security["profile"] == 1


async def test_a_refused_wish_leaves_the_older(site: Site) -> None:
    answers = iter([YES, NO])
    end = await site.come()
    end.answers["ChangeConfiguration"] = lambda _: next(answers)
    await site.ask(1)

    assert (await site.ask(2)).outcome == "rejected"

    assert site.security["upgrade"]["profile"] == 1


async def test_what_cannot_be_kept_is_not_asked_for(site: Site) -> None:
    end = await site.come()
    site.system.store.is_failing = True

    outcome = await site.ask(1)

    assert (outcome.outcome, outcome.detail) == ("error", "the disk is full")
    assert end.asked("ChangeConfiguration") == []
    assert site.security == HAS_ONE


# -- what a profile needs


async def test_a_profile_is_never_lowered(site: Site) -> None:
    end = await site.come(2)
    site.system.station().security = HAS_ONE | {"profile": 2}

    outcome = await site.ask(1)

    assert outcome.outcome == "rejected"
    assert "a profile is never lowered (at least 2" in outcome.detail
    assert end.calls == []


async def test_the_profile_that_it_has_is_unchanged(site: Site) -> None:
    end = await site.come(2)

    outcome = await site.ask(2)

    assert (outcome.outcome, outcome.detail) == ("accepted", "unchanged")
    assert end.calls == []


@pytest.mark.parametrize("profile", [1, 2])
async def test_a_password_has_to_be_there(start_site: Any, profile: int) -> None:
    site = await start_site()
    end = await site.come()

    outcome = await site.ask(profile)

    assert outcome.outcome == "rejected"
    assert f"profile {profile} needs a password, it has none" in outcome.detail
    assert end.calls == []


async def test_one_in_the_settings_will_do(start_site: Any) -> None:
    site = await start_site(stations={"CP-7": StationOptions(password="x" * 16)})
    await site.come()

    assert (await site.ask(1)).is_accepted


async def test_without_a_port_of_ours_there_is_no_tls(site: Site) -> None:
    site.tls_port = 0
    await site.come()

    outcome = await site.ask(2)

    assert outcome.outcome == "rejected"
    assert "set OCPP_TLS_PORT" in outcome.detail


async def test_a_root_has_to_be_installed(site: Site) -> None:
    end = await site.come(GetInstalledCertificateIds=NOT_THERE)

    outcome = await site.ask(2)

    assert outcome.outcome == "rejected"
    assert "install the one of this server first" in outcome.detail
    assert end.asked("ChangeConfiguration") == []


async def test_a_station_that_lists_nothing_looks_by_itself(site: Site) -> None:
    await site.come(GetInstalledCertificateIds=RemoteProtocolError("NotImplemented"))

    assert (await site.ask(2)).is_accepted


async def test_profile_3_needs_a_certificate(site: Site) -> None:
    end = await site.come(CertificateSigned=YES)

    refused = await site.ask(3)
    await end.say("SignCertificate", csr=csr().decode())
    accepted = await site.ask(3)
    await end.leave()
    await site.come(3)

    assert refused.outcome == "rejected"
    assert "profile 3 needs a certificate of its own" in refused.detail
    assert accepted.is_accepted
    assert site.security["profile"] == 3


async def test_one_that_was_handed_over_will_do_unless_it_was_revoked(
    site: Site,
) -> None:
    await site.come()
    pki = site.system.central.blocks.pki
    issued = await pki.issue_pair("CP-7")

    assert (await site.ask(3)).is_accepted
    await pki.revoke(issued.record.serial)
    assert (await site.ask(3)).outcome == "rejected"


async def test_of_another_ca_only_the_station_knows(
    start_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = StationAuthority(tmp_path / "other")
    monkeypatch.setattr(CertificateDays, "_ends_of_own", lambda _: {})
    site = await start_site(pki=PkiOptions(client_ca=other.certificate_file))
    await site.system.central.blocks.pki.init()
    other.root(site.system.central.blocks.pki.now())
    await site.come()

    assert (await site.ask(3)).is_accepted


async def test_a_station_that_is_away_is_not_asked(site: Site) -> None:
    assert (await site.ask(1)).outcome == "disconnected"
    assert site.security == HAS_ONE


@pytest.mark.parametrize(
    "value",
    [0, 4, 1.5, None, True, "x", [], {"profile": 2, "uri": "wss://x"}, {"url": "wss://x"}],
)  # fmt: skip
async def test_what_is_no_profile_is_invalid(site: Site, value: Any) -> None:
    await site.come()

    outcome = await site.ask(value)

    assert outcome.outcome == "invalid"
    assert "1, 2 or 3" in outcome.detail


async def test_a_url_fits_its_profile(site: Site) -> None:
    await site.come()

    outcome = await site.ask({"profile": 2, "url": "ws://cs.example"})

    assert outcome.outcome == "invalid"
    assert "a URL that begins with wss://" in outcome.detail


# -- 2.x


def variables(**values: str) -> Any:
    """Answers of GetVariables by the name of the variable."""

    def answer(payload: Json) -> Json:
        results = []
        for item in payload["getVariableData"]:
            name = item["variable"]["name"]
            status = "Accepted" if name in values else "UnknownVariable"
            more = {"attributeValue": values[name]} if name in values else {}
            results.append(item | {"attributeStatus": status} | more)
        return {"getVariableResult": results}

    return answer


def preferred(end: StationEnd) -> list[str]:
    return [
        item["attributeValue"]
        for payload in end.asked("SetVariables")
        for item in payload["setVariableData"]
        if item["variable"]["name"] == "NetworkConfigurationPriority"
    ]


def two_slots(status: str) -> Json:
    """A station that uses the first of two, and says this to another profile."""
    slots = variables(NetworkConfigurationPriority="1,2", ActiveNetworkProfile="1")
    return {"GetVariables": slots, "SetNetworkProfile": {"status": status}}


@pytest.fixture(params=["2.0.1", "2.1"])
def version(request: Any) -> str:
    return str(request.param)


async def test_a_network_profile_is_set_and_preferred(site: Site, version: str) -> None:
    slots = variables(NetworkConfigurationPriority="1,2", ActiveNetworkProfile="1")
    end = await site.come(version=version, GetVariables=slots)

    outcome = await site.ask({"profile": 2, "url": "wss://cs.example.com/ocpp"})

    assert outcome.is_accepted
    [profile] = end.asked("SetNetworkProfile")
    assert profile == {
        "configurationSlot": 3,
        "connectionData": {
            "ocppVersion": "OCPP20" if version == "2.0.1" else "OCPP21",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": "wss://cs.example.com/ocpp",
            "messageTimeout": 30,
            "securityProfile": 2,
            "ocppInterface": "Wired0" if version == "2.0.1" else "Any",
        },
    }
    assert preferred(end) == ["3,1,2"]
    assert end.asked("Reset") == [{"type": "OnIdle"}]
    order = [name for name, _ in end.calls]
    assert order[-3:] == ["SetNetworkProfile", "SetVariables", "Reset"]

    await end.leave()
    await site.come(2, version)

    assert site.security["profile"] == 2


async def test_the_url_is_the_port_of_tls_where_the_station_reaches_us(
    site: Site, version: str
) -> None:
    slots = variables(NetworkConfigurationPriority="1")
    end = await site.come(version=version, GetVariables=slots)

    await site.ask('{"profile": 2, "interface": "Wireless0"}')

    [profile] = end.asked("SetNetworkProfile")
    assert profile["connectionData"]["ocppCsmsUrl"] == "wss://cs.example:9443"
    assert profile["connectionData"]["ocppInterface"] == "Wireless0"


async def test_for_a_password_alone_it_is_the_plain_port(
    site: Site, version: str
) -> None:
    end = await site.come(version=version)

    await site.ask(1)

    [profile] = end.asked("SetNetworkProfile")
    assert profile["connectionData"]["ocppCsmsUrl"] == "ws://cs.example:9000"


async def test_where_nobody_knows_the_url_it_has_to_be_given(
    site: Site, version: str
) -> None:
    site.links.host = ""
    end = await site.come(version=version)

    outcome = await site.ask(2)

    assert outcome.outcome == "rejected"
    assert "expected a url beside the profile" in outcome.detail
    assert end.asked("SetNetworkProfile") == []


@pytest.mark.parametrize(
    ("priority", "active", "listed", "slot", "values"),
    [
        ("1", "1", None, 2, ["2,1"]),
        ("2,1", "2", None, 3, ["3,2,1"]),
        ("1", "", "1,2,3", 2, ["2,1"]),
        ("1,2", "1", "1,2", 2, ["1", "2,1"]),
        ("1,2", "2", "1,2", 1, ["2", "1,2"]),
        ("1,2", "", "1,2", 2, ["1", "2,1"]),
        ("2", "1", "1,2", 2, ["1", "2,1"]),
    ],
)
async def test_a_slot_is_found_that_is_not_in_use(
    site: Site,
    priority: str,
    active: str,
    listed: str | None,
    slot: int,
    values: list[str],
) -> None:
    found = variables(
        NetworkConfigurationPriority=priority, ActiveNetworkProfile=active
    )
    end = await site.come(version="2.0.1", GetVariables=found)
    name = "OCPPCommCtrlr/NetworkConfigurationPriority"
    item = {"variableCharacteristics": {"valuesList": listed}} if listed else {}
    await site.system.store.save_variables("CP-7", {name: item})

    await site.ask(2)

    assert [p["configurationSlot"] for p in end.asked("SetNetworkProfile")] == [slot]
    assert preferred(end) == values


async def test_an_old_slot_leaves_the_priority_list_before_it_is_set(
    site: Site, version: str
) -> None:
    end = await site.come(version=version, **two_slots("Accepted"))

    await site.ask('{"profile": 2, "slot": 2}')

    order = [name for name, _ in end.calls if name != "GetVariables"]
    assert order[-4:] == ["SetVariables", "SetNetworkProfile", "SetVariables", "Reset"]
    assert preferred(end) == ["1", "2,1"]


async def test_an_old_slot_that_is_refused_is_preferred_as_before(
    site: Site, version: str
) -> None:
    end = await site.come(version=version, **two_slots("Rejected"))

    outcome = await site.ask('{"profile": 2, "slot": 2}')

    assert outcome.outcome == "rejected"
    assert preferred(end) == ["1", "1,2"]
    assert end.asked("Reset") == []


async def test_without_a_slot_there_is_no_way(site: Site) -> None:
    found = variables(NetworkConfigurationPriority="1", ActiveNetworkProfile="1")
    end = await site.come(version="2.0.1", GetVariables=found)
    name = "OCPPCommCtrlr/NetworkConfigurationPriority"
    item = {"variableCharacteristics": {"valuesList": "1"}}
    await site.system.store.save_variables("CP-7", {name: item})

    outcome = await site.ask(2)

    assert outcome.outcome == "rejected"
    assert "it has no slot but [1] for another network profile" in outcome.detail
    assert end.asked("SetNetworkProfile") == []
    assert "upgrade" not in site.security


@pytest.mark.parametrize("known", [{}, {"ActiveNetworkProfile": "1"}])
async def test_without_known_priorities_no_slot_is_guessed(
    site: Site, version: str, known: Json
) -> None:
    end = await site.come(version=version, GetVariables=variables(**known))

    outcome = await site.ask(2)

    assert outcome.outcome == "rejected"
    assert 'name a free one, {"profile": 2, "slot": 3}' in outcome.detail
    assert end.asked("SetNetworkProfile") == []
    assert preferred(end) == []
    assert "upgrade" not in site.security


@pytest.mark.parametrize(
    ("known", "value"),
    [
        ({}, "4"),
        ({"ActiveNetworkProfile": "1"}, "4,1"),
        ({"NetworkConfigurationPriority": "1,2"}, "4,1,2"),
    ],
)
async def test_a_slot_that_is_named_is_used(
    site: Site, version: str, known: Json, value: str
) -> None:
    end = await site.come(version=version, GetVariables=variables(**known))

    outcome = await site.ask('{"profile": 2, "slot": 4}')

    assert outcome.is_accepted
    assert [p["configurationSlot"] for p in end.asked("SetNetworkProfile")] == [4]
    assert preferred(end) == [value]


@pytest.mark.parametrize(
    "known",
    [
        {"NetworkConfigurationPriority": "2,1"},
        {"NetworkConfigurationPriority": "1,2", "ActiveNetworkProfile": "2"},
    ],
)
async def test_the_slot_in_use_is_never_written_over(site: Site, known: Json) -> None:
    end = await site.come(version="2.0.1", GetVariables=variables(**known))

    outcome = await site.ask({"profile": 2, "slot": 2})

    assert outcome.outcome == "rejected"
    assert "slot 2 is the one that it uses now" in outcome.detail
    assert end.asked("SetNetworkProfile") == []


@pytest.mark.parametrize("slot", [-1, 1.5, True, "x", [], 2**31])
async def test_what_is_no_slot_is_invalid(site: Site, slot: Any) -> None:
    end = await site.come(version="2.0.1")

    outcome = await site.ask({"profile": 2, "slot": slot})

    assert outcome.outcome == "invalid"
    assert "is not a slot: the number of one" in outcome.detail
    assert end.asked("SetNetworkProfile") == []


async def test_a_refused_network_profile_changes_nothing(
    site: Site, version: str
) -> None:
    end = await site.come(version=version, SetNetworkProfile=NO)

    outcome = await site.ask(2)

    assert outcome.outcome == "rejected"
    assert "SetNetworkProfile in slot 2: Rejected" in outcome.detail
    assert preferred(end) == []
    assert end.asked("Reset") == []
    assert "upgrade" not in site.security


async def test_a_refused_priority_boots_nothing(site: Site, version: str) -> None:
    def refuse(payload: Json) -> Json:
        agreed: Json = AGREES["SetVariables"](payload)
        for result in agreed["setVariableResult"]:
            result["attributeStatus"] = "Rejected"
        return agreed

    end = await site.come(version=version, SetVariables=refuse)

    outcome = await site.ask(2)

    assert outcome.outcome == "rejected"
    assert "NetworkConfigurationPriority = 2,1: Rejected" in outcome.detail
    assert end.asked("Reset") == []


async def test_a_root_has_to_be_installed_in_2_x_too(site: Site, version: str) -> None:
    await site.come(version=version, GetInstalledCertificateIds=NOT_THERE)

    outcome = await site.ask(2)

    assert "InstallCertificate, CSMSRootCertificate" in outcome.detail
