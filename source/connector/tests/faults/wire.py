"""A line between stations and connector that can be cut, lose packets, and be slow.

The stations' end is in a network namespace of its own; between the two a thread carries
IP packets, late or not at all. Nothing is told to either end, as with a line that breaks
in the field: what TCP makes of it is the kernel's.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import heapq
import os
import select
import shutil
import socket
import struct
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random

from connector.tests.faults.storage import CannotInject

_TUN = "/dev/net/tun"
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_CLONE_NEWNET = 0x40000000
_MTU = 1500
_NUMBERS = count(os.getpid() % 4096 * 4)
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


class Wire:
    """One line; ``near`` is where the connector listens.

    ``is_cut``, ``loss`` (0..1, in each direction) and ``delay_s`` (of each direction)
    may be changed at any time.
    """

    def __init__(self, seed: int) -> None:
        self.is_cut = False
        self.loss = 0.0
        self.delay_s = 0.0
        self.carried = 0
        self.lost = 0
        self._source = Random(seed)
        number = next(_NUMBERS) % (2**15)
        # 198.18.0.0/15 is for tests of this kind (RFC 2544); four addresses each.
        base = f"198.{18 + (number >> 14)}.{number >> 6 & 255}"
        last = (number & 63) * 4
        self.near, self.far = f"{base}.{last + 1}", f"{base}.{last + 2}"
        self._name = f"wire{number}"
        # Namespaces belong to threads: one thread dials, and is over there for good.
        self._dialling = ThreadPoolExecutor(1, thread_name_prefix="far-end")
        self._ends: list[int] = []
        self._is_over = threading.Event()
        try:
            self._make()
        except (OSError, CannotInject) as problem:
            self.close()
            raise CannotInject(f"no network namespace: {problem}") from problem
        self._carrier = threading.Thread(target=self._carry, name="wire", daemon=True)
        self._carrier.start()

    # -- its making

    def _make(self) -> None:
        self._ends.append(_tun(f"{self._name}n"))
        self._dialling.submit(self._go_over).result()
        _run("ip", "addr", "add", f"{self.near}/30", "dev", f"{self._name}n")
        _run("ip", "link", "set", f"{self._name}n", "up")

    def _go_over(self) -> None:
        """Be in another network from now on."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        self._ends.append(_tun(f"{self._name}f"))
        # A child is where the thread is that made it.
        _run("ip", "addr", "add", f"{self.far}/30", "dev", f"{self._name}f")
        _run("ip", "link", "set", f"{self._name}f", "up")

    def socket(self) -> socket.socket:
        """A socket at the far end, not connected."""
        return self._dialling.submit(socket.socket).result()

    def close(self) -> None:
        """Both ends vanish."""
        self._is_over.set()
        if len(self._ends) == 2 and hasattr(self, "_carrier"):
            self._carrier.join(5)
        for end in self._ends:
            os.close(end)
        self._ends.clear()
        self._dialling.shutdown()

    # -- its work

    def _carry(self) -> None:
        """Move packets from each end to the other when their time has come."""
        waiting: list[tuple[float, int, int, bytes]] = []
        order = count()
        near, far = self._ends
        other = {near: far, far: near}
        poll = select.poll()
        for end in other:
            poll.register(end, select.POLLIN)
        while not self._is_over.is_set():
            for end, _ in poll.poll(_wait_ms(waiting)):
                packet = os.read(end, _MTU + 64)
                if self._takes():
                    due_s = time.monotonic() + self.delay_s
                    entry = (due_s, next(order), other[end], packet)
                    heapq.heappush(waiting, entry)
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, end, packet = heapq.heappop(waiting)
                if not self.is_cut:
                    _write(end, packet)

    def _takes(self) -> bool:
        is_lost = self.is_cut or self._source.random() < self.loss
        self.lost += is_lost
        self.carried += not is_lost
        return not is_lost


def _wait_ms(waiting: list[tuple[float, int, int, bytes]]) -> float:
    left_s = waiting[0][0] - time.monotonic() if waiting else 0.1
    return max(0.0, min(left_s, 0.1)) * 1000


def _write(end: int, packet: bytes) -> None:
    try:
        os.write(end, packet)
    except OSError as problem:
        # A full queue loses packets, as a router does.
        if problem.errno not in (errno.EIO, errno.ENOBUFS, errno.EAGAIN):
            raise


def _tun(name: str) -> int:
    """One end: what the kernel sends there can be read, and the reverse."""
    end = os.open(_TUN, os.O_RDWR | os.O_CLOEXEC)
    try:
        how = struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI)
        fcntl.ioctl(end, _TUNSETIFF, how)
    except OSError:
        os.close(end)
        raise
    return end


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program, path=_PATH)
    if found is None:
        raise CannotInject(f"no {program} on the path")
    done = subprocess.run(
        [found, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotInject(f"{program}: {done.stderr.strip() or done.returncode}")
