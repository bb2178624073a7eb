"""What `doctor` says of the files of TLS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.security.ca import StationAuthority
from connector.tests.broker import free_port
from connector.tests.cli.doctor.conftest import Doctor

NOW = datetime.now(UTC)


def pair(folder: Path, *, issued: datetime = NOW) -> tuple[Path, Path, str]:
    """A server's certificate and key, and the CA's certificate."""
    authority = StationAuthority(folder / f"pki-{issued:%Y%m%d}", "ACME")
    made = authority.issue_server(["cs.example.com"], issued)
    certificate, key = authority.keep_server(made)
    return certificate, key, authority.root(issued)


def tls(certificate: Path, key: Path) -> dict[str, str]:
    return {
        "OCPP_TLS_PORT": str(free_port()),
        "OCPP_TLS_CERT": str(certificate),
        "OCPP_TLS_KEY": str(key),
    }


def test_files_that_fit_are_fine_and_their_names_are_told(
    tmp_path: Path, doctor: Doctor
) -> None:
    certificate, key, _ = pair(tmp_path)

    visit = doctor(**tls(certificate, key))

    found = [each for each in visit.ended.json if each["area"] == "TLS"]
    assert {each["verdict"] for each in found} == {"ok"}
    assert "cs.example.com" in visit.of("TLS", "names")["found"]
    assert "days left" in visit.of("TLS", "certificate")["found"]


def test_an_expired_certificate_is_bad(tmp_path: Path, doctor: Doctor) -> None:
    certificate, key, _ = pair(tmp_path, issued=NOW - timedelta(days=5000))

    found = doctor(**tls(certificate, key)).of("TLS", "certificate")

    assert (found["verdict"], "has expired" in found["found"]) == ("bad", True)


def test_a_key_of_another_certificate_is_bad(tmp_path: Path, doctor: Doctor) -> None:
    certificate, _, _ = pair(tmp_path)
    _, other, _ = pair(tmp_path, issued=NOW - timedelta(days=1))

    visit = doctor(**tls(certificate, other))

    assert visit.verdict("TLS", "files") == "bad"


def test_a_chain_in_the_wrong_order_is_named(tmp_path: Path, doctor: Doctor) -> None:
    certificate, key, _ = pair(tmp_path)
    _, _, stranger = pair(tmp_path, issued=NOW - timedelta(days=1))
    text = certificate.read_text()
    own = text[: text.index("-----END") + len("-----END CERTIFICATE-----\n")]
    certificate.write_text(own + stranger)

    found = doctor(**tls(certificate, key)).of("TLS", "chain")

    assert found["verdict"] == "bad"


def test_without_a_port_with_tls_there_is_nothing_to_look_at(doctor: Doctor) -> None:
    assert doctor().verdict("TLS", "stations") == "ok"


def test_a_broker_that_does_no_tls_is_bad(doctor: Doctor) -> None:
    assert doctor(MQTT_TLS="TRUE").verdict("TLS", "broker") == "bad"
