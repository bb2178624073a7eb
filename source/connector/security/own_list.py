"""The revocation list of our own CA counts where stations are known by that CA."""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509

from connector.errors import CertificateError
from connector.security.ca import StationAuthority
from connector.security.server_tls import TlsFiles


def with_own_list(files: TlsFiles, authority: StationAuthority) -> TlsFiles:
    """The same files, with the own list where it is to be looked at.

    Beside CAs of others it is only where they have a list, too: with one list every CA
    has to have one.

    Raises:
        CertificateError: a file cannot be read.
    """
    if files.client_ca is None or not authority.exists:
        return files
    try:
        trusted = x509.load_pem_x509_certificates(files.client_ca.read_bytes())
        own = x509.load_pem_x509_certificate(authority.certificate_file.read_bytes())
    except (OSError, ValueError) as problem:
        text = f"{files.client_ca}, {authority.certificate_file}: {problem}"
        raise CertificateError(text) from None
    is_trusted = own in trusted
    if not is_trusted or (len(trusted) > 1 and files.crl is None):
        return files
    return replace(files, own_crl=authority.list_file)
