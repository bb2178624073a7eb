"""Disks that do not take what is written to them, for real.

Each way is tried on a file that is open already, as a database is, before a test
relies on it: what a machine does not allow is said, not guessed.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_SIZE_KIB = 4096
_IMAGE_BYTES = 16 * 1024 * 1024
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class CannotInject(Exception):
    """This machine, or this user, cannot make such a fault."""


class Disk(ABC):
    """A folder for a database that fails from `fail` to `heal`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def fail(self, pid: int) -> None:
        """Nothing can be written any more, by the process at least."""

    @abstractmethod
    def heal(self, pid: int) -> None:
        """As before."""

    def close(self) -> None:  # noqa: B027  (most leave nothing)
        """Leave nothing behind."""


class LimitedFiles(Disk):
    """No file of the process may grow or be written to (RLIMIT_FSIZE): EFBIG."""

    def fail(self, pid: int) -> None:
        self._limit(pid, 0)

    def heal(self, pid: int) -> None:
        self._limit(pid, resource.RLIM_INFINITY)

    def _limit(self, pid: int, size: int) -> None:
        if not hasattr(resource, "prlimit"):
            raise CannotInject("no prlimit on this system")
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        soft = hard if size == resource.RLIM_INFINITY else size
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


class FullDisk(Disk):
    """A small file system in memory that something else fills: ENOSPC."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "disk")
        self.folder.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={_SIZE_KIB}k,mode=777", "tmpfs"]
        _run("mount", *options, str(self.folder))
        self._ballast = self.folder / "ballast"

    def fail(self, pid: int) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as problem:
                if problem.errno != errno.ENOSPC:
                    raise

    def heal(self, pid: int) -> None:
        self._ballast.unlink()

    def close(self) -> None:
        _run("umount", "--lazy", str(self.folder))


class ReadOnlyFiles(Disk):
    """Files that may not be changed, whoever has opened them before: EPERM.

    Where the file system of the folder does not heed it, one in a file is mounted.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "disk")
        self.folder.mkdir()
        self._is_mounted = False
        if not self._is_heeded():
            self._mount(folder / "image")
        if not self._is_heeded():
            self.close()
            raise CannotInject("no file system here heeds chattr +i")

    def _mount(self, image: Path) -> None:
        with image.open("wb") as file:
            file.truncate(_IMAGE_BYTES)
        _run("mkfs.ext4", "-q", str(image))
        _run("mount", "-o", "loop", str(image), str(self.folder))
        self._is_mounted = True

    def _is_heeded(self) -> bool:
        probe = self.folder / "probe"
        try:
            with probe.open("wb", buffering=0) as file:
                self._change("+i")
                file.write(b"x")
        except PermissionError:
            return True
        except CannotInject:
            return False
        finally:
            with suppress(CannotInject):
                self._change("-i")
            probe.unlink()
        return False

    def fail(self, pid: int) -> None:
        self._change("+i")

    def heal(self, pid: int) -> None:
        self._change("-i")

    def _change(self, how: str) -> None:
        # SQLite maps its index: a page that may not be written would end the process.
        files = [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.endswith("-shm")
        ]
        _run("chattr", how, *map(str, files), str(self.folder))

    def close(self) -> None:
        with suppress(CannotInject):
            self._change("-i")
        if self._is_mounted:
            _run("umount", "--lazy", str(self.folder))


DISKS: dict[str, Callable[[Path], Disk]] = {
    "limited files": LimitedFiles,
    "full disk": FullDisk,
    "read-only files": ReadOnlyFiles,
}


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program, path=_PATH)
    if found is None:
        raise CannotInject(f"no {program} on the path")
    done = subprocess.run(
        [found, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotInject(f"{program}: {done.stderr.strip() or done.returncode}")
