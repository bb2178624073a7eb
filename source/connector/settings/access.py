"""Where the running connector's API is, and the token for it: what commands need.

Read without the other settings: a command works beside one that is wrong, and starts
without loading them all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from connector.errors import SettingsError
from connector.security.api_token import FILE
from connector.settings.sources import Given, gather

URL = "OCPP_CONNECTOR_URL"
_PORT, _HOST, _DATA_DIR = "8080", "127.0.0.1", "data"
"""The defaults of `Settings`; a test holds them the same."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")
_COMPLETING = "_OCPP_CONNECTOR_COMPLETE"
_EXPECTED_URL = "http://<host>:<port> or https://<host>, with a path where needed"
_DEFAULTS = {"HTTP_PORT": _PORT, "HTTP_HOST": _HOST, "DATA_DIR": _DATA_DIR}


@dataclass(frozen=True, slots=True)
class Access:
    """Where to ask, and with which token; ``origin`` says where that one is from.

    Without a token it says why there is none.
    """

    url: str
    origin: str
    token: str | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it is this machine that is asked."""
        return _is_loopback(self.url)


def find_access(
    url: str | None = None,
    token_file: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Access:
    """The API to talk to: as given, else as the environment and `.env` have it.

    Raises:
        SettingsError: what there is cannot be used.
    """
    found, problems = gather(os.environ if environ is None else environ)
    wrong = [text for text in problems if "API_TOKEN" in text or "cannot be" in text]
    if wrong:
        raise SettingsError(wrong)
    if url is not None:
        given: Given | None = Given(url, "--url")
    else:
        given = found.get(URL)
    address = _own(found) if given is None else _checked(given)
    is_own = given is None or _is_loopback(address)
    origin, token = _token(found, token_file, is_own=is_own)
    return Access(address, origin, token)


def data_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Where the connector of this folder keeps everything."""
    found, _ = gather(os.environ if environ is None else environ)
    return Path(_text(found, "DATA_DIR"))


def is_completing() -> bool:
    """Whether a shell asks what could be typed next, rather than running anything."""
    return _COMPLETING in os.environ


def _text(found: Mapping[str, Given], name: str) -> str:
    given = found.get(name)
    return given.text.strip() if given else _DEFAULTS[name]


def _own(found: Mapping[str, Given]) -> str:
    port = _text(found, "HTTP_PORT")
    if not re.fullmatch(r"[0-9]{1,5}", port):
        raise SettingsError([f"HTTP_PORT is {port!r}, expected a port"])
    if int(port) == 0:
        raise SettingsError(
            ["HTTP_PORT is 0: this connector has no API to ask; --url names another"]
        )
    host = _text(found, "HTTP_HOST")
    host = _EVERYWHERE.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _checked(given: Given) -> str:
    text = given.text.strip()
    try:
        parts = urlsplit(text)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_right = is_right and parts.port != 0 and not re.search(r"\s", text)
    except ValueError:
        is_right = False
    if not is_right or "@" in parts.netloc or parts.query or parts.fragment:
        shown = text if "@" not in text else "(hidden)"
        where = given.origin if given.origin.startswith("--") else f"{URL}"
        raise SettingsError([f"{where} is {shown!r}, expected {_EXPECTED_URL}"])
    return text.rstrip("/")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _token(
    found: Mapping[str, Given], file: Path | None, *, is_own: bool
) -> tuple[str, str | None]:
    """Where it is from, and the token; None and why where there is none."""
    if file is not None:
        return str(file), _read(file, "--token-file")
    given = found.get("API_TOKEN")
    if given is not None:
        return f"API_TOKEN ({given.origin})", _fitting(given.text, "API_TOKEN")
    if not is_own:
        # The token of this machine's connector is nothing for another machine.
        return "there is none: set API_TOKEN, or give --token-file", None
    path = Path(_text(found, "DATA_DIR")) / FILE
    try:
        return str(path), _fitting(path.read_text("ascii"), str(path))
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text"
        return f"there is none: API_TOKEN is not set, and {path}: {reason}", None


def _read(path: Path, name: str) -> str:
    try:
        return _fitting(path.read_text("ascii"), f"{name} {path}")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text"
        raise SettingsError([f"{name} {path}: {reason}"]) from None


def _fitting(text: str, name: str) -> str:
    token = text.strip()
    if not _TOKEN.fullmatch(token):
        raise SettingsError(
            [f"{name}: expected 1 to 512 visible ASCII characters, no spaces"]
        )
    return token
