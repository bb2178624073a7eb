"""A station of 1.6 that does what its central system says of its security.

It holds a password, a profile, a root and a certificate, and connects as these say;
a new certificate and a new profile count from its next connection on.
"""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.client import connect

from connector.security.key_pairs import key_pem
from connector.tests.signing import csr
from connector.tests.system.station import RawStation

Json = dict[str, Any]
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
ROOT = "CentralSystemRootCertificate"


@dataclass
class SecureStation:
    """``folder`` is its flash memory."""

    identity: str
    folder: Path
    port: int
    tls_port: int
    profile: int = 0
    password: str | None = None
    root: str | None = None
    certificate: str | None = None
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    link: RawStation | None = None
    close_code: int | None = None

    async def come(self) -> RawStation:
        """Connect as it is configured, and boot."""
        if self.link is not None:
            await self.link.close()
        url, more = f"ws://127.0.0.1:{self.port}/{self.identity}", {}
        if self.profile >= 2:
            url = f"wss://127.0.0.1:{self.tls_port}/{self.identity}"
            more["ssl"] = self._context()
        if self.profile in (1, 2):
            user = f"{self.identity}:{self.password}".encode()
            basic = base64.b64encode(user).decode()
            more["additional_headers"] = {"Authorization": f"Basic {basic}"}
        websocket = await connect(url, subprotocols=["ocpp1.6"], **more)  # type: ignore[arg-type, list-item]
        link = self.link = RawStation(websocket)
        link.answers |= {
            "ChangeConfiguration": self._configure,
            "InstallCertificate": self._install,
            "GetInstalledCertificateIds": self._list,
            "ExtendedTriggerMessage": lambda _: ACCEPTED,
            "CertificateSigned": self._take,
        }
        await link.boot()
        return link

    async def ask_for_a_certificate(self) -> Json:
        """SignCertificate."""
        assert self.link is not None
        text = csr(self.identity, key=self.key).decode()
        return await self.link.call("SignCertificate", {"csr": text})

    def _context(self) -> ssl.SSLContext:
        assert self.root is not None
        context = ssl.create_default_context(cadata=self.root)
        if self.profile == 3:
            assert self.certificate is not None
            path = self.folder / f"{self.identity}.pem"
            path.write_text(self.certificate + key_pem(self.key).decode())
            context.load_cert_chain(path)
        return context

    def _configure(self, payload: Json) -> Json:
        key, value = payload["key"], payload["value"]
        if key == "AuthorizationKey":
            self.password = value
        elif key == "SecurityProfile":
            return self._raise_to(int(value))
        return ACCEPTED

    def _raise_to(self, profile: int) -> Json:
        has = {1: self.password, 2: self.password and self.root, 3: self.certificate}
        if profile < self.profile or not has[profile]:
            return REJECTED
        self.profile = profile
        return ACCEPTED

    def _install(self, payload: Json) -> Json:
        self.root = payload["certificate"]
        return ACCEPTED

    def _list(self, payload: Json) -> Json:
        if self.root is None:
            return {"status": "NotFound"}
        entry = {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": "aa",
            "issuerKeyHash": "bb",
            "serialNumber": "01",
        }
        return {"status": "Accepted", "certificateHashData": [entry]}

    def _take(self, payload: Json) -> Json:
        self.certificate = payload["certificateChain"]
        return ACCEPTED
