"""`docker compose --profile iso15118 up`: a vehicle charges, all in containers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from connector.tests.engine.stack import Stack
from connector.tests.iso15118.overhearing import Overhearing

pytestmark = [
    pytest.mark.engine,
    pytest.mark.iso15118,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]

IDENTITY = "ISO15118-1"
_CHARGES_WITHIN_S = 180
_OVERRIDE = f"""\
services:
  ocpp-connector:
    environment:
      STATIONS: '{{"{IDENTITY}": {{}}}}'
"""


class SiteStack(Stack):
    """The stack with its ISO 15118 site, in a network of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        override = folder / "iso15118.yml"
        override.write_text(_OVERRIDE)
        self._compose += ["--file", str(override), "--profile", "iso15118"]
        number = random.randrange(1 << 16)
        self._environ |= {
            "ISO15118_SUBNET": f"fd15:1180:{number:x}::/64",
            "ISO15118_STAY_S": "900",
            "ISO15118_AWAY_S": "6",
        }

    def logs(self, client: docker.DockerClient, service: str) -> str:
        """What a service has written."""
        project, label = self.name, "com.docker.compose"
        labels = [f"{label}.project={project}", f"{label}.service={service}"]
        [found] = client.containers.list(all=True, filters={"label": labels})
        text: str = found.logs().decode(errors="replace")
        return text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteStack]:
    site = SiteStack(tmp_path_factory.mktemp("site"))
    with site.running():
        yield site


@pytest.fixture
def overhearing(site: SiteStack) -> Iterator[Overhearing]:
    found = Overhearing(site.mqtt_port)
    yield found
    found.close()


def test_a_vehicle_charges_within_the_limit_that_is_written(
    site: SiteStack, overhearing: Overhearing, client: docker.DockerClient
) -> None:
    where = f"{site.name}/stations/{IDENTITY}/1"

    def charges(said: dict[str, Any]) -> bool:
        return bool(said["session_status"] == "ChargingStatus")

    within_s = _CHARGES_WITHIN_S
    overhearing.said("josev/cs", "iso15118_state_info", charges, within_s)
    overhearing.until(f"{where}/id_token", lambda token: token == "TAG1")
    overhearing.publish(f"{where}/power_limit/set", 6_900)
    result = overhearing.until(f"{where}/power_limit/result")
    assert result["outcome"] == "accepted"
    overhearing.until(f"{where}/session_energy", lambda energy: energy > 0, 120)

    heard = site.logs(client, "iso15118-evcc")
    assert '"limit": 10.0' in heard, heard[-3000:]
    assert "Traceback" not in site.logs(client, "iso15118-secc")
