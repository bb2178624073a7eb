"""Passwords and security profiles that a central system changes, and ways back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.errors import LinkRefused
from connector.security.key_pairs import certificate_pem, new_key
from connector.security.requests import read_request
from connector.security.signing import Issuer, Period, client, name_of, root
from connector.station.client.options import Endpoint
from connector.tests.authority import Authority
from connector.tests.station.client.bench import Place, settle
from connector.tests.station.client.conftest import Start

OLD, NEW = "old-password-1234", "new-password-5678"
URL = "ws://csms/ocpp"


def shown(place: Place) -> list[tuple[str | None, int]]:
    return [(e.password, e.security_profile) for e, _ in place.central.dialled]


async def change(place: Place, key: str, value: str) -> str:
    answer = await place.central.ask("ChangeConfiguration", key=key, value=value)
    status: str = answer["status"]
    return status


async def test_a_new_password_is_shown_at_once_and_after_a_restart(
    start: Start, tmp_path: Path
) -> None:
    place = await start(tmp_path, endpoint=Endpoint(URL, 1, OLD))
    assert await change(place, "AuthorizationKey", NEW.encode().hex()) == "Accepted"
    await place.wait(5)
    assert shown(place) == [(OLD, 1), (NEW, 1)]
    assert place.client.is_accepted
    await place.stop()
    again = await start(tmp_path, endpoint=Endpoint(URL, 1, OLD))

    assert shown(again) == [(NEW, 1)]


async def test_a_new_password_that_opens_nothing_gives_way_to_the_old_one(
    start: Start, tmp_path: Path
) -> None:
    place = await start(tmp_path, endpoint=Endpoint(URL, 1, OLD))

    def look() -> None:
        if place.central.dialled[-1][0].password == NEW:
            raise LinkRefused("who are you?", 401)

    place.central.refuses = look
    await change(place, "AuthorizationKey", NEW.encode().hex())
    await place.wait(120, step_s=2)

    assert shown(place) == [(OLD, 1), *[(NEW, 1)] * 3, (OLD, 1)]
    assert place.client.is_accepted
    assert place.variables.text("SecurityCtrlr/BasicAuthPassword") == OLD


@pytest.mark.parametrize(
    ("profile", "status"), [("1", "Accepted"), ("2", "Rejected"), ("3", "Rejected")]
)
async def test_a_security_profile_is_taken_where_all_it_needs_is_there(
    start: Start, profile: str, status: str
) -> None:
    place = await start(endpoint=Endpoint(URL, 0, OLD))

    found = await change(place, "SecurityProfile", profile)
    assert found.replace("RebootRequired", "Accepted") == status


async def test_a_higher_profile_is_used_from_the_next_link_on(
    start: Start, tmp_path: Path
) -> None:
    place = await start(endpoint=Endpoint(URL, 1, OLD, ca=tmp_path / "ca.pem"))
    await change(place, "SecurityProfile", "2")
    await place.wait(5)

    assert shown(place) == [(OLD, 1), (OLD, 2)]
    answer = await place.central.ask("GetConfiguration", key=["SecurityProfile"])
    assert answer["configurationKey"][0]["value"] == "2"


async def test_a_profile_is_never_lowered(start: Start) -> None:
    place = await start(endpoint=Endpoint(URL, 1, OLD))

    assert await change(place, "SecurityProfile", "0") == "Rejected"


async def test_the_password_is_in_no_log_and_no_answer(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    place = await start(endpoint=Endpoint(URL, 1, OLD))
    await change(place, "AuthorizationKey", NEW.encode().hex())
    answer = await place.central.ask("GetConfiguration")
    await place.wait(5)

    assert NEW not in str(answer)
    assert OLD not in str(answer)
    assert NEW not in caplog.text
    assert NEW.encode().hex() not in caplog.text


async def test_a_certificate_that_was_signed_is_shown_at_once(
    start: Start, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "ca")
    own = authority.issue("CP 1")
    place = await start(
        tmp_path,
        endpoint=Endpoint("wss://csms/ocpp", 3, None, authority.file, own, own),
    )
    activated = place.maintenance.own_certificate.on_activated
    assert activated is not None
    for _ in range(2):
        activated(tmp_path / "station.pem", tmp_path / "station.key")
        await place.wait(5)

    shown_ = [e.certificate for e, _ in place.central.dialled]
    assert shown_ == [own, tmp_path / "station.pem", tmp_path / "station.pem"]
    assert place.client.is_accepted


async def test_who_is_away_for_a_while_finds_the_new_password_in_force(
    start: Start, tmp_path: Path
) -> None:
    place = await start(tmp_path, endpoint=Endpoint(URL, 1, OLD))
    place.central.shut()
    await change(place, "AuthorizationKey", NEW.encode().hex())
    await place.wait(900, step_s=5)
    tried = {e.password for e, _ in place.central.dialled[1:]}

    def knows_the_new_one() -> None:
        if place.central.dialled[-1][0].password != NEW:
            raise LinkRefused("who are you?", 401)

    place.central.refuses = knows_the_new_one
    await place.wait(900, step_s=5)

    assert tried == {OLD, NEW}
    assert place.client.is_accepted
    assert place.variables.text("SecurityCtrlr/BasicAuthPassword") == NEW


async def sign(place: Place) -> Path:
    """Have the station's own certificate signed; where it is."""
    now = datetime.fromtimestamp(place.clock.now_ms() / 1000, UTC)
    valid = Period(now - timedelta(days=1), now + timedelta(days=30))
    key = new_key()
    issuer = Issuer(key, root(key, name_of("CA", None), valid))
    own = place.maintenance.own_certificate
    assert place.maintenance.ask_for_certificate()
    await settle()
    request = read_request(place.central.of("SignCertificate")[-1]["csr"])
    leaf = client(issuer, name_of("CP 1", None), request.public_key, valid)
    chain = certificate_pem(leaf) + certificate_pem(issuer.certificate)
    answer = await place.central.ask("CertificateSigned", certificateChain=chain)
    assert answer == {"status": "Accepted"}
    files = own.files_on_trial()
    assert files is not None
    return files[0]


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("is_good", [False, True])
async def test_a_new_certificate_holds_where_it_opens_the_door(
    start: Start, tmp_path: Path, is_good: bool, restarts: bool
) -> None:
    authority = Authority(tmp_path / "ca")
    old = authority.issue("CP 1")
    endpoint = Endpoint("wss://csms/ocpp", 3, None, authority.file, old, old)
    place = await start(tmp_path, endpoint=endpoint)
    new = await sign(place)

    def look() -> None:
        shown_now = place.central.dialled[-1][0].certificate
        if (shown_now == old) is is_good:
            raise LinkRefused("certificate?")

    if restarts:
        await place.stop()
        place = await start(tmp_path, endpoint=endpoint, begins=False)
        place.central.refuses = look
        await place.start()
    place.central.refuses = look
    await place.wait(120, step_s=2)
    held = tmp_path / "certificates" / "station.pem"

    tried = [e.certificate for e, _ in place.central.dialled]
    assert new in tried
    assert place.client.is_accepted
    assert held.exists() is is_good
    assert not new.exists()
    place.central.refuses = None
    await place.central.drop()
    await place.wait(60)
    assert place.central.dialled[-1][0].certificate == (held if is_good else old)
