"""What a file says of a station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.station.client.quirks import Quirks
from connector.station.device_model.rows import Row
from connector.station.josev.options import JosevOptions
from connector.station.model import StationModel

VERSIONS = ("2.1", "2.0.1", "1.6")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a station connects to, and how it says who it is.

    None: the file does not say. A password is in a file of its own; only Josev's form
    has it in line (``password``).
    """

    url: str | None = None
    versions: tuple[str, ...] = ()
    security_profile: int | None = None
    password_file: Path | None = None
    password: str | None = field(default=None, repr=False)
    tls_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    def read_password(self) -> str | None:
        """The password itself; None: the file names none.

        Raises:
            OSError: its file cannot be read.
            ValueError: its file is no text of UTF-8.
        """
        if self.password_file is None:
            return self.password
        return self.password_file.read_text("utf-8").strip()


@dataclass(frozen=True, slots=True)
class StationFile:
    """A station: what it is, its first values, variables of its own, and its manners.

    ``quirks`` are those of its central system (None: it does not say).
    ``monitors`` are items of SetVariableMonitoring.
    """

    model: StationModel
    connection: Connection = Connection()
    variables: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    monitors: tuple[Mapping[str, Any], ...] = ()
    quirks: Quirks | None = None
    josev: JosevOptions | None = None
    """How it is bridged to Josev; None: it is not."""
