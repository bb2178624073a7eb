"""Files of certificates and keys: keys never over another one, for us alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.cli.problems import CommandFailed, UsageProblem

_ROOT = "station-ca.pem"


def put_text(path: Path, text: str) -> None:
    """Write what is no secret, in the place of what was there.

    Raises:
        UsageProblem: it cannot be written.
    """
    from connector.security.private_files import READABLE, write_over  # noqa: PLC0415

    try:
        write_over(path, text.encode(), READABLE)
    except OSError as problem:
        raise UsageProblem(f"{path}: {problem.strerror or problem}") from None


@dataclass(frozen=True, slots=True)
class StationFiles:
    """Where the certificate of a station goes, and its key, where one is made."""

    root: Path
    certificate: Path
    key: Path | None
    pkcs12: Path | None

    @classmethod
    def of(
        cls, station: str, folder: Path, *, with_key: bool, pkcs12: bool
    ) -> StationFiles:
        """Those for a station, in a folder that is made where it is missing.

        Raises:
            UsageProblem: one is there already, or none can be written there.
        """
        from connector.ocppj.escaping import file_name  # noqa: PLC0415

        if pkcs12 and not with_key:
            raise UsageProblem("--pkcs12 holds a key, expected no --csr beside it")
        name = file_name(station)
        found = cls(
            folder / _ROOT,
            folder / f"{name}.pem",
            folder / f"{name}.key" if with_key else None,
            folder / f"{name}.p12" if pkcs12 else None,
        )
        found._refuse_those_there()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _try_to_write(folder)
        except OSError as problem:
            raise UsageProblem(
                f"{folder}: {problem.strerror}; nothing is issued, expected an "
                "--output-dir that can be written to"
            ) from None
        return found

    def _refuse_those_there(self) -> None:
        for path in (self.certificate, self.key, self.pkcs12):
            if path is not None and path.exists():
                raise UsageProblem(f"{path} is there already, and stays")

    def refuse_another_root(self, root: Callable[[], str]) -> None:
        """See that a CA's certificate that is there is the one asked for.

        Raises:
            UsageProblem: it is another one, or cannot be read.
        """
        if not self.root.exists():
            return
        try:
            found = self.root.read_bytes()
        except OSError as problem:
            raise UsageProblem(f"{self.root}: {problem.strerror}") from None
        if not _is_same(found, root()):
            raise UsageProblem(
                f"{self.root} is there already, and stays: it is not the certificate "
                "of this CA, expected another --output-dir"
            )

    def write(self, issued: dict[str, Any], password: str | None) -> dict[str, str]:
        """Write what was issued; the paths by what they hold.

        Raises:
            CommandFailed: one cannot be written.
        """
        from connector.security.private_files import (  # noqa: PLC0415
            READABLE,
            write_over,
        )

        texts: dict[str, tuple[Path | None, bytes | None, int | None]] = {
            "key": (self.key, _bytes(issued.get("key")), None),
            "pkcs12": (self.pkcs12, _bundle(issued, password), None),
            "certificate": (self.certificate, _bytes(issued["certificate"]), READABLE),
            "root": (self.root, _bytes(issued["root"]), READABLE),
        }
        written = {}
        for name, (path, text, mode) in texts.items():
            if path is None or text is None:
                continue
            written[name] = str(path)
            if path == self.root and path.exists():
                # It is the same: see refuse_another_root.
                continue
            try:
                write_over(path, text, mode)
            except OSError as problem:
                raise CommandFailed(
                    f"{path}: {problem.strerror}; what was issued is of no use: revoke "
                    f"{issued['serial']}"
                ) from None
        return written


def _try_to_write(folder: Path) -> None:
    """Before anything is issued that could not be written.

    Raises:
        OSError: nothing can be written there.
    """
    # Rights alone do not tell: a file system may be read-only, or another machine's.
    with tempfile.NamedTemporaryFile(dir=folder):
        pass


def _is_same(found: bytes, pem: str) -> bool:
    """Whatever ends its lines."""
    return found.split() == pem.encode().split()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _bundle(issued: dict[str, Any], password: str | None) -> bytes | None:
    """Made here: the password goes nowhere."""
    if password is None:
        return None
    from connector.security.key_pairs import pkcs12_of  # noqa: PLC0415

    return pkcs12_of(issued["key"], issued["certificate"], issued["root"], password)
