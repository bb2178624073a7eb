"""What a station shows at a central system's door, and how that changes.

A password that the central system sets, a security profile that it raises and a
certificate that it signs hold from the next link on, which follows at once; where
nobody lets the station in with them, those of before take turns with them until one of
both is accepted (2.x part 2, A01, A02, A05; 1.6: security whitepaper).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from connector.station.client.options import Endpoint
from connector.station.client.v2.networks import active
from connector.station.device_model.tables.communication import PASSWORD
from connector.station.maintenance.certificate_store import CSMS
from connector.station.maintenance.own_certificate import Files

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

PROFILE = "SecurityCtrlr/SecurityProfile"
_WITH_TLS, _WITH_CERTIFICATE = 2, 3


class Credentials:
    """Those of one station."""

    def __init__(self, client: Client) -> None:
        self._client = client
        parts = client.parts
        self._variables = parts.variables
        self._maintenance = parts.maintenance
        self._is_quiet = False
        self._variables.agrees = self._agrees
        self._variables.on_change(PASSWORD, self._has_password)
        self._variables.on_change(PROFILE, self._has_profile)

    def begin(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint of the options, with what was set in an earlier life."""
        endpoint = active(self._variables, endpoint)
        password = self._variables.text(PASSWORD) or endpoint.password
        kept = int(self._variables.number(PROFILE))
        profile = max(kept, endpoint.security_profile)
        found = replace(endpoint, password=password, security_profile=profile)
        self.show(found)
        return self._with_own(found)

    def before(self, endpoint: Endpoint) -> Endpoint | None:
        """What to go back to after a restart in the middle of a trial."""
        if endpoint.security_profile != _WITH_CERTIFICATE:
            return None
        own = self._maintenance.own_certificate
        files = own.files_before() or self._configured()
        return _with(endpoint, files) if files and own.files_on_trial() else None

    def _configured(self) -> Files | None:
        options = self._client.options.endpoint
        both = options.certificate, options.key
        return both if both[0] and both[1] else None  # type: ignore[return-value]

    def _with_own(self, endpoint: Endpoint) -> Endpoint:
        if endpoint.security_profile != _WITH_CERTIFICATE:
            return endpoint
        files = self._maintenance.own_certificate.files()
        return _with(endpoint, files) if files else endpoint

    def settle(self, endpoint: Endpoint) -> Endpoint:
        """One of several was let in: what that shows is what holds."""
        self.show(endpoint)
        if endpoint.security_profile != _WITH_CERTIFICATE:
            return endpoint
        own = self._maintenance.own_certificate
        found = own.files_on_trial()
        if found is None:
            return endpoint
        is_good = endpoint.certificate == found[0]
        try:
            files = own.settle(is_good=is_good)
        except OSError as problem:
            logger.warning("%s: %s", self._client.identity, problem)
            return endpoint
        return _with(endpoint, files) if is_good and files else endpoint

    def complete(self, endpoint: Endpoint) -> Endpoint:
        """With the certificates that there are now."""
        if endpoint.security_profile < _WITH_TLS:
            return endpoint
        self._maintenance.own_certificate.on_activated = self._has_certificate
        roots = tuple(self._maintenance.roots.roots(CSMS))
        known = endpoint if endpoint.certificate else self._with_own(endpoint)
        return replace(known, trusted=roots)

    def show(self, endpoint: Endpoint) -> None:
        """The device model says what is in force."""
        self._is_quiet = True
        try:
            self._variables.override(PROFILE, str(endpoint.security_profile))
            if endpoint.password is not None and self._variables.text(PASSWORD):
                self._variables.override(PASSWORD, endpoint.password)
        except (OSError, ValueError) as problem:
            logger.warning("%s: %s", self._client.identity, problem)
        finally:
            self._is_quiet = False

    # -- changes

    def _has_password(self, text: str) -> None:
        self._use(password=text)

    def _has_profile(self, text: str) -> None:
        self._use(security_profile=int(text))

    def _has_certificate(self, certificate: Path, key: Path) -> None:
        endpoint = self._client.connecting.endpoint
        if endpoint.security_profile == _WITH_CERTIFICATE:
            # Be it in the same files: the link has still the one of before.
            self._client.security.reconfigured("certificate")
            self._client.use(_with(endpoint, (certificate, key)))

    def _use(self, **members: object) -> None:
        if self._is_quiet:
            return
        endpoint = self._client.connecting.endpoint
        changed = self._with_own(replace(endpoint, **members))  # type: ignore[arg-type]
        if changed != endpoint:
            self._client.security.reconfigured(" ".join(members))
            self._client.use(changed)

    def _agrees(self, key: str, text: str) -> str | None:
        """A profile needs what it is made of (whitepaper, A05.FR.02 to FR.04)."""
        if key != "SecurityProfile" or not text.isdecimal():
            return None
        endpoint = self._client.connecting.endpoint
        has_root = endpoint.ca is not None or self._maintenance.roots.roots(CSMS)
        own = endpoint.certificate or self._maintenance.own_certificate.files()
        wanted = int(text)
        has_password = bool(endpoint.password)
        lacks = (
            (wanted in (1, _WITH_TLS) and not has_password)
            or (wanted >= _WITH_TLS and not has_root)
            or (wanted == _WITH_CERTIFICATE and not own)
        )
        return "Rejected" if lacks else None


def _with(endpoint: Endpoint, files: Files) -> Endpoint:
    return replace(endpoint, certificate=files[0], key=files[1])
