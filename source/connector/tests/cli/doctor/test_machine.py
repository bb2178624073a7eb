"""What `doctor` says of this machine: ports, store, clock, open files."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from pathlib import Path

import pytest

from connector.cli.doctor import clock
from connector.cli.doctor.listeners import accepts, listener_of, why_not_free
from connector.cli.doctor.open_files import limit
from connector.cli.doctor.store import room
from connector.tests.cli.doctor.conftest import Doctor
from connector.tests.ports import free_port

GB = 1 << 30


# -- ports


def test_a_port_that_somebody_else_has_is_bad_and_it_is_named(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        found = doctor(OCPP_PORT=str(port)).of("ports", "OCPP_PORT")

    assert (found["verdict"], str(os.getpid()) in found["found"]) == ("bad", True)


def test_a_free_port_is_fine(doctor: Doctor) -> None:
    assert doctor().of("ports", "OCPP_PORT")["found"] == "free"


def test_an_address_that_is_not_here_cannot_be_listened_on(doctor: Doctor) -> None:
    assert doctor(OCPP_HOST="198.51.100.1").verdict("ports", "OCPP_PORT") == "bad"


def test_listeners_are_found_by_their_port() -> None:
    port = free_port()
    assert (accepts("127.0.0.1", port), listener_of(port)) == (False, None)
    with socket.create_server(("127.0.0.1", port)):
        found = listener_of(port)
        assert found is not None
        assert found.pid == os.getpid()
        assert accepts("127.0.0.1", port)
        assert why_not_free("127.0.0.1", port)


# -- store


@pytest.fixture
def kept(nowhere: Path, empty_store: Path) -> Path:
    """A store in the usual place."""
    file = nowhere / "data" / "connector.sqlite"
    file.parent.mkdir()
    file.write_bytes(empty_store.read_bytes())
    return file


@pytest.mark.parametrize(
    ("free", "verdict"), [(10 * GB, "ok"), (GB // 2, "warn"), (1000, "bad")]
)
def test_a_disk_has_room_or_not(free: int, verdict: str) -> None:
    assert room(free, 1).verdict.word == verdict


def test_a_store_of_a_newer_version_is_bad(
    doctor: Doctor, nowhere: Path, empty_store: Path
) -> None:
    folder = nowhere / "data"
    folder.mkdir()
    (folder / "connector.sqlite").write_bytes(empty_store.read_bytes())
    assert doctor().verdict("store", "schema") == "ok"

    with sqlite3.connect(folder / "connector.sqlite") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    found = doctor().of("store", "file")
    assert (found["verdict"], "9999" in found["found"]) == ("bad", True)
    assert "run the version that made it" in found["advice"]


def test_a_store_of_an_older_version_is_brought_on_by_the_next_start(
    doctor: Doctor, kept: Path
) -> None:
    with sqlite3.connect(kept) as database:
        database.execute("UPDATE alembic_version SET version_num = '0004'")
    database.close()

    found = doctor().of("store", "file")

    assert (found["verdict"], "next start" in found["advice"]) == ("warn", True)


def test_a_store_that_somebody_holds_is_bad(doctor: Doctor, kept: Path) -> None:
    holder = sqlite3.connect(kept, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")

    found = doctor().of("store", "file")
    holder.close()

    assert (found["verdict"], "locked" in found["found"]) == ("bad", True)
    assert "another program holds it" in found["advice"]


def test_a_folder_that_may_not_be_written_is_bad(doctor: Doctor) -> None:
    # Not even by root.
    found = doctor(DATA_DIR="/proc").of("store", "DATA_DIR")

    assert (found["verdict"], "let the user" in found["advice"]) == ("bad", True)


def test_what_is_no_database_is_bad(doctor: Doctor, nowhere: Path) -> None:
    (nowhere / "data").mkdir()
    (nowhere / "data" / "connector.sqlite").write_bytes(b"no database" * 1000)

    assert doctor().verdict("store", "file") == "bad"


def test_a_store_that_is_not_there_yet_is_fine_and_is_not_made(
    doctor: Doctor, nowhere: Path
) -> None:
    visit = doctor()

    assert visit.verdict("store", "file") == "ok"
    assert not (nowhere / "data").exists()


def test_a_server_that_does_not_answer_is_bad(doctor: Doctor) -> None:
    url = f"postgresql://me:hidden-word@127.0.0.1:{free_port()}/x"

    visit = doctor(STORE_URL=url)

    assert visit.verdict("store", "STORE_URL") == "bad"
    assert "hidden-word" not in visit.ended.out


# -- clock and files


@pytest.mark.parametrize(
    ("state", "verdict"), [(0, "ok"), (5, "warn"), (None, "ok"), (1, "ok")]
)
def test_the_kernel_says_whether_the_clock_is_kept_right(
    doctor: Doctor,
    monkeypatch: pytest.MonkeyPatch,
    state: int | None,
    verdict: str,
) -> None:
    monkeypatch.setattr(clock, "kernel_state", lambda: state)

    assert doctor().verdict("clock", "kernel") == verdict


def test_the_kernel_can_be_asked() -> None:
    assert clock.kernel_state() in (None, 0, 1, 2, 3, 4, 5)


def test_a_store_from_the_future_shows_that_the_clock_went_back(
    doctor: Doctor, nowhere: Path, empty_store: Path
) -> None:
    (nowhere / "data").mkdir()
    file = nowhere / "data" / "connector.sqlite"
    file.write_bytes(empty_store.read_bytes())
    os.utime(file, (time.time() + 3600,) * 2)

    assert doctor().verdict("clock", "files") == "bad"


@pytest.mark.parametrize(
    ("most", "stations", "verdict"),
    [(1024, 10, "ok"), (1024, 600, "warn"), (1024, 1000, "bad"), (None, 9000, "ok")],
)
def test_open_files_have_to_do_for_the_stations(
    most: int | None, stations: int, verdict: str
) -> None:
    assert limit(most, stations).verdict.word == verdict
