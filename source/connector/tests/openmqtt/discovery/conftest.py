"""A Home Assistant for all tests that need one: it takes a while to start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.home_assistant import HomeAssistant, program
from connector.tests.recipes.house import House, house

Site = tuple[Broker, HomeAssistant]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A broker and a Home Assistant that was set up by hand, for all of these tests."""
    program()
    folder = tmp_path_factory.mktemp("home")
    broker, home_assistant = Broker(folder), HomeAssistant(folder)
    broker.start()
    try:
        home_assistant.start()
        home_assistant.onboard()
        home_assistant.add_mqtt(broker.port)
        yield broker, home_assistant
    finally:
        home_assistant.stop()
        broker.stop()


@pytest.fixture
async def page(site: Site) -> AsyncIterator[HomeAssistant]:
    """Its page; whatever it complains of in the meantime fails the test."""
    _, home_assistant = site
    await home_assistant.attend()
    try:
        if not home_assistant.has_platforms:
            await home_assistant.load_platforms()
        before = len(home_assistant.complaints())
        yield home_assistant
    finally:
        await home_assistant.leave()
    assert home_assistant.complaints()[before:] == []


@pytest.fixture
async def home(site: Site, tmp_path: Path) -> AsyncIterator[House]:
    """A connector and its stations, of which nothing is left behind."""
    broker, _ = site
    async with house(broker, tmp_path, HOME_ASSISTANT="TRUE") as found:
        yield found
        for topic, payload in list(found.listener.last.items()):
            if topic.startswith("homeassistant/device/") and payload:
                found.listener.publish(topic, b"", retain=True)
