"""What is installed, audited as far as that goes without a network.

`scripts/audit.sh` asks the databases of known weaknesses, which needs one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from connector.tests.test_imports import CONNECTOR
from connector.tests.test_lock import PROJECT, RUNTIME

README = Path(__file__).resolve().parents[3] / "README.md"
LICENCES = re.compile(
    r"MIT|MIT-0|MIT License|BSD License|BSD-[23]-Clause|Apache-2\.0|PSF-2\.0|MPL-2\.0"
    r"|Apache Software License|ISC License \(ISCL\)"
    r"|Mozilla Public License 2\.0 \(MPL 2\.0\)"
)
"""Those that ask nothing of who runs the connector, changes it or passes it on."""
ALSO_FINE = {
    "paho-mqtt": "EPL-2.0 OR BSD-3-Clause",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
}
"""Chosen under BSD; and a library that is installed beside us, as it was published."""


LOCKED_FOR = {"python_version": "3.11", "python_full_version": "3.11.7"}


def needed() -> Iterator[str]:
    """Every package that a direct dependency leads to, itself included."""
    waiting = [Requirement(text) for text in PROJECT["dependencies"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        mark = (name, frozenset(wanted.extras))
        if mark in seen:
            continue
        seen.add(mark)
        yield name
        extras = ["", *wanted.extras]
        waiting += [
            more
            for text in metadata.requires(name) or ()
            if (more := Requirement(text)).marker is None
            or any(
                more.marker.evaluate(LOCKED_FOR | {"extra": extra}) for extra in extras
            )
        ]


def licence_of(name: str) -> str:
    found = metadata.metadata(name)
    words = [
        found.get("License-Expression"),
        *(
            c.rpartition(" :: ")[2]
            for c in found.get_all("Classifier", [])
            if "Lic" in c
        ),
        found.get("License"),
    ]
    return next(word for word in words if word)


def test_nothing_is_locked_that_nothing_needs() -> None:
    assert set(RUNTIME) == set(needed())


@pytest.mark.parametrize("name", sorted(RUNTIME))
def test_its_licence_asks_nothing_of_users(name: str) -> None:
    licence = licence_of(name)
    parts = re.split(r" AND | OR ", re.sub(r"[()]", "", licence))
    is_fine = LICENCES.fullmatch(licence) or all(map(LICENCES.fullmatch, parts))
    assert is_fine or ALSO_FINE.get(name) == licence, licence


@pytest.mark.parametrize("name", sorted(RUNTIME))
def test_what_is_installed_is_what_is_locked(name: str) -> None:
    assert RUNTIME[name].specifier.contains(metadata.version(name))


@pytest.mark.repository
@pytest.mark.parametrize("text", PROJECT["dependencies"])
def test_the_readme_says_why_it_is_there(text: str) -> None:
    table = README.read_text("utf-8").partition("## What it is built on")[2]
    named = {canonicalize_name(name) for name in re.findall(r"`([\w-]+)`", table)}
    assert canonicalize_name(Requirement(text).name) in named


def test_no_room_is_named_like_a_package() -> None:
    """`python connector/main.py` puts its own folder first on the path."""
    names = {path.stem for path in CONNECTOR.iterdir()}
    ours = {name for name in names if name != "tests" and not name.startswith("__")}
    assert not ours & set(metadata.packages_distributions())
