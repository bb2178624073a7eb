"""A real PostgreSQL on a free port, that tests can stop, kill, freeze and fill."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from connector.tests.ports import free_port

USER = "connector"
PASSWORD = "geheim:/@%"
PASSWORD_IN_URL = "geheim%3A%2F%40%25"
_TIMEOUT_S = 20
_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_wal_size": "64MB",
    "max_connections": "60",
    "autovacuum": "off",
    "jit": "off",
}
"""For tests of what is kept, not of whether it is on the disk."""
_DISCONNECT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shared'
"""


@cache
def programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    return found[-1].parent if found else None


def why_not() -> str | None:
    """Why there can be no PostgreSQL here."""
    if programs() is None:
        return "no PostgreSQL (initdb) on the path or in /usr/lib/postgresql"
    if os.geteuid() == 0 and _owner() is None:
        return "PostgreSQL does not run as root, and there is no other user"
    return None


def _owner() -> str | None:
    """The user it runs as, where we are root, as whom it refuses to."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


class PostgreSQL:
    """A cluster of its own in a temporary folder; ``durable`` as in production."""

    def __init__(self, *, durable: bool = False, **options: str) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self._options = ({} if durable else _QUICK) | options
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._as_owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_owner() or "")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as_owner = {
                "user": owner.pw_uid,
                "group": owner.pw_gid,
                "extra_groups": [],
            }
        self.data = self.folder / "data"
        self._initialise()

    def _initialise(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self._run(
            "initdb",
            *("--no-sync", "--encoding=UTF8", "--no-locale", f"--username={USER}"),
            *(f"--pwfile={password}", "--auth=scram-sha-256", f"--pgdata={self.data}"),
        )

    def _run(self, name: str, *arguments: str) -> None:
        folder = programs()
        assert folder is not None
        subprocess.run(
            [str(folder / name), *arguments],
            check=True,
            cwd=self.folder,
            capture_output=True,
            **self._as_owner,
        )

    def start(self, *, wait: bool = True) -> None:
        """Start it and wait until it takes connections."""
        folder = programs()
        assert folder is not None
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            **self._options,
        }
        settings = [f"--{name}={value}" for name, value in options.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(folder / "postgres"), "-D", str(self.data), *settings],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._as_owner,
            )
        if wait:
            self.until_it_answers()

    def until_it_answers(self) -> None:
        """Wait until it takes connections."""
        assert self._process is not None
        deadline_s = time.monotonic() + _TIMEOUT_S
        while True:
            try:
                psycopg.connect(self._url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                log = (self.folder / "log").read_text()
                assert self._process.poll() is None, log
                assert time.monotonic() < deadline_s, log

    def _url(self, database: str) -> str:
        login = f"{USER}:{PASSWORD_IN_URL}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement outside of any transaction; its rows."""
        with psycopg.connect(self._url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return list(cursor) if cursor.description else []

    def new_database(self, more: str = "") -> str:
        """The URL of an empty database."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} {more}")
        return self._url(name)

    def empty_database(self) -> str:
        """The URL of the one database that tests use one after the other."""
        if not self.execute("SELECT 1 FROM pg_database WHERE datname = 'shared'"):
            self.execute("CREATE DATABASE shared")
        # Much quicker than a new one, which is three hundred files.
        self.disconnect()
        self.execute("DROP SCHEMA public CASCADE", "shared")
        self.execute("CREATE SCHEMA public", "shared")
        return self._url("shared")

    def own_folder(self, parent: Path) -> Path:
        """A folder below another one, where it may write."""
        folder = parent / "owned"
        folder.mkdir()
        owner = self.data.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        return folder

    # -- faults

    def disconnect(self) -> None:
        """End all connections to the shared database."""
        self.execute(_DISCONNECT)

    @property
    def _pids(self) -> list[int]:
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def _signal(self, how: signal.Signals) -> None:
        for pid in self._pids:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                continue

    def freeze(self) -> None:
        """It keeps its connections, takes new ones, and says nothing any more."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        if self._process is not None:
            self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it as an upgrade does: connections are closed, nothing is lost."""
        if self._process is not None:
            self.thaw()
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_TIMEOUT_S)
            self._process = None

    def kill(self) -> None:
        """End it without any word."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(_TIMEOUT_S)
            self._process = None

    def revive(self) -> None:
        """It runs, whatever was done to it."""
        self.thaw()
        if self._process is None:
            self.start(wait=False)
        self.until_it_answers()

    def close(self) -> None:
        """End it, and leave nothing behind."""
        self.kill()
        shutil.rmtree(self.folder)


def running(**options: Any) -> Iterator[PostgreSQL]:
    """For fixtures: one that runs until the test is over."""
    server = PostgreSQL(**options)
    try:
        server.start()
        yield server
    finally:
        server.close()
