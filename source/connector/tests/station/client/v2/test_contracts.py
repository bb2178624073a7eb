"""Contract certificates: what the central system is told, and what it decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from connector.security.certificate_hashes import issued_hashes
from connector.security.key_pairs import certificate_pem
from connector.station.ports import Token
from connector.tests.station.client.bench import settle
from connector.tests.station.client.v2.bench import Json, Place2
from connector.tests.station.client.v2.conftest import Start2

EMAID = "DEABCC123ABC56"
OCSP = "http://ocsp.example.com"
PNC = {"ISO15118Ctrlr/PnCEnabled": "true"}
CENTRAL = PNC | {"ISO15118Ctrlr/CentralContractValidationAllowed": "true"}
OK = {"idTokenInfo": {"status": "Accepted"}}


class Operator:
    """A mobility operator with its root, a CA below it, and a contract."""

    def __init__(self, now_ms: int, *, lasts_days: int = 300) -> None:
        self._now = datetime.fromtimestamp(now_ms / 1000, UTC)
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
        self.root = self._made("MO Root", keys[0], "MO Root", keys[0], 3000)
        self.sub = self._made("MO Sub", keys[1], "MO Root", keys[0], 2000, OCSP)
        self.leaf = self._made(EMAID, keys[2], "MO Sub", keys[1], lasts_days, OCSP)

    def _made(
        self,
        name: str,
        key: Any,
        issuer: str,
        signed_by: Any,
        days: int,
        ocsp: str = "",
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=10))
            .not_valid_after(self._now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(name != EMAID, None), critical=True)
        )
        if ocsp:
            place = x509.UniformResourceIdentifier(ocsp)
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
            builder = builder.add_extension(
                x509.AuthorityInformationAccess([access]), critical=False
            )
        return builder.sign(signed_by, hashes.SHA256())

    @property
    def chain(self) -> str:
        return certificate_pem(self.leaf) + certificate_pem(self.sub)


async def show(place: Place2, operator: Operator) -> list[Json]:
    """The vehicle shows its contract: the questions that follow."""
    await place.plug()
    await place.swipe(Token(EMAID, "eMAID", operator.chain), 1)
    await settle()
    return place.central.of("Authorize")


async def with_root(start: Start2, initial: dict[str, str]) -> tuple[Place2, Operator]:
    place = await start(initial=initial)
    operator = Operator(place.clock.now_ms())
    answer = await place.answered(
        "InstallCertificate",
        certificateType="MORootCertificate",
        certificate=certificate_pem(operator.root),
    )
    assert answer["status"] == "Accepted"
    return place, operator


async def test_who_can_be_checked_here_is_looked_up_by_hashes(start: Start2) -> None:
    place, operator = await with_root(start, PNC)
    place.central.answers["Authorize"] = OK | {"certificateStatus": "Accepted"}
    (asked,) = await show(place, operator)

    assert asked == {
        "idToken": {"idToken": EMAID, "type": "eMAID"},
        "iso15118CertificateHashData": [
            issued_hashes(operator.leaf, operator.sub) | {"responderURL": OCSP},
            issued_hashes(operator.sub, operator.root) | {"responderURL": OCSP},
        ],
    }
    assert list(place.core.all_running())


async def test_who_cannot_be_checked_here_goes_there_whole(start: Start2) -> None:
    place = await start(initial=CENTRAL)
    operator = Operator(place.clock.now_ms())
    place.central.answers["Authorize"] = OK | {"certificateStatus": "Accepted"}
    (asked,) = await show(place, operator)

    assert asked["certificate"] == operator.chain
    assert "iso15118CertificateHashData" not in asked
    assert list(place.core.all_running())


@pytest.mark.parametrize("initial", [{}, PNC])
async def test_who_can_be_checked_nowhere_is_not_let_in(
    start: Start2, initial: dict[str, str]
) -> None:
    place = await start(initial=initial)
    operator = Operator(place.clock.now_ms())

    assert await show(place, operator) == []
    assert not list(place.core.all_running())


async def test_an_expired_contract_is_not_let_in(start: Start2) -> None:
    place, _ = await with_root(start, PNC)
    late = Operator(place.clock.now_ms(), lasts_days=-1)

    assert await show(place, late) == []
    assert not list(place.core.all_running())


@pytest.mark.parametrize("status", ["CertificateRevoked", "ContractCancelled"])
async def test_a_certificate_that_is_no_good_outweighs_its_token(
    start: Start2, status: str
) -> None:
    place, operator = await with_root(start, PNC)
    place.central.answers["Authorize"] = OK | {"certificateStatus": status}
    await show(place, operator)

    assert not list(place.core.all_running())


async def test_a_contract_is_asked_about_though_its_token_is_known(
    start: Start2,
) -> None:
    place, operator = await with_root(
        start, PNC | {"AuthCtrlr/LocalPreAuthorize": "true"}
    )
    place.central.answers["Authorize"] = OK | {"certificateStatus": "Accepted"}
    await show(place, operator)
    await place.unplug()

    assert len(await show(place, operator)) == 2


async def test_without_a_link_a_contract_is_worth_nothing(start: Start2) -> None:
    place, operator = await with_root(
        start, PNC | {"AuthCtrlr/OfflineTxForUnknownIdEnabled": "true"}
    )
    place.central.shut()
    await place.central.drop()
    await show(place, operator)

    assert not list(place.core.all_running())
