"""What `doctor` says of the files of TLS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.security.ca import StationAuthority
from connector.tests.cli.doctor.conftest import Doctor
from connector.tests.cli.doctor.issuing import DAY, Authority
from connector.tests.ports import free_port

NOW = datetime.now(UTC)


def pair(folder: Path, *, issued: datetime = NOW) -> tuple[Path, Path, str]:
    """A server's certificate and key, and the CA's certificate."""
    place = "pki" if issued is NOW else f"pki-{issued:%Y%m%d}"
    authority = StationAuthority(folder / place, "ACME")
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

    visit = doctor(**tls(certificate, key), DATA_DIR=str(tmp_path))

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


def test_a_certificate_of_tomorrow_is_bad(tmp_path: Path, doctor: Doctor) -> None:
    files = Authority("Root").issue(tmp_path, begins=1.5 * DAY)

    found = doctor(**tls(*files)).of("TLS", "begin")

    assert (found["verdict"], "not valid before" in found["found"]) == ("bad", True)
    assert "clock" in found["advice"]


def test_one_that_soon_ends_is_pointed_out(tmp_path: Path, doctor: Doctor) -> None:
    files = Authority("Root").issue(tmp_path, lasts=3.5 * DAY)

    found = doctor(**tls(*files)).of("TLS", "certificate")

    assert (found["verdict"], "3 days left" in found["found"]) == ("warn", True)
    assert "renew" in found["advice"]


def test_a_chain_without_its_middle_is_pointed_out(
    tmp_path: Path, doctor: Doctor
) -> None:
    middle = Authority("Middle", Authority("Root"))

    alone = doctor(**tls(*middle.issue(tmp_path, chain=False))).of("TLS", "chain")
    whole = doctor(**tls(*middle.issue(tmp_path))).of("TLS", "chain")

    assert (alone["verdict"], "CN=Middle behind it" in alone["advice"]) == (
        "warn",
        True,
    )
    assert whole["verdict"] == "ok"


def test_one_that_a_root_has_issued_which_stations_know_needs_no_chain(
    tmp_path: Path, doctor: Doctor
) -> None:
    root = Authority("Root")
    settings = tls(*root.issue(tmp_path, chain=False))

    known = {"OCPP_TLS_CLIENT_CA": str(root.write(tmp_path))}
    found = doctor(**settings, **known).of("TLS", "chain")

    assert (found["verdict"], "the root CN=Root" in found["found"]) == ("ok", True)


def test_one_without_a_name_is_pointed_out(tmp_path: Path, doctor: Doctor) -> None:
    files = Authority("Root").issue(tmp_path, hosts=[])

    found = doctor(**tls(*files)).of("TLS", "names")

    assert (found["verdict"], "issued again" in found["advice"]) == ("warn", True)
