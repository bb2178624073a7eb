"""Contract certificates by which vehicles pay (2.x part 2, C07).

What the station can check itself it has looked up by OCSP at the central system; a
chain that ends at no root of its own goes there whole, where that is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from connector.errors import CertificateError
from connector.ocppj.frames import Json
from connector.security.certificate_hashes import issued_hashes
from connector.station.core.tokens import Verdict
from connector.station.maintenance.signatures import check_certificate, load_chain
from connector.station.ports import Token

if TYPE_CHECKING:
    from connector.station.client.client import Client

ENABLED = "ISO15118Ctrlr/PnCEnabled"
CENTRAL = "ISO15118Ctrlr/CentralContractValidationAllowed"
_ROOTS = ("MORootCertificate", "V2GRootCertificate")
_MOST_HASHES = 4
_LONGEST = {"2.0.1": 5500, "2.1": 10_000}
INVALID = Verdict("Invalid")


def members(client: Client, token: Token, version: str) -> Json | None:
    """What an AuthorizeRequest says of it beside its eMAID; None: it is not accepted.

    Why not stands in the station's log.
    """
    try:
        return _members(client, token, version)
    except CertificateError as problem:
        client.parts.maintenance.note(f"contract {token.id}: {problem}")
        return None


def _members(client: Client, token: Token, version: str) -> Json:
    variables, maintenance = client.parts.variables, client.parts.maintenance
    if not variables.flag(ENABLED):
        raise CertificateError(f"{ENABLED} is false")
    roots = maintenance.roots.roots(*_ROOTS)
    try:
        check_certificate(token.certificate, roots, client.now_ms())
    except CertificateError:
        # C07.FR.06: the central system may know whom the station does not.
        if not variables.flag(CENTRAL) or len(token.certificate) > _LONGEST[version]:
            raise
        return {"certificate": token.certificate}
    found = _hashes(load_chain(token.certificate), roots)
    return {"iso15118CertificateHashData": found} if found else {}


def _hashes(chain: list[x509.Certificate], roots: list[str]) -> list[Json]:
    """OCSPRequestDataType of each that says who knows whether it was revoked."""
    known = [root for each in roots for root in load_chain(each)]
    issuers = [root for root in known if root.subject == chain[-1].issuer]
    found: list[Json] = []
    for child, issuer in pairwise([*chain, *issuers[:1]]):
        responder = _responder(child)
        if responder:
            hashes = issued_hashes(child, issuer)
            found.append({**hashes, "responderURL": responder})
    return found[:_MOST_HASHES]


def _responder(certificate: x509.Certificate) -> str:
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.AuthorityInformationAccess
        )
    except (x509.ExtensionNotFound, ValueError):
        return ""
    for each in found.value:
        is_ocsp = each.access_method == AuthorityInformationAccessOID.OCSP
        if is_ocsp and isinstance(each.access_location, x509.UniformResourceIdentifier):
            return each.access_location.value
    return ""


def judged(verdict: Verdict, answer: Mapping[str, Any]) -> Verdict:
    """A verdict, unless the answer says that the certificate is not good (C07)."""
    status = answer.get("certificateStatus", "Accepted")
    if status == "Accepted" or not verdict.is_accepted:
        return verdict
    return replace(verdict, status=INVALID.status)
