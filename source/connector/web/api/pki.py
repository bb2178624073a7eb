"""`/api/v1/pki`: our own CA, what it has issued, and how long all of it still holds."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from connector.csms import times
from connector.csms.pki import IssuedPair, Pki, UnknownCertificate, lasting
from connector.errors import CertificateError
from connector.security.ca import at
from connector.security.certificates import days_left
from connector.security.key_pairs import KeyKind, pkcs12_of
from connector.security.signing import Reason
from connector.store.records import CertificateRecord
from connector.web.api.context import ApiContext
from connector.web.api.pages import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    Page,
    cursor_of,
    keys_of,
)
from connector.web.api.router import api_router
from connector.web.problems import Problem, errors

_WHEN = "2026-01-31T12:00:00Z"
_SERIAL = "5f3a9c0e"
_PEM = "application/x-pem-file"
_MOST_DAYS = 365 * 20
_FORBID = ConfigDict(extra="forbid")
_FAILS, _MISFITS = HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY
_Serial = Annotated[
    str, Path(description="Serial number, hexadecimal", examples=[_SERIAL])
]
_OfStation = Annotated[
    str | None, Query(description="Only those of this station", examples=["CP-7"])
]
_Days = Annotated[
    int, Field(ge=1, le=_MOST_DAYS, description="For how many days it is valid")
]
_Key = Annotated[KeyKind, Field(description="ec: P-256; rsa: 3072 bits")]


class PemResponse(Response):
    """Something in PEM, as text."""

    media_type = _PEM


class Certificate(BaseModel):
    """A certificate that our own CA has issued."""

    serial: str = Field(description="Hexadecimal", examples=[_SERIAL])
    common_name: str = Field(description="Whose it is: the CN", examples=["CP-7"])
    station: str | None = Field(
        description="Whom it was issued to; null: a server", examples=["CP-7"]
    )
    issued: str = Field(examples=[_WHEN])
    expires: str = Field(examples=[_WHEN])
    days_left: int = Field(
        description="Whole days; negative once it has expired", examples=[300]
    )
    revoked: str | None = Field(description="When it was", examples=[_WHEN])
    reason: str | None = Field(description="Why", examples=["key_compromise"])


class WholeCertificate(Certificate):
    """The same with the certificate itself."""

    certificate: str = Field(description="PEM")


class CertificatePage(Page[Certificate]):
    """What was issued, and how long what this server uses still holds."""

    days_left: dict[str, int] = Field(
        description="`server`: of OCPP_TLS_CERT, `ca`: of the CA of client "
        "certificates, `crl`: until the revocation list ends; those that there are",
        examples=[{"server": 80, "ca": 7000, "crl": 25}],
    )


class Issued(WholeCertificate):
    """What was issued; its key is told this once, and kept nowhere."""

    root: str = Field(description="The CA's own certificate (PEM)")
    key: str | None = Field(
        None, description="The private key (PEM), where it was made here"
    )
    pkcs12: str | None = Field(
        None, description="Key and certificates as PKCS #12 (base64), if asked for"
    )


class IssuedServer(Certificate):
    """A certificate of this server, and where it was put."""

    certificate_file: str = Field(description="For OCPP_TLS_CERT")
    key_file: str = Field(description="For OCPP_TLS_KEY")


class StationRequest(BaseModel):
    """Whom to issue a client certificate to."""

    model_config = _FORBID

    station: str = Field(min_length=1, max_length=255, examples=["CP-7"])
    csr: str | None = Field(
        None, max_length=20_000, description="Its signing request (PEM); none: a key"
    )
    common_name: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="Instead of the identity: its registered serial_number",
    )
    days: _Days = 365
    key: _Key = "ec"
    pkcs12_password: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        repr=False,
        description="Answer PKCS #12, too, encrypted with it",
    )


class ServerRequest(BaseModel):
    """What this server is called."""

    model_config = _FORBID

    hosts: list[str] = Field(
        min_length=1,
        max_length=100,
        description="Host names and IP addresses by which stations reach it",
        examples=[["cs.example.com", "192.168.1.10"]],
    )
    days: _Days = 365
    key: _Key = "ec"


class Revocation(BaseModel):
    """Why a certificate is revoked."""

    model_config = _FORBID

    reason: Reason = "unspecified"


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("pki", "/pki")
    pki = _Pki(context)
    _add_reading(router, pki)
    _add_issuing(router, pki)
    return router


def _add_reading(router: APIRouter, pki: _Pki) -> None:
    @router.get("", summary="What was issued, newest first, with days left")
    async def list_certificates(
        limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, station: _OfStation = None
    ) -> CertificatePage:
        return await pki.page(station, limit, cursor)

    @router.get(
        "/root",
        summary="The CA's own certificate, made where there is none",
        response_class=PemResponse,
        responses=errors(409),
    )
    async def show_root() -> PemResponse:
        return PemResponse(await pki.root())

    @router.get(
        "/crl",
        summary="The revocation list",
        response_class=PemResponse,
        responses=errors(409),
    )
    async def show_list() -> PemResponse:
        return PemResponse(await pki.crl())

    @router.get("/certificates/{serial}", summary="One of those", responses=errors(404))
    async def show_certificate(serial: _Serial) -> WholeCertificate:
        record = await pki.find(serial)
        return WholeCertificate(**pki.view(record), certificate=record.pem)


def _add_issuing(router: APIRouter, pki: _Pki) -> None:
    @router.post(
        "/certificates",
        summary="Issue a client certificate: for a request, or with a key",
        status_code=HTTPStatus.CREATED,
        responses=errors(409),
    )
    async def issue_certificate(wanted: StationRequest, response: Response) -> Issued:
        response.headers["Cache-Control"] = "no-store"
        return await pki.issue(wanted)

    @router.post(
        "/server",
        summary="Issue a certificate for this server, into DATA_DIR/pki",
        description=(
            "It takes the place of the one there; where OCPP_TLS_CERT and OCPP_TLS_KEY "
            "name these files it is used at once."
        ),
        status_code=HTTPStatus.CREATED,
        responses=errors(409),
    )
    async def issue_server(wanted: ServerRequest) -> IssuedServer:
        return await pki.issue_server(wanted)

    @router.post(
        "/certificates/{serial}/revoke",
        summary="Let it be good no more; links that it has let in are ended",
        responses=errors(404, 409),
    )
    async def revoke_certificate(serial: _Serial, body: Revocation) -> Certificate:
        return await pki.revoke(serial, body.reason)


class _Pki:
    """What the routes have in common.

    Where the CA cannot do it that is a `Problem` 409, and 422 where what was asked for
    is at fault.
    """

    def __init__(self, context: ApiContext) -> None:
        self._central = context.central_system
        self._pki: Pki = context.central_system.blocks.pki
        self._days = context.central_system.blocks.certificate_days

    async def page(
        self, station: str | None, limit: int, cursor: str | None
    ) -> CertificatePage:
        """Some of what was issued."""
        before: Any = keys_of(cursor, int, str) if cursor else None
        found = await self._pki.list(station, limit + 1, before)
        items = found[:limit]
        after = None
        if len(found) > limit:
            after = cursor_of(items[-1].issued_ms, items[-1].serial)
        await self._days.look()
        return CertificatePage(
            items=[Certificate(**self.view(record)) for record in items],
            next=after,
            days_left=self._days.own,
        )

    def view(self, record: CertificateRecord) -> dict[str, Any]:
        """The members of `Certificate`."""
        revoked_ms = record.revoked_ms
        return {
            "serial": record.serial,
            "common_name": record.common_name,
            "station": record.station,
            "issued": times.iso(record.issued_ms),
            "expires": times.iso(record.expires_ms),
            "days_left": days_left(at(record.expires_ms), self._pki.now()),
            "revoked": None if revoked_ms is None else times.iso(revoked_ms),
            "reason": record.reason,
        }

    async def root(self) -> str:
        """The CA's certificate."""
        with _said(_FAILS):
            return await self._pki.init()

    async def crl(self) -> str:
        """The revocation list."""
        with _said(_FAILS):
            return await self._pki.crl()

    async def find(self, serial: str) -> CertificateRecord:
        """A certificate that was issued here."""
        with _said(HTTPStatus.NOT_FOUND):
            record = await self._pki.find(serial)
            if record is None:
                raise UnknownCertificate(serial)
            return record

    async def issue(self, wanted: StationRequest) -> Issued:
        """A client certificate."""
        root = await self.root()
        with _said(_MISFITS):
            if wanted.csr is not None:
                record, pair = await self._sign(wanted, wanted.csr), None
            else:
                made = await self._pki.issue_pair(
                    wanted.station, wanted.common_name, lasting(wanted.days), wanted.key
                )
                record, pair = made.record, made
        bundle = await asyncio.to_thread(_bundle, pair, root, wanted.pkcs12_password)
        return Issued(
            **self.view(record),
            certificate=record.pem,
            root=root,
            key=pair.pair.key if pair else None,
            pkcs12=bundle,
        )

    async def _sign(self, wanted: StationRequest, csr: str) -> CertificateRecord:
        station = self._central.stations.get(wanted.station)
        serial_number = station.options.serial_number if station else None
        names = [name for name in (serial_number, wanted.common_name) if name]
        return await self._pki.issue(wanted.station, csr, names, lasting(wanted.days))

    async def issue_server(self, wanted: ServerRequest) -> IssuedServer:
        """A certificate of this server."""
        await self.root()
        with _said(_MISFITS):
            made = await self._pki.install_server(
                wanted.hosts, lasting(wanted.days), wanted.key
            )
        return IssuedServer(
            **self.view(made.record),
            certificate_file=str(made.certificate_file),
            key_file=str(made.key_file),
        )

    async def revoke(self, serial: str, reason: Reason) -> Certificate:
        """Revoke one."""
        await self.find(serial)
        with _said(_FAILS):
            return Certificate(**self.view(await self._pki.revoke(serial, reason)))


@contextmanager
def _said(status: HTTPStatus) -> Iterator[None]:
    """Tell a problem of certificates as one of HTTP."""
    try:
        yield
    except CertificateError as problem:
        raise Problem(status, str(problem)) from None


def _bundle(pair: IssuedPair | None, root: str, password: str | None) -> str | None:
    if pair is None or password is None:
        return None
    found = pkcs12_of(pair.pair.key, pair.pair.certificate, root, password)
    return base64.b64encode(found).decode()
