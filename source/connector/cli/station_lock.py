"""One process to a folder: two would send from one queue, and count with one meter."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.cli.problems import UsageProblem

NAME = ".lock"


@contextmanager
def held(folder: Path | None) -> Iterator[None]:
    """Keep a folder for this process; it ends with it, however that ends.

    Raises:
        UsageProblem: another process has it, or it cannot be written.
    """
    if folder is None:
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise UsageProblem(f"--folder {folder}: {problem.strerror}") from None
    try:
        _take(folder, file)
        yield
    finally:
        os.close(file)


def _take(folder: Path, file: int) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(file, 20).decode("ascii", "replace").strip() or "another"
        expected = "expected a folder of its own for each"
        raise UsageProblem(
            f"--folder {folder}: process {owner} has it, {expected}"
        ) from None
    os.ftruncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode("ascii"))
