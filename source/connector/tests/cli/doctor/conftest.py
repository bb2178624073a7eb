"""A doctor's visit with settings of the environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from connector.tests.cli.conftest import Command, Ended
from connector.tests.ports import free_port


@dataclass
class Visit:
    """How it ended; ``of`` gives a finding."""

    ended: Ended

    def of(self, area: str, check: str = "") -> dict[str, str]:
        """The first finding whose name begins so."""
        return next(
            each
            for each in self.ended.json
            if each["area"] == area and each["check"].startswith(check)
        )

    def verdict(self, area: str, check: str = "") -> str:
        """Its verdict."""
        return self.of(area, check)["verdict"]


Doctor = Callable[..., Visit]


@pytest.fixture
def doctor(command: Command, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Ask for a visit; ports that are not named are free ones."""

    def run(**settings: str) -> Visit:
        given = {
            "MQTT_BROKER_HOST": "127.0.0.1",
            "MQTT_BROKER_PORT": str(free_port()),
            "OCPP_PORT": str(free_port()),
            "HTTP_PORT": str(free_port()),
            **settings,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return Visit(command("doctor", "--json"))

    return run
