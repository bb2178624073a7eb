"""Certificates as they should be, and as they should not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connector.tests.cli.doctor.conftest import Doctor, Visit

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
HOSTS = ("localhost", "127.0.0.1")


@dataclass
class Authority:
    """A CA; `below` makes one that it has signed."""

    title: str
    above: Authority | None = None

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        issuer = self.above or self
        ends = x509.KeyUsage(
            *(False, False, False, False, False, True, True, False, False)
        )
        self.certificate = (
            _builder(self.title, issuer.title, self.key, NOW - DAY, NOW + 900 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .add_extension(ends, True)
            .sign(issuer.key, hashes.SHA256())
        )

    def write(self, folder: Path) -> Path:
        """Its certificate in a file."""
        return _write(folder / f"{self.title}.pem", self.certificate)

    def issue(
        self,
        folder: Path,
        *,
        hosts: Sequence[str] = HOSTS,
        begins: timedelta = -DAY,
        lasts: timedelta = 365 * DAY,
        chain: bool = True,
    ) -> tuple[Path, Path]:
        """A server's certificate, with the chain behind it or not, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [_host(each) for each in hosts]
        found = (
            _builder("server", self.title, key, NOW + begins, NOW + lasts)
            .add_extension(x509.SubjectAlternativeName(names), False)
            .sign(self.key, hashes.SHA256())
        )
        more = [self.certificate] if chain and self.above is not None else []
        private = folder / f"server-{found.serial_number}.key"
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return _write(private.with_suffix(".pem"), found, *more), private


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _builder(
    subject: str, issuer: str, key: Any, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path: Path, *certificates: x509.Certificate) -> Path:
    pem = serialization.Encoding.PEM
    path.write_bytes(b"".join(each.public_bytes(pem) for each in certificates))
    return path


def over_tls(doctor: Doctor, port: int, ca: Path | None = None, **more: str) -> Visit:
    """A visit at a broker with TLS."""
    trusts = {"MQTT_TLS_CA": str(ca)} if ca is not None else {}
    given = {"MQTT_TLS": "TRUE", "MQTT_BROKER_PORT": str(port)}
    return doctor(MQTT_BROKER_HOST="localhost", **given, **trusts, **more)
