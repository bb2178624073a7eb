"""The list of our own CA is looked at where stations are known by that CA."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from connector.errors import CertificateError
from connector.security.ca import StationAuthority
from connector.security.own_list import with_own_list
from connector.security.server_tls import ServerTls, TlsFiles
from connector.security.signing import Revoked

NOW = datetime.now(UTC)


@pytest.fixture
def authority(tmp_path: Path) -> StationAuthority:
    return StationAuthority(tmp_path / "pki")


@pytest.fixture
def files(authority: StationAuthority) -> TlsFiles:
    certificate, key = authority.keep_server(authority.issue_server(["localhost"], NOW))
    authority.write_list([], NOW)
    return TlsFiles((certificate,), (key,), authority.certificate_file)


def bundle(tmp_path: Path, *authorities: StationAuthority) -> Path:
    path = tmp_path / "bundle.pem"
    path.write_text("".join(each.root(NOW) for each in authorities))
    return path


def test_our_own_ca_has_its_list(authority: StationAuthority, files: TlsFiles) -> None:
    found = with_own_list(files, authority)

    assert found.own_crl == authority.list_file
    assert authority.list_file in found.all()


def test_a_copy_is_our_own_too(
    tmp_path: Path, authority: StationAuthority, files: TlsFiles
) -> None:
    copy = TlsFiles(files.certificates, files.keys, bundle(tmp_path, authority))

    assert with_own_list(copy, authority).own_crl == authority.list_file


def test_a_foreign_one_has_none(
    tmp_path: Path, authority: StationAuthority, files: TlsFiles
) -> None:
    other = StationAuthority(tmp_path / "other")
    foreign = TlsFiles(files.certificates, files.keys, bundle(tmp_path, other))

    assert with_own_list(foreign, authority) == foreign


def test_beside_others_it_counts_where_they_have_one(
    tmp_path: Path, authority: StationAuthority, files: TlsFiles
) -> None:
    other = StationAuthority(tmp_path / "other")
    both = bundle(tmp_path, other, authority)
    without = TlsFiles(files.certificates, files.keys, both)
    beside = TlsFiles(files.certificates, files.keys, both, tmp_path / "other.crl")

    assert with_own_list(without, authority).own_crl is None
    assert with_own_list(beside, authority).own_crl == authority.list_file


def test_without_a_ca_of_clients_or_of_our_own_there_is_none(
    tmp_path: Path, authority: StationAuthority, files: TlsFiles
) -> None:
    plain = TlsFiles(files.certificates, files.keys)

    assert with_own_list(plain, authority) == plain
    assert with_own_list(files, StationAuthority(tmp_path / "none")) == files


def test_what_cannot_be_read_is_named(
    authority: StationAuthority, files: TlsFiles
) -> None:
    authority.certificate_file.write_text("rubbish")

    with pytest.raises(CertificateError, match=r"station-ca\.pem"):
        with_own_list(files, authority)


async def test_what_is_revoked_counts_without_a_restart(
    authority: StationAuthority, files: TlsFiles
) -> None:
    tls = ServerTls(files, lambda given: with_own_list(given, authority))
    reloads: list[int] = []
    tls.on_reload = lambda: reloads.append(1)
    await tls.start()
    issuer = _issuer(authority)
    before = tls.is_revoked(issuer, 0xA1)

    await asyncio.to_thread(authority.write_list, [Revoked(0xA1, NOW)], NOW)
    await tls.look()
    await tls.look()
    await tls.stop()

    assert (before, tls.is_revoked(issuer, 0xA1)) == (False, True)
    assert tls.context.verify_flags & ssl.VERIFY_CRL_CHECK_LEAF
    assert reloads == [1]


def _issuer(authority: StationAuthority) -> bytes:
    root = x509.load_pem_x509_certificate(authority.root(NOW).encode())
    return root.subject.public_bytes()
