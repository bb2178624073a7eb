"""What is in docs/ for Prometheus and Grafana fits what `/metrics` has."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.tests.web.api.conftest import Api, on_shared_loop

ROOT = Path(__file__).resolve().parents[5]
DOCS = ROOT / "docs"
ALERTS = DOCS / "prometheus" / "alerts.yml"
ALERTS_TEST = ALERTS.with_name("alerts_test.yml")
PANELS = {"row", "stat", "timeseries", "table"}
COLUMNS = 24
SERIES = re.compile(r"\b(?:ocpp|process|python)_[a-z_]+")
PARTS = {"histogram": ("_bucket", "_sum", "_count")}

pytestmark = pytest.mark.repository


def dashboard() -> dict[str, Any]:
    text = (DOCS / "grafana" / "ocpp-connector.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def panels() -> list[dict[str, Any]]:
    return list(dashboard()["panels"])


def targets() -> list[dict[str, Any]]:
    return [target for panel in panels() for target in panel.get("targets", ())]


def expressions_of_the_dashboard() -> list[str]:
    found = dashboard()
    variables = [each.get("definition", "") for each in found["templating"]["list"]]
    marks = [each["expr"] for each in found["annotations"]["list"]]
    return [target["expr"] for target in targets()] + variables + marks


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


async def families(api: Api) -> dict[str, str]:
    """Names to types, as the page has them."""
    page = (await api.stranger.get("/metrics")).text
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE))


async def series(api: Api) -> set[str]:
    """All names that samples may have."""
    found = await families(api)
    return {
        name + part for name, kind in found.items() for part in PARTS.get(kind, ("",))
    }


@on_shared_loop
async def test_the_dashboard_asks_for_what_there_is(shared_api: Api) -> None:
    asked = {
        name for text in expressions_of_the_dashboard() for name in SERIES.findall(text)
    }

    assert asked
    assert asked <= await series(shared_api)


@on_shared_loop
async def test_alerts_ask_for_what_there_is(shared_api: Api) -> None:
    asked = {name for rule in rules() for name in SERIES.findall(rule["expr"])}

    assert asked
    assert asked <= await series(shared_api)


@on_shared_loop
async def test_every_metric_is_shown_and_written_of(shared_api: Api) -> None:
    page = (DOCS / "how-to" / "monitoring.md").read_text("utf-8")
    there = await families(shared_api)
    shown = " ".join(expressions_of_the_dashboard())

    assert {name for name in there if f"`{name}`" not in page} == set()
    assert {name for name in there if name not in shown} == set()


def test_panels_lie_beside_each_other() -> None:
    cells = [cell for panel in panels() for cell in cells_of(panel["gridPos"])]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < COLUMNS


def cells_of(place: dict[str, int]) -> list[tuple[int, int]]:
    return [
        (x, y)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]


def test_panels_are_told_apart_and_of_known_kinds() -> None:
    ids = [panel["id"] for panel in panels()]

    assert len(ids) == len(set(ids))
    assert {panel["type"] for panel in panels()} == PANELS
    assert all(panel["title"] for panel in panels())


def test_every_panel_asks_the_chosen_prometheus_and_connector() -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    selector = 'job=~"$job",instance=~"$instance"'

    assert all(target["datasource"] == chosen for target in targets())
    assert all(selector in target["expr"] for target in targets())
    names = [each["name"] for each in dashboard()["templating"]["list"]]
    assert names == ["datasource", "job", "instance"]


def test_the_dashboard_can_be_imported_beside_others() -> None:
    found = dashboard()

    assert found["id"] is None
    assert found["uid"] == "ocpp-connector"
    assert found["schemaVersion"] >= 36


def test_alerts_say_what_is_wrong_and_how_bad_it_is() -> None:
    names = [rule["alert"] for rule in rules()]

    assert len(names) == len(set(names))
    assert {rule["labels"]["severity"] for rule in rules()} == {
        "critical",
        "warning",
        "info",
    }
    assert all(
        rule["annotations"].keys() == {"summary", "description"} for rule in rules()
    )


@pytest.mark.prometheus
async def test_prometheus_takes_the_page_of_numbers(api: Api) -> None:
    await api.client.get("/api/v1/pki/root")
    await api.get("/api/v1/pki")
    end = await api.connect()
    await end.status("Available")
    page = (await api.stranger.get("/metrics")).text

    done = await asyncio.to_thread(
        subprocess.run,
        ["promtool", "check", "metrics"],
        input=page,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 'certificate="ca"' in page
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.prometheus
@pytest.mark.parametrize(
    ("command", "file"),
    [("check", ALERTS), ("test", ALERTS_TEST)],
    ids=["check", "test"],
)
def test_prometheus_takes_the_alerts(command: str, file: Path) -> None:
    done = subprocess.run(
        ["promtool", command, "rules", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
