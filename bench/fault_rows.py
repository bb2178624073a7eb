"""The faults that are injected, and the tests that inject them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One fault: what is done, by which tests, and what the figures have to be.

    ``bounds`` are by the beginning of a figure's name; a figure above one has not held.
    """

    name: str
    title: str
    done: str
    holds: str
    tests: tuple[str, ...]
    bounds: Mapping[str, float] = field(default_factory=dict)
    limit_s: float = 1800


FAULTS = (
    Fault(
        "broker",
        "The broker is killed, or frozen",
        "Mosquitto is killed and started again after 0.1 s to 5 min, or stopped by "
        "SIGSTOP, while stations of all versions charge; transactions end in between, "
        "and commands are written before the connector is back",
        "Stations are answered throughout; memory is bounded; what is retained "
        "afterwards is right and new; no stale command is carried out",
        ("faults/test_broker_outage.py", "faults/test_frozen_broker.py"),
        {"p99 of usual": 2.0, "memory, MiB more": 64},
        3600,
    ),
    Fault(
        "kill",
        "The connector is killed",
        "`kill -9` at 200 random points of the transactions of six stations (1.6, "
        "2.0.1, 2.1), which keep what was not answered and say it again, with their "
        "old message ids or with new ones",
        "Every transaction is there once with its energy; no id is given twice; limits "
        "are set again",
        ("faults/test_kill.py",),
        {},
        3600,
    ),
    Fault(
        "store",
        "The store cannot keep what it is given",
        "PostgreSQL is stopped, killed, frozen, slowed, full and read-only; the disk "
        "of SQLite is full or read-only; its file is damaged at the start",
        "Nothing is acknowledged that is not kept; a clear message; recovery without a "
        "restart; nothing is overwritten",
        (
            "faults/test_database.py",
            "faults/test_disk.py",
            "faults/test_database.py",
            "store/test_outage.py",
            "store/test_postgresql_faults.py",
            "store/test_sqlite_faults.py",
        ),
    ),
    Fault(
        "network",
        "The line is cut, loses packets, or is slow",
        "Stations are in a network namespace behind a line that is cut without FIN, "
        "loses 30 % of the packets in each direction, or is 2 s late in each",
        "Offline within 60 s, back on reconnect; commands on their way end as "
        "`disconnected`; every transaction is kept once",
        ("faults/test_network.py",),
        {"offline after, s": 60},
    ),
    Fault(
        "storm",
        "All stations come at once, one without end, two with one identity",
        "2,000 stations with Basic authentication come back at once after a `kill -9`; "
        "one reconnects every second, or as fast as it may; two share an identity",
        "All are served within 30 s; the others keep their links and have no error",
        ("faults/test_storm.py", "faults/test_neighbours.py"),
        {"all accepted after, s": 30},
    ),
    Fault(
        "rubbish",
        "Mutated frames and messages",
        "100,000 mutated frames in each version over a socket, and as many messages on "
        "MQTT topics, while neighbours charge; and every single mutation of every call "
        "of 1.6",
        "No crash, no lost neighbour, no growth, no line of the log that is not one",
        ("faults/test_wild_frames.py", "rubbish"),
        {"memory of the second half, MiB more": 48},
        3600,
    ),
    Fault(
        "door",
        "Wrong credentials and odd names",
        "Wrong passwords; certificates that are expired, foreign, self-signed or "
        "revoked; TLS that is too old; identities with `..`, `/`, `+`, `#`, `$`, NUL, "
        "300 characters and others",
        "Refused or escaped; never a topic, a file or a log line that was not meant",
        (
            "csms/test_door.py",
            "csms/test_credentials.py",
            "csms/test_failures.py",
            "csms/test_identity_tricks.py",
            "sessions/test_tls.py",
            "sessions/test_identity.py",
        ),
    ),
    Fault(
        "clock",
        "The clock jumps by an hour, both ways",
        "The connector is told another time of day while it runs; stations follow it, "
        "or do not",
        "Intervals are unaffected; values are shown in their order, with times that "
        "never meet",
        ("faults/test_clock.py",),
    ),
)
