"""What `doctor` says of brokers with TLS, of which each has something wrong."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.tests.broker import Broker
from connector.tests.cli.doctor.conftest import Doctor
from connector.tests.cli.doctor.issuing import DAY, Authority, over_tls
from connector.tests.cli.doctor.serving import serving

pytestmark = pytest.mark.broker
ROOT = Authority("Root")
MIDDLE = Authority("Middle", ROOT)
STRANGER = Authority("Stranger")


@contextmanager
def served(folder: Path, *lines: str, **about: Any) -> Iterator[int]:
    """The port of a Mosquitto with such a certificate."""
    certificate, key = MIDDLE.issue(folder, **about)
    broker = Broker(folder, f"certfile {certificate}", f"keyfile {key}", *lines)
    broker.start()
    try:
        yield broker.port
    finally:
        broker.stop()


def test_a_broker_whose_certificate_fits_is_fine(
    tmp_path: Path, doctor: Doctor
) -> None:
    with served(tmp_path) as port:
        visit = over_tls(doctor, port, ROOT.write(tmp_path))

    assert visit.verdict("broker", "connection") == "ok"
    held = visit.of("TLS", f"broker localhost:{port}")
    assert (held["verdict"], "days left" in held["found"]) == ("ok", True)


@pytest.mark.parametrize(
    ("about", "found", "advice"),
    [
        ({"lasts": -0.5 * DAY}, "has expired", "renew the broker's certificate"),
        ({"begins": 2 * DAY}, "not valid yet", "set this machine's clock"),
        ({"hosts": ["cs.example"]}, "another name", "MQTT_BROKER_HOST to a name that"),
        ({"chain": False}, "nobody whom we trust", "send the certificates between"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said_with_what_to_do(
    tmp_path: Path, doctor: Doctor, about: dict[str, Any], found: str, advice: str
) -> None:
    with served(tmp_path, **about) as port:
        visit = over_tls(doctor, port, ROOT.write(tmp_path))

    told = visit.of("broker", "connection")
    assert told["verdict"] == "bad"
    assert found in told["found"]
    assert advice in told["advice"]
    assert "_ssl.c" not in told["found"]


def test_the_name_that_would_fit_is_told(tmp_path: Path, doctor: Doctor) -> None:
    with served(tmp_path, hosts=["mqtt.example.com"]) as port:
        visit = over_tls(doctor, port, ROOT.write(tmp_path))

    assert "mqtt.example.com" in visit.of("broker", "connection")["advice"]


def test_who_issued_it_is_told_where_we_do_not_trust_that_one(
    tmp_path: Path, doctor: Doctor
) -> None:
    other = STRANGER.write(tmp_path)
    with served(tmp_path) as port:
        nobody = over_tls(doctor, port).of("broker", "connection")
        somebody = over_tls(doctor, port, other).of("broker", "connection")

    assert "issued by CN=Middle: set MQTT_TLS_CA" in nobody["advice"]
    assert f"not below MQTT_TLS_CA={other}" in somebody["advice"]


def test_a_certificate_that_soon_ends_is_pointed_out(
    tmp_path: Path, doctor: Doctor
) -> None:
    with served(tmp_path, lasts=5.5 * DAY) as port:
        visit = over_tls(doctor, port, ROOT.write(tmp_path))

    found = visit.of("TLS", f"broker localhost:{port}")
    assert (found["verdict"], "5 days left" in found["found"]) == ("warn", True)
    assert visit.verdict("broker", "connection") == "ok"


def test_who_speaks_no_tls_to_a_port_of_tls_is_told_to(
    tmp_path: Path, doctor: Doctor
) -> None:
    with served(tmp_path) as port:
        visit = doctor(MQTT_BROKER_PORT=str(port))

    found = visit.of("broker", "connection")
    assert (found["verdict"], "MQTT_TLS=TRUE" in found["advice"]) == ("bad", True)


def test_who_speaks_tls_to_a_port_without_is_told_so(
    broker: Broker, doctor: Doctor
) -> None:
    found = over_tls(doctor, broker.port).of("broker", "connection")

    assert (found["verdict"], "MQTT_TLS=FALSE" in found["advice"]) == ("bad", True)


def test_a_broker_that_wants_a_certificate_of_us_says_so(
    tmp_path: Path, doctor: Doctor
) -> None:
    root = ROOT.write(tmp_path)
    with served(tmp_path, f"cafile {root}", "require_certificate true") as port:
        visit = over_tls(doctor, port, root)

    found = visit.of("broker", "connection")
    assert (found["verdict"], "MQTT_TLS_CERT" in found["advice"]) == ("bad", True)


def test_a_key_of_another_certificate_of_ours_is_named(
    broker: Broker, tmp_path: Path, doctor: Doctor
) -> None:
    certificate, _ = ROOT.issue(tmp_path)
    _, other = ROOT.issue(tmp_path)
    pair = {"MQTT_TLS_CERT": str(certificate), "MQTT_TLS_KEY": str(other)}

    found = over_tls(doctor, broker.port, **pair).of("broker", "connection")

    assert (found["verdict"], str(other) in found["found"]) == ("bad", True)


def test_a_broker_of_the_last_century_is_told_by_its_tls(
    tmp_path: Path, doctor: Doctor
) -> None:
    with serving(MIDDLE.issue(tmp_path), newest=ssl.TLSVersion.TLSv1_1) as port:
        visit = over_tls(doctor, port, ROOT.write(tmp_path))

    found = visit.of("broker", "connection")
    assert (found["verdict"], "no version of TLS" in found["found"]) == ("bad", True)
    assert "too old" in found["advice"]
