"""A certification authority for tests, and files of what it issues."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def new_key(kind: str = "ec") -> Any:
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str, organization: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


@dataclass
class Authority:
    """Issues into files in ``folder``: certificate, then key, in one file each."""

    folder: Path
    title: str = "Test CA"
    key: Any = field(default_factory=new_key)
    count: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self._sign(
            name(self.title), self.key.public_key(), is_ca=True, lasts=DAY
        )
        self.file = self.write(f"{self.title}.pem", self.certificate)

    def issue(
        self,
        common_name: str,
        *,
        organization: str | None = None,
        lasts: timedelta = DAY,
        kind: str = "ec",
        file: str | None = None,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
    ) -> Path:
        """A certificate and its key; ``lasts`` may lie in the past."""
        key = new_key(kind)
        found = self._sign(
            name(common_name, organization), key.public_key(), lasts=lasts, usage=usage
        )
        self.last = found
        self.count += 1
        return self.write(file or f"{self.title}-{self.count}.pem", found, key)

    def issue_server(self, **more: Any) -> Path:
        """One for us, at 127.0.0.1 and localhost."""
        return self.issue("localhost", usage=ExtendedKeyUsageOID.SERVER_AUTH, **more)

    def below(self, folder: Path, title: str) -> Authority:
        """Another authority, whose certificate this one has signed."""
        found = Authority(folder, title)
        found.certificate = self._sign(
            name(title), found.key.public_key(), is_ca=True, lasts=DAY
        )
        found.file = found.write(f"{title}.pem", found.certificate)
        return found

    def revoke(
        self,
        *certificates: x509.Certificate,
        file: str = "crl.pem",
        lasts: timedelta = DAY,
    ) -> Path:
        """A revocation list of just these."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - 2 * DAY)
            .next_update(now + lasts)
        )
        for each in certificates:
            entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number)
            builder = builder.add_revoked_certificate(
                entry.revocation_date(now - HOUR).build()
            )
        path = self.folder / file
        found = builder.sign(self.key, hashes.SHA256())
        path.write_bytes(found.public_bytes(serialization.Encoding.PEM))
        return path

    def client(self, own: Path | None = None, **limits: Any) -> ssl.SSLContext:
        """A station that trusts this authority, with a certificate of its own."""
        context = ssl.create_default_context(cafile=str(self.file))
        for attribute, value in limits.items():
            setattr(context, attribute, value)
        if own is not None:
            context.load_cert_chain(own)
        return context

    def write(self, file: str, certificate: x509.Certificate, key: Any = None) -> Path:
        path = self.folder / file
        text = certificate.public_bytes(serialization.Encoding.PEM)
        if key is not None:
            text += key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        path.write_bytes(text)
        return path

    def _sign(
        self,
        subject: x509.Name,
        public_key: Any,
        *,
        lasts: timedelta,
        is_ca: bool = False,
        usage: x509.ObjectIdentifier | None = None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        names = [x509.DNSName("localhost")]
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name(self.title))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + lasts)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), True)
            .add_extension(x509.SubjectAlternativeName(names), False)
            # Clients of Python 3.13 want what RFC 5280 demands.
            .add_extension(_usage(is_ca=is_ca), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.key.public_key()
                ),
                False,
            )
        )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
        return builder.sign(self.key, hashes.SHA256())


def self_signed(folder: Path, common_name: str) -> Path:
    """A certificate that nobody but itself has signed, and its key."""
    own = Authority(folder, common_name)
    return own.write("self-signed.pem", own.certificate, own.key)


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=not is_ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
