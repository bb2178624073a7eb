"""The reference pages say what the code does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.datapoints import action_page, reference
from connector.datapoints.action_table import FATES
from connector.datapoints.catalogue import COMMANDS, SENSORS
from connector.main import __version__
from connector.ocppj.routes import ROUTES

FOLDER = Path(__file__).resolve().parents[4] / "docs/reference"


@pytest.mark.repository
@pytest.mark.parametrize(
    ("module", "name", "page"),
    [
        ("reference", "datapoints.md", reference.page),
        ("action_page", "actions.md", action_page.page),
    ],
)
def test_a_reference_page_is_that_of_its_table(
    module: str, name: str, page: Callable[[], str]
) -> None:
    assert (FOLDER / name).read_text("utf-8") == page(), (
        f"run: cd source && python -m connector.datapoints.{module} "
        f"> ../docs/reference/{name}"
    )


@pytest.mark.parametrize("version", list(FATES))
def test_every_action_of_a_version_has_its_fate(version: str) -> None:
    up, down = FATES[version]

    assert up.keys() == ROUTES[version].up | ROUTES[version].sent_up
    assert down.keys() == ROUTES[version].down


@pytest.mark.parametrize("version", list(FATES))
def test_a_fate_names_what_the_catalogue_has(version: str) -> None:
    up, down = FATES[version]

    assert {name for fate in up.values() for name in fate.names} <= SENSORS.keys()
    known = COMMANDS.keys() | SENSORS.keys()
    assert {name for fate in down.values() for name in fate.names} <= known


@pytest.mark.repository
@pytest.mark.parametrize("name", ["bemcom.md", "run-in-containers.md"])
def test_documents_name_the_image_of_this_version(name: str) -> None:
    text = (FOLDER.parent / "how-to" / name).read_text("utf-8")

    found = re.findall(r"bemcom/ocpp-connector:([\w.]+)", text)

    assert found
    assert set(found) == {__version__}
