"""Signed meter values: what a customer's software checks."""

from __future__ import annotations

import base64

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from connector.station.model import Rating
from connector.station.ports import Reading
from connector.station.simulated import Vehicle, VehicleModel
from connector.station.simulated.signing import MeterKey
from connector.tests.station.simulated.conftest import Site

IMPORT = "Energy.Active.Import.Register"
EXPORT = "Energy.Active.Export.Register"
KEY = MeterKey()


def signed_site(rating: Rating | None = None) -> Site:
    site = Site(rating or Rating(), key=lambda: KEY)
    site.hardware.plug(1, Vehicle(VehicleModel(ramp_w_per_s=1e9)))
    return site


def verified(member: dict[str, str]) -> dict[str, object]:
    """The payload, if it was signed by the key that stands beside it."""
    key = serialization.load_der_public_key(base64.b64decode(member["publicKey"]))
    text = base64.b64decode(member["signedMeterData"])
    name, payload, signature = text.split(b"|")
    assert name == b"OCMF"
    der = bytes.fromhex(orjson.loads(signature)["SD"])
    key.verify(der, payload, ec.ECDSA(hashes.SHA256()))
    return orjson.loads(payload)


def kind(reading: Reading) -> object:
    return verified(reading.signed[IMPORT])["RD"][0]["TX"]


def test_a_signed_value_is_the_reading() -> None:
    site = signed_site()
    site.power(11_040.0)
    site.wait(3600)
    reading = site.hardware.read(1)
    member = reading.signed[IMPORT]
    payload = verified(member)

    assert list(reading.signed) == [IMPORT]
    assert set(member) == {
        "signedMeterData",
        "signingMethod",
        "encodingMethod",
        "publicKey",
    }
    assert len(member["signedMeterData"]) <= 2500
    assert payload["RD"][0]["RV"] == pytest.approx(reading.energy_wh / 1000, abs=1e-6)
    assert payload["RD"][0]["RU"] == "kWh"
    assert payload["RD"][0]["TM"].endswith("+0000 S")
    assert payload["GS"] == "SIM-0001-1"


def test_both_registers_are_signed_where_there_are_two() -> None:
    site = signed_site(Rating(max_discharge_w=5_000.0))

    assert set(site.hardware.read(1).signed) == {IMPORT, EXPORT}


def test_what_was_changed_is_seen() -> None:
    member = dict(signed_site().hardware.read(1).signed[IMPORT])
    text = base64.b64decode(member["signedMeterData"]).replace(b'"RV":0.0', b'"RV":9.0')
    member["signedMeterData"] = base64.b64encode(text).decode()

    with pytest.raises(InvalidSignature):
        verified(member)


def test_the_first_and_the_last_reading_of_a_session_say_so() -> None:
    site = signed_site()
    first = site.hardware.read(1)
    site.power()
    site.wait(60)
    middle = site.hardware.read(1)
    site.wait(60)
    last = site.hardware.read(1)
    site.hardware.contactor(1, is_closed=False)

    assert [kind(each) for each in (first, middle, last)] == ["B", "C", "E"]


def test_pages_count_up() -> None:
    site = signed_site()
    pages = [verified(site.hardware.read(1).signed[IMPORT])["PG"] for _ in range(3)]

    assert pages == ["T1", "T2", "T3"]


def test_nothing_is_signed_that_nobody_looks_at() -> None:
    site = Site(key=lambda: pytest.fail("signed"))

    assert IMPORT in list(site.hardware.read(1).signed)


def test_a_key_is_kept() -> None:
    assert MeterKey.of_pem(KEY.pem()).public == KEY.public


def test_a_key_of_another_kind_is_refused() -> None:
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    with pytest.raises(ValueError, match="elliptic curve"):
        MeterKey.of_pem(pem)
