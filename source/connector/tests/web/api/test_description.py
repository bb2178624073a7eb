"""The API does what it says of itself: its description, and the API held to it.

Every operation is in it by itself. schemathesis makes requests that fit the
description, and such that do not, and holds the answers to it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.csms.clock import SystemClock, Timer
from connector.csms.options import StationOptions
from connector.security.passwords import Passwords
from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import NAME, TOKEN, Api, StartApi, on_shared_loop
from connector.web.examples import OF_BODIES, OF_SCHEMAS, OF_TEXTS

DESCRIPTION = "/openapi.json"
# Its answer has no end; see test_events.
ENDLESS = "/api/v1/events"
WITHIN_S = 120
# Each is a run of its own, with an API of its own; starting one takes a second.
RUNS = (
    ("pki", "connector", "files"),
    ("stations", "reservations"),
    ("tokens", "transactions", "store"),
    ("commands", "datapoints", "health", "events", "messages"),
)
# Those whose JSON schema is wider than the rules that a body is read by.
ENTRIES = ("PUT", "PATCH")
CONFIG = f"""
seed = 1
suppress-health-check = ["all"]
request-timeout = 20

[generation]
deterministic = true
max-examples = 8
no-shrink = true
database = "none"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429"]

[dictionaries.stations]
values = ["{NAME}", "CP-8", "stranger"]

[dictionaries.places]
values = ["0", "1", "2"]

[dictionaries.commands]
values = ["power_limit", "charge", "available", "reset", "call", "configuration"]

[parameters."path.station"]
dictionary = "stations"
probability = 0.7

[parameters."path.where"]
dictionary = "places"
probability = 0.7

[parameters."path.command"]
dictionary = "commands"
probability = 0.7
"""


class HurriedClock(SystemClock):
    """Nobody waits long."""

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        return super().call_later(delay_s / 1000, callback)


class HastyPasswords(Passwords):
    """Slow hashes are of no use here."""

    async def hash_human(self, password: str) -> str:
        return await self.hash_generated(password)


@pytest.mark.slow
@pytest.mark.parametrize("tags", RUNS, ids=" ".join)
async def test_the_api_does_what_it_says(
    start_api: StartApi, tmp_path: Path, tags: tuple[str, ...]
) -> None:
    options = {NAME: StationOptions(), "CP-8": StationOptions()}
    context = {"passwords": HastyPasswords(tmp_path)}
    api = await start_api(clock=HurriedClock(), stations=options, context=context)
    end = await api.connect(SetChargingProfile={"status": "Accepted"})
    await end.status("Available")
    await api.harness.connect("stranger", boots=True)
    await settle()

    code, told = await schemathesis(api, tmp_path, tags)

    assert code == 0, told


async def schemathesis(
    api: Api, folder: Path, tags: tuple[str, ...]
) -> tuple[int, str]:
    """Its exit code and what it tells."""
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "schemathesis.cli",
        f"--config-file={config}",
        "run",
        f"{api.server.url}{DESCRIPTION}",
        f"--header=Authorization: Bearer {TOKEN}",
        *(f"--include-tag={tag}" for tag in tags),
        f"--exclude-path={ENDLESS}",
        "--checks=all",
        "--no-color",
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(WITHIN_S):
        told, _ = await process.communicate()
    return process.returncode or 0, told.decode()


@on_shared_loop
async def test_all_tags_are_tried(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)

    assert {tag for tags in RUNS for tag in tags} == {
        tag
        for item in description["paths"].values()
        for operation in item.values()
        for tag in operation["tags"]
    }


@on_shared_loop
async def test_every_operation_is_explained(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)

    unexplained = [
        (path, method)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if not operation.get("summary") or not operation.get("tags")
    ]
    assert unexplained == []


def answers(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What every operation answers where it succeeds, each with its name."""
    return [
        (f"{method} {path} {status} {kind}", content)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        for status, response in operation["responses"].items()
        for kind, content in response.get("content", {}).items()
        if status.startswith("2")
    ]


@on_shared_loop
async def test_every_answer_has_an_example_of_its_schema(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)
    components = {"components": description["components"]}
    wrong = {}
    for name, content in answers(description):
        schema = components | content["schema"]
        errors = Draft202012Validator(schema).iter_errors(content.get("example"))
        wrong[name] = [error.message for error in errors]

    assert {name: told for name, told in wrong.items() if told} == {}
    assert len([name for name in wrong if name.endswith("/json")]) > 30


def bodies(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What every operation takes, each with its name."""
    return {
        f"{method} {path} {kind}": content
        for path, item in description["paths"].items()
        for method, operation in item.items()
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    }


@on_shared_loop
async def test_every_body_has_an_example_of_its_schema(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)
    components = {"components": description["components"]}
    found = bodies(description)
    wrong = {}
    for name, content in found.items():
        schema = components | content["schema"]
        errors = Draft202012Validator(schema).iter_errors(content.get("example"))
        wrong[name] = [error.message for error in errors]
        odd = unexplained(content.get("example"), content["schema"], description)
        wrong[name] += odd

    assert {name: told for name, told in wrong.items() if told} == {}
    assert len(found) >= 9


@on_shared_loop
async def test_names_of_files_are_described_and_need_no_token(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)

    item = description["paths"]["/files/{name}"]
    assert item.keys() == {"get", "head", "put", "post"}
    assert not any("security" in operation for operation in item.values())


@on_shared_loop
async def test_no_example_has_a_member_that_nobody_explains(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)
    found = [
        f"{name}: {odd}"
        for name, content in answers(description)
        for odd in unexplained(content["example"], content["schema"], description)
    ]

    assert found == []


def unexplained(value: Any, schema: Any, description: dict[str, Any]) -> list[str]:
    """Members of an example that its schema does not name."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return unexplained(
            value, description["components"]["schemas"][name], description
        )
    if isinstance(value, list) and "items" in schema:
        return [o for v in value for o in unexplained(v, schema["items"], description)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    members = schema["properties"]
    odd = [name for name in value if name not in members]
    return odd + [
        f"{name}.{each}"
        for name, inner in value.items()
        if name in members
        for each in unexplained(inner, members[name], description)
    ]


@on_shared_loop
async def test_no_example_is_of_nothing(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)
    schemas = {
        content["schema"].get("$ref", "").rpartition("/")[2]
        for _, content in answers(description)
    }

    taken = {
        content["schema"].get("$ref", "").rpartition("/")[2]
        for content in bodies(description).values()
    }
    assert OF_SCHEMAS.keys() - schemas == set()
    assert OF_BODIES.keys() - taken == set()
    assert OF_TEXTS.keys() - description["paths"].keys() == set()


@on_shared_loop
async def test_every_operation_behind_the_guard_says_so(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)

    for path, item in description["paths"].items():
        for operation in item.values():
            is_guarded = operation.get("security") == [{"token": []}]
            assert is_guarded == path.startswith("/api/"), path
            assert ("401" in operation["responses"]) == is_guarded
    assert description["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


@on_shared_loop
async def test_no_operation_passes_over_a_query_parameter(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)
    told = {}
    for path, item in description["paths"].items():
        for method in item if path.startswith("/api/") else ():
            url = f"{path.format_map(Anything())}?wat=1"
            answer = await shared_api.client.request(method, url, content=b"{}")
            told[method, path] = (answer.status_code, answer.json().get("errors"))

    wrong = (422, [{"field": "wat", "expected": "not to be there"}])
    assert told == dict.fromkeys(told, wrong)
    assert len(told) > 30


class Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "x"


@on_shared_loop
async def test_no_name_stands_for_nothing(shared_api: Api) -> None:
    description = await shared_api.get(DESCRIPTION)
    schemas = description["components"]["schemas"]

    assert all(
        reference.removeprefix("#/components/schemas/") in schemas
        for reference in references(description)
    )


def references(value: Any) -> list[str]:
    """All that are named anywhere in it."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [r for member in value.values() for r in references(member)]
    if isinstance(value, list):
        return [r for member in value for r in references(member)]
    return []
