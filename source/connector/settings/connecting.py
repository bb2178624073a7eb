"""The settings of how stations connect: ports, TLS, security profiles, bounds."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from connector.security.server_tls import TlsFiles
from connector.sessions.proxies import Network
from connector.sessions.websocket_server import ServerOptions
from connector.settings.fields import setting
from connector.settings.kinds import (
    Count,
    Host,
    Number,
    OcppPort,
    Port,
    Rate,
    ReadableFile,
    Seconds,
    SomeSeconds,
    Subprotocol,
    Text,
    readable_file,
    wrong,
)


def readable_files(value: object) -> tuple[Path, ...]:
    """One path, or several with commas between them."""
    parts = [part.strip() for part in str(value).split(",")]
    return tuple(readable_file(part) for part in parts)


def networks(value: object) -> tuple[Network, ...]:
    """Addresses and networks, with commas between them."""
    expected = (
        "addresses or networks such as 10.0.0.5 or 192.0.2.0/24, with commas, and not "
        "all of them"
    )
    try:
        parts = [part.strip() for part in str(value).split(",")]
        found = tuple(ipaddress.ip_network(part, strict=False) for part in parts)
    except ValueError:
        raise wrong(expected) from None
    # Anybody could write where they come from, and that they came with TLS.
    if any(each.prefixlen == 0 for each in found):
        raise wrong(expected)
    return found


ReadableFiles = Annotated[tuple[Path, ...], BeforeValidator(readable_files)]
Networks = Annotated[tuple[Any, ...], BeforeValidator(networks)]
Profile = Annotated[
    int, BeforeValidator(Number("0, 1, 2 or 3", 0, maximum=3, whole=True))
]
Organization = Annotated[
    str, BeforeValidator(Text("text of 1 to 64 characters", longest=64))
]


def lacks_for(profile: int, found: Mapping[str, Any]) -> str | None:
    """What is not set and a security profile needs; None: nothing."""
    if profile >= 3 and found.get("ocpp_tls_client_ca", "") is None:
        return "OCPP_TLS_PORT and OCPP_TLS_CLIENT_CA"
    is_open = found.get("ocpp_tls_port", "") is None
    if profile == 2 and is_open and found.get("trusted_proxies", "?") == ():
        return "OCPP_TLS_PORT, or TRUSTED_PROXIES"
    return None


class ConnectionSettings(BaseSettings):
    """See `Settings`."""

    ocpp_host: Host | None = setting(
        None, "The address stations connect to", shown="all interfaces"
    )
    ocpp_port: OcppPort = setting(
        9000,
        "Their port: `ws://<host>:9000/<any prefix>/<station>`; 0 closes it",
    )
    ocpp_tls_port: Port | None = setting(
        None,
        "Where they connect with TLS: `wss://<host>:<port>/<any prefix>/<station>`",
        checked=True,
    )
    ocpp_tls_cert: ReadableFiles | None = setting(
        None,
        "File with our certificate and those between it and its root; two files, with "
        "a comma, where one is for an RSA and one for an EC key. Read again when it "
        "changes, like all of these",
        checked=True,
    )
    ocpp_tls_key: ReadableFiles | None = setting(
        None,
        "File with its key, unless that stands in `OCPP_TLS_CERT`; as many as those",
    )
    ocpp_tls_client_ca: ReadableFile | None = setting(
        None,
        "File with the CAs of the stations' own certificates, which profile 3 needs",
    )
    crl_file: ReadableFile | None = setting(
        None, "File with the revocation lists of these CAs (PEM)"
    )
    operator_name: Organization | None = setting(
        None,
        "The O that stations' certificates must have, and get from the own CA",
    )
    trusted_proxies: Networks = setting(
        (),
        "Addresses or networks of reverse proxies, with commas: what they say in "
        "`X-Forwarded-For`, `X-Forwarded-Proto` and `Forwarded` is believed",
        shown="none",
    )
    min_security_profile: Profile = setting(
        0, "Stations below it are refused: 1 password, 2 TLS too, 3 certificate"
    )

    default_subprotocol: Subprotocol = setting(
        "ocpp1.6", "For stations that offer none; empty refuses them"
    )
    heartbeat_interval_s: SomeSeconds = setting(300.0, "What stations are told")
    ping_interval_s: Seconds = setting(20.0, "WebSocket pings; 0 turns them off")
    max_frame_bytes: Count = setting(1048576, "Longest frame; 0 = no bound")
    frame_log_bytes: Count = setting(
        8388608,
        "Memory for the last frames of all stations, which the API shows; 0 = none",
    )
    max_frames_per_s: Rate = setting(
        50.0, "Frames of a station beyond this rate wait; 0 = no bound"
    )
    handshake_timeout_s: Seconds = setting(
        10.0, "For the opening of a connection; 0 = no bound"
    )
    max_connections_per_address: Count = setting(
        200,
        "Connections of one address that are neither authenticated nor those of "
        "adopted stations; 0 = no bound",
    )

    @field_validator("ocpp_tls_port")
    @classmethod
    def _some_port_is_open(cls, value: int | None, info: ValidationInfo) -> Any:
        plain = info.data.get("ocpp_port")
        if value is None and plain == 0:
            raise wrong("a port, for OCPP_PORT is 0")
        if value is not None and value == plain:
            raise wrong("another port than OCPP_PORT")
        return value

    @field_validator("ocpp_tls_cert", "ocpp_tls_client_ca")
    @classmethod
    def _files_have_a_port(cls, value: Any, info: ValidationInfo) -> Any:
        if "ocpp_tls_port" not in info.data:
            return value
        port = info.data["ocpp_tls_port"]
        if value is not None and port is None:
            raise wrong("OCPP_TLS_PORT beside it")
        if value is None and port is not None and info.field_name == "ocpp_tls_cert":
            raise wrong("the path of a certificate, for OCPP_TLS_PORT is set")
        return value

    @field_validator("ocpp_tls_key")
    @classmethod
    def _keys_have_certificates(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None:
            return value
        certificates = info.data.get("ocpp_tls_cert", ())
        if certificates is None:
            raise wrong("OCPP_TLS_CERT beside it")
        if certificates and len(certificates) != len(value):
            raise wrong(f"{len(certificates)} files, as OCPP_TLS_CERT has")
        return value

    @field_validator("crl_file")
    @classmethod
    def _lists_have_a_ca(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("ocpp_tls_client_ca", "") is None:
            raise wrong("OCPP_TLS_CLIENT_CA beside it")
        return value

    @field_validator("min_security_profile")
    @classmethod
    def _profile_has_what_it_needs(cls, value: int, info: ValidationInfo) -> int:
        lacking = lacks_for(value, info.data)
        if lacking:
            raise wrong(f"{lacking} beside it")
        return value

    @property
    def tls_files(self) -> TlsFiles | None:
        """What `security.server_tls` needs; None: there is no port with TLS."""
        if self.ocpp_tls_port is None or self.ocpp_tls_cert is None:
            return None
        return TlsFiles(
            self.ocpp_tls_cert,
            self.ocpp_tls_key or (None,) * len(self.ocpp_tls_cert),
            self.ocpp_tls_client_ca,
            self.crl_file,
        )

    @property
    def server(self) -> ServerOptions:
        """Where and how stations are served."""
        return ServerOptions(
            host=self.ocpp_host,
            port=self.ocpp_port or None,
            tls_port=self.ocpp_tls_port,
            trusted_proxies=self.trusted_proxies,
            default_subprotocol=self.default_subprotocol,
            max_frame_bytes=self.max_frame_bytes,
            handshake_timeout_s=self.handshake_timeout_s,
            ping_interval_s=self.ping_interval_s,
            heartbeat_interval_s=self.heartbeat_interval_s,
        )
