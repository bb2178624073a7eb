"""What is known before anything is looked at: the settings, and who runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed
from connector.errors import SettingsError

if TYPE_CHECKING:
    from connector.cli.caller import Caller
    from connector.cli.client import Client
    from connector.settings.model import Settings

Json = dict[str, Any]


@dataclass(slots=True)
class Scene:
    """What the checks are given.

    ``settings`` is None where they cannot be used; ``client`` where no connector
    answers, and ``silence`` says why; ``about`` is its answer of `/connector`.
    """

    settings: Settings | None = None
    wrong: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    client: Client | None = None
    silence: str = ""
    about: Json | None = None
    is_here: bool = True
    """Whether it is this machine's connector that is asked."""
    is_refused: bool = False
    """A connector answers, and not us: its token is another."""

    @property
    def runs(self) -> bool:
        """Whether a connector answers."""
        return self.about is not None

    @property
    def is_own(self) -> bool:
        """Whether the one that answers is the one of these settings."""
        if self.about is None or self.settings is None or not self.is_here:
            return False
        return bool(self.about["broker"]["name"] == self.settings.connector_name)


def read_settings(scene: Scene) -> None:
    """The settings of this folder, or what is wrong with them."""
    from connector.settings.loading import load  # noqa: PLC0415
    from connector.settings.shown import unknown_names  # noqa: PLC0415

    try:
        scene.settings = load()
        scene.ignored = unknown_names()
    except SettingsError as problem:
        scene.wrong = list(problem.problems)


def ask_connector(scene: Scene, caller: Caller) -> None:
    """Whether a connector answers, and what it says of itself."""
    from connector.cli.client import path_of  # noqa: PLC0415

    try:
        client = caller.client()
    except SettingsError as problem:
        scene.silence = str(problem)
        return
    scene.client = client
    scene.is_here = client.is_local
    try:
        scene.about = client.get(path_of("connector"))
    except CommandFailed as problem:
        scene.silence = problem.reason
        scene.is_refused = problem.code is Exit.UNAUTHORIZED
