"""The peer in Node: pinned, from any registry, and named where it is left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).resolve().parents[4] / "bench"
PEER = BENCH / "peers" / "ocpp_rpc"
NOBODY = "http://127.0.0.1:9/"
"""Where no registry listens."""

pytestmark = pytest.mark.repository


def package(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PEER / name).read_text())
    return found


def asked(tmp_path: Path, code: str, **environment: str) -> str:
    """What a program says that uses bench's modules, with a cache of its own."""
    head = "import installing; from pathlib import Path\n"
    head += f"installing.CACHE = Path({str(tmp_path)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", head + code],
        env={**os.environ, "PYTHONPATH": str(BENCH), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


ASK = """
try:
    installing.ocpp_rpc()
except installing.NotInstalled as problem:
    print(f"left out: {problem}")
"""


def test_its_version_is_pinned_and_the_lock_has_it() -> None:
    wanted = package("package.json")["dependencies"]["ocpp-rpc"]
    locked = package("package-lock.json")["packages"]
    assert locked["node_modules/ocpp-rpc"]["version"] == wanted
    assert all("integrity" in entry for path, entry in locked.items() if path != ""), (
        "every package is checked by its hash"
    )


def test_the_lock_names_no_registry() -> None:
    locked = package("package-lock.json")["packages"]
    assert not [path for path, entry in locked.items() if "resolved" in entry]


def test_without_a_registry_for_node_it_is_left_out_with_the_reason(
    tmp_path: Path,
) -> None:
    said = asked(tmp_path, ASK, PATH=str(tmp_path), PIP_INDEX_URL=NOBODY)
    assert said.startswith("left out: pip: ERROR: ")


def test_without_npm_packages_it_is_left_out_with_the_reason(tmp_path: Path) -> None:
    node, npm = tmp_path / "node", tmp_path / "npm"
    node.write_text("#!/bin/sh\necho v22.1.0\n")
    npm.write_text(
        "#!/bin/sh\necho 'npm warn x' >&2\necho 'npm error code E' >&2\nfalse\n"
    )
    for each in (node, npm):
        each.chmod(0o755)
    said = asked(tmp_path, ASK, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert said == "left out: npm: npm error code E\n"
    assert not (tmp_path / "ocpp-rpc" / "installed").exists()


def test_a_node_that_is_too_old_is_not_used(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v16.20.2\n")
    node.chmod(0o755)
    said = asked(tmp_path, f"print(installing._is_new_enough({str(node)!r}))")
    assert said == "False\n"
