"""Where scenarios are: shipped ones by name, others by path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.errors import SettingsError
from connector.station.scenarios.reading import read
from connector.station.scenarios.scenario import Scenario

SHIPPED = Path(__file__).parent / "shipped"
ALL = "all"
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Choice:
    """One scenario, maybe in several files: one for each kind of versions."""

    name: str
    scenarios: tuple[Scenario, ...]

    def for_version(self, subprotocol: str) -> Scenario | None:
        """The one for a version; None: it is not for this one."""
        fitting = (e for e in self.scenarios if subprotocol in e.versions)
        return next(fitting, None)

    @property
    def versions(self) -> frozenset[str]:
        """Those that it is for."""
        return frozenset[str]().union(*(each.versions for each in self.scenarios))


def names() -> list[str]:
    """The names of the shipped ones."""
    return sorted({path.stem for path in SHIPPED.glob("*/*.yaml")})


def find(wanted: Sequence[str]) -> list[Choice]:
    """The scenarios that are meant: names, paths, or `all` that are shipped.

    Raises:
        SettingsError: there is no such one, or a file is wrong.
    """
    found: list[Choice] = []
    problems: list[str] = []
    for each in wanted:
        for name in names() if each == ALL else [each]:
            try:
                found.append(_choice(name))
            except SettingsError as problem:
                problems += problem.problems
    if problems:
        raise SettingsError(problems)
    return found


def _choice(wanted: str) -> Choice:
    if "/" not in wanted and not wanted.endswith(_ENDINGS):
        paths = sorted(SHIPPED.glob(f"*/{wanted}.yaml")) if wanted in names() else []
        if not paths:
            known = ", ".join([*names(), ALL])
            expected = f"expected the path of a file, or one of {known}"
            raise SettingsError([f"scenario {wanted!r}: {expected}"])
        return Choice(wanted, tuple(read(each, _shown(each)) for each in paths))
    scenario = read(Path(wanted))
    return Choice(scenario.name, (scenario,))


def _shown(path: Path) -> str:
    """Of a shipped one, as in its folder."""
    return str(path.relative_to(SHIPPED.parent))
