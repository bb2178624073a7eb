"""What a process holds, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path


def resident_mib(pid: int) -> float:
    """The memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [found] = [line for line in lines if line.startswith("VmRSS:")]
    return int(found.split()[1]) / 1024


def open_files(pid: int) -> int:
    """How many file descriptors a process has."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def p99_ms(latencies_s: list[float]) -> float:
    """The time within which 99 of 100 were answered."""
    found = sorted(latencies_s)
    return round(found[int(len(found) * 0.99)] * 1000, 2) if found else 0.0
