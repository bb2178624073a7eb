"""`ocpp-connector transactions export`: energy records as a file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.cli.problems import UsageProblem
from connector.cli.progress import Told, bytes_counted
from connector.cli.terminal import Terminal

if TYPE_CHECKING:
    from connector.cli.client import Client

Write = Callable[[bytes], Any]


class Format(StrEnum):
    """What an export can be."""

    CSV = "csv"
    JSON = "json"


@contextlib.contextmanager
def writing(output: Path | None, terminal: Terminal) -> Iterator[Write]:
    """Where an export goes; a file is there when it is whole, and not before.

    Raises:
        UsageProblem: the file cannot be written.
    """
    if output is None:
        yield terminal.writer()
        return
    part = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    try:
        with (
            part.open("xb") as file,
            bytes_counted(terminal, f"writing {output.name}") as told,
        ):
            yield _counted(file.write, told)
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    except OSError as problem:
        raise UsageProblem(f"{output}: {problem.strerror or problem}") from None
    finally:
        part.unlink(missing_ok=True)


def _counted(write: Write, told: Told) -> Write:
    """Write, and tell how many bytes that were."""

    def counted(data: bytes) -> None:
        write(data)
        told(len(data))

    return counted


def from_connector(
    client: Client, kind: Format, filters: dict[str, Any], write: Write
) -> None:
    """Export what a connector has."""
    from connector.cli.client import path_of  # noqa: PLC0415

    path = path_of("transactions")
    if kind is Format.CSV:
        with client.stream(f"{path}.csv", **filters) as parts:
            for part in parts:
                write(part)
        return
    write(b"[\n")
    for number, item in enumerate(client.items(path, 0, **filters)):
        write((b",\n" if number else b"") + json.dumps(item).encode())
    write(b"\n]\n")


def from_store(url: str, kind: Format, query: dict[str, Any], write: Write) -> None:
    """Export what a store has, whether or not a connector runs on it.

    Raises:
        StoreError: it cannot be read.
    """
    from connector.csms.exports import export  # noqa: PLC0415
    from connector.store.records import TransactionQuery  # noqa: PLC0415

    wanted = TransactionQuery(**query)
    asyncio.run(export(url, write, kind.value, wanted))
