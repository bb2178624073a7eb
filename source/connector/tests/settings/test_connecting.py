"""How stations connect: ports, TLS, profiles, proxies; one setting needs another."""

from __future__ import annotations

import json
from ipaddress import ip_network
from pathlib import Path

import pytest

from connector.errors import SettingsError
from connector.security.server_tls import TlsFiles
from connector.settings import load


@pytest.fixture
def tls(folder: Path) -> dict[str, str]:
    """What a port with TLS needs."""
    for name in ("a.pem", "b.pem", "a.key", "b.key", "ca.pem", "crl.pem"):
        (folder / name).touch()
    return {"OCPP_TLS_PORT": "9443", "OCPP_TLS_CERT": "a.pem"}


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(environ)
    return caught.value.problems


def stations(**members: object) -> str:
    return json.dumps({"CP-7": members})


def test_without_any_of_them_there_is_a_plain_port_alone(folder: Path) -> None:
    settings = load({})

    assert (settings.server.port, settings.server.tls_port) == (9000, None)
    assert settings.tls_files is None
    assert settings.server.trusted_proxies == ()
    assert settings.csms.min_security_profile == 0


def test_a_port_with_tls_has_its_files(tls: dict[str, str]) -> None:
    more = {
        "OCPP_TLS_KEY": "a.key",
        "OCPP_TLS_CLIENT_CA": "ca.pem",
        "CRL_FILE": "crl.pem",
        "OPERATOR_NAME": "Example Charging",
        "OCPP_PORT": "0",
    }
    settings = load(tls | more)

    assert (settings.server.port, settings.server.tls_port) == (None, 9443)
    assert settings.csms.operator_name == "Example Charging"
    assert settings.tls_files == TlsFiles(
        (Path("a.pem"),), (Path("a.key"),), Path("ca.pem"), Path("crl.pem")
    )


def test_there_may_be_a_certificate_for_each_kind_of_key(tls: dict[str, str]) -> None:
    both = {"OCPP_TLS_CERT": "a.pem, b.pem"}
    found = load(tls | both).tls_files
    assert found == TlsFiles((Path("a.pem"), Path("b.pem")), (None, None))

    found = load(tls | both | {"OCPP_TLS_KEY": "a.key,b.key"}).tls_files
    assert found is not None
    assert found.keys == (Path("a.key"), Path("b.key"))
    [problem] = problems(tls | both | {"OCPP_TLS_KEY": "a.key"})
    assert "expected 2 files, as OCPP_TLS_CERT has" in problem


def test_some_port_has_to_be_open(folder: Path) -> None:
    [problem] = problems({"OCPP_PORT": "0"})
    assert problem.startswith("OCPP_TLS_PORT is")
    assert problem.endswith("expected a port, for OCPP_PORT is 0")


def test_a_port_with_tls_needs_a_certificate(folder: Path) -> None:
    [problem] = problems({"OCPP_TLS_PORT": "9443"})
    assert "OCPP_TLS_CERT is" in problem
    assert "expected the path of a certificate, for OCPP_TLS_PORT is set" in problem


def test_the_ports_differ(tls: dict[str, str]) -> None:
    [problem] = problems(tls | {"HTTP_PORT": "9443"})
    assert "expected another port than OCPP_TLS_PORT" in problem


def test_proxies_are_addresses_and_networks(folder: Path) -> None:
    proxies = {"TRUSTED_PROXIES": "10.0.0.5, 192.0.2.7/24,2001:db8::/32"}
    assert load(proxies).server.trusted_proxies == (
        ip_network("10.0.0.5/32"),
        ip_network("192.0.2.0/24"),
        ip_network("2001:db8::/32"),
    )


def test_a_profile_has_what_it_needs(tls: dict[str, str]) -> None:
    proxy = {"TRUSTED_PROXIES": "10.0.0.5"}
    ca = {"OCPP_TLS_CLIENT_CA": "ca.pem"}

    assert load(tls | {"MIN_SECURITY_PROFILE": "2"}).min_security_profile == 2
    assert load(proxy | {"MIN_SECURITY_PROFILE": "2"}).min_security_profile == 2
    assert load(tls | ca | {"MIN_SECURITY_PROFILE": "3"}).min_security_profile == 3
    [problem] = problems(tls | {"MIN_SECURITY_PROFILE": "3"})
    assert "OCPP_TLS_PORT and OCPP_TLS_CLIENT_CA beside it" in problem


@pytest.mark.parametrize(
    ("profile", "lacking"),
    [
        (2, "OCPP_TLS_PORT, or TRUSTED_PROXIES"),
        (3, "OCPP_TLS_PORT and OCPP_TLS_CLIENT_CA"),
    ],
)
def test_so_has_the_profile_of_a_station(
    tls: dict[str, str], profile: int, lacking: str
) -> None:
    wanted = {"STATIONS": stations(security_profile=profile)}
    [problem] = problems(wanted)
    assert f"{lacking} beside the security_profile {profile}" in problem
    ca = {"OCPP_TLS_CLIENT_CA": "ca.pem"}
    found = load(tls | ca | wanted).csms.stations["CP-7"]
    assert found.security_profile == profile


def test_a_password_is_never_shown(folder: Path) -> None:
    settings = load({"STATIONS": stations(password="geheim", security_profile=1)})
    options = settings.csms.stations["CP-7"]

    assert options.password == "geheim"
    assert "geheim" not in f"{settings!r} {settings.csms!r} {options!r}"
