"""Who is asked for certificates: a connector that runs, or the CA itself."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from connector.cli.caller import Caller
from connector.cli.direct import Place
from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed, UsageProblem

if TYPE_CHECKING:
    from connector.cli.client import Client
    from connector.csms.pki import Pki
    from connector.store.records import CertificateRecord

Json = dict[str, Any]
T = TypeVar("T")


class Desk(Protocol):
    """What it can be asked; bodies and answers are those of the API's `/pki`."""

    def root(self) -> str:
        """The CA's certificate, made where there is none."""

    def crl(self) -> str:
        """The revocation list."""

    def issue(self, body: Json) -> Json:
        """A client certificate."""

    def issue_server(self, body: Json) -> Json:
        """A certificate for this server."""

    def certificates(self, station: str | None, limit: int) -> list[Json]:
        """What was issued, newest first; 0: all."""

    def certificate(self, serial: str) -> Json:
        """One of those, with itself."""

    def revoke(self, serial: str, reason: str) -> Json:
        """Let it be good no more."""


@contextlib.contextmanager
def desk_of(caller: Caller, place: Place | None) -> Iterator[Desk]:
    """A connector's desk, or that of the place itself."""
    if place is not None:
        yield DirectDesk(place)
        return
    with caller.client() as client:
        yield RemoteDesk(client)


class RemoteDesk:
    """That of a connector that runs."""

    def __init__(self, client: Client) -> None:
        from connector.cli.client import path_of  # noqa: PLC0415

        self._client = client
        self._path = path_of

    def root(self) -> str:
        """See `Desk`."""
        return self._client.text(self._path("pki", "root"))

    def crl(self) -> str:
        """See `Desk`."""
        return self._client.text(self._path("pki", "crl"))

    def issue(self, body: Json) -> Json:
        """See `Desk`."""
        found: Json = self._client.post(self._path("pki", "certificates"), body)
        return found

    def issue_server(self, body: Json) -> Json:
        """See `Desk`."""
        found: Json = self._client.post(self._path("pki", "server"), body)
        return found

    def certificates(self, station: str | None, limit: int) -> list[Json]:
        """See `Desk`."""
        return list(self._client.items(self._path("pki"), limit, station=station))

    def certificate(self, serial: str) -> Json:
        """See `Desk`."""
        found: Json = self._client.get(self._path("pki", "certificates", serial))
        return found

    def revoke(self, serial: str, reason: str) -> Json:
        """See `Desk`."""
        path = self._path("pki", "certificates", serial, "revoke")
        found: Json = self._client.post(path, {"reason": reason})
        return found


class DirectDesk:
    """The CA in a folder with its store; no connector is asked."""

    def __init__(self, place: Place) -> None:
        if place.data_dir is None:
            raise UsageProblem("the CA is in a folder: expected --data-dir or --direct")
        self._place = place

    def root(self) -> str:
        """See `Desk`."""
        return self._run(lambda pki: pki.init())

    def crl(self) -> str:
        """See `Desk`."""
        return self._run(lambda pki: pki.crl())

    def issue(self, body: Json) -> Json:
        """See `Desk`."""
        from connector.csms.pki import lasting  # noqa: PLC0415

        async def run(pki: Pki) -> Json:
            root, lasts = await pki.init(), lasting(body["days"])
            name, key = body.get("common_name"), None
            if "csr" in body:
                names = [name] if name else []
                record = await pki.issue(body["station"], body["csr"], names, lasts)
            else:
                made = await pki.issue_pair(body["station"], name, lasts, body["key"])
                record, key = made.record, made.pair.key
            return _whole(record) | {"root": root, "key": key}

        return self._run(run)

    def issue_server(self, body: Json) -> Json:
        """See `Desk`."""
        from connector.csms.pki import lasting  # noqa: PLC0415

        async def run(pki: Pki) -> Json:
            await pki.init()
            lasts = lasting(body["days"])
            made = await pki.install_server(body["hosts"], lasts, body["key"])
            files = {
                "certificate_file": made.certificate_file,
                "key_file": made.key_file,
            }
            return _view(made.record) | {n: str(path) for n, path in files.items()}

        return self._run(run)

    def certificates(self, station: str | None, limit: int) -> list[Json]:
        """See `Desk`."""

        async def run(pki: Pki) -> list[Json]:
            found = await pki.list(station, limit or None)
            return [_view(record) for record in found]

        return self._run(run)

    def certificate(self, serial: str) -> Json:
        """See `Desk`."""
        from connector.csms.pki import UnknownCertificate  # noqa: PLC0415

        async def run(pki: Pki) -> Json:
            record = await pki.find(serial)
            if record is None:
                raise UnknownCertificate(serial)
            return _whole(record)

        return self._run(run)

    def revoke(self, serial: str, reason: str) -> Json:
        """See `Desk`."""

        async def run(pki: Pki) -> Json:
            return _view(await pki.revoke(serial, reason))

        return self._run(run)

    def _run(self, work: Callable[[Pki], Awaitable[T]]) -> T:
        """Have something done with the CA, and its store closed again.

        Raises:
            CommandFailed: it cannot be done.
        """
        from connector.csms.pki import UnknownCertificate, open_pki  # noqa: PLC0415
        from connector.errors import CertificateError  # noqa: PLC0415
        from connector.store import open_store  # noqa: PLC0415

        place = self._place
        assert place.data_dir is not None  # noqa: S101
        folder = place.data_dir

        async def run() -> T:
            store = open_store(place.url)
            async with open_pki(folder, store, place.operator, _now_ms) as pki:
                return await work(pki)

        try:
            return asyncio.run(run())
        except UnknownCertificate as problem:
            raise CommandFailed(str(problem), Exit.NOT_FOUND) from None
        except CertificateError as problem:
            raise CommandFailed(str(problem), Exit.USAGE) from None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _view(record: CertificateRecord) -> Json:
    """As the API shows it."""
    from connector.csms import times  # noqa: PLC0415
    from connector.security.ca import at  # noqa: PLC0415
    from connector.security.certificates import days_left  # noqa: PLC0415

    revoked_ms = record.revoked_ms
    return {
        "serial": record.serial,
        "common_name": record.common_name,
        "station": record.station,
        "issued": times.iso(record.issued_ms),
        "expires": times.iso(record.expires_ms),
        "days_left": days_left(at(record.expires_ms), at(_now_ms())),
        "revoked": None if revoked_ms is None else times.iso(revoked_ms),
        "reason": record.reason,
    }


def _whole(record: CertificateRecord) -> Json:
    return _view(record) | {"certificate": record.pem}
