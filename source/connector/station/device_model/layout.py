"""All variables of a station at their places, shared by all stations of one build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from connector.station.device_model.checks import Misfit, fit
from connector.station.device_model.names import Name, Place, parse
from connector.station.device_model.owned import LIMITS, OWNED, Owned
from connector.station.device_model.rows import ACTUAL, Attribute, Row
from connector.station.device_model.tables import ROWS
from connector.station.model import EvseModel, StationModel

Pairs = tuple[tuple[str, str], ...]
"""Names and values."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A variable of a component that is there."""

    text: str
    """Its name, as `Variables` has it."""
    name: Name
    row: Row
    others: Mapping[str, Attribute] = field(default_factory=dict)
    """Its attributes beside Actual, by type."""

    @property
    def own(self) -> Owned | None:
        """What gives its value, where the station does."""
        return OWNED[self.row.own] if self.row.own is not None else None


class Layout:
    """What there is; nothing in it changes."""

    __slots__ = ("components", "defaults", "placed")

    def __init__(self, placed: Iterator[Placed], initial: Pairs = ()) -> None:
        self.placed: dict[str, Placed] = {}
        self.components: dict[Place, dict[tuple[str, str], Placed]] = {}
        """By folded place, then by folded name and instance."""
        self.defaults: dict[str, str] = {}
        for each in placed:
            self._add(each)
        for name, text in initial:
            self._begin(name, text)

    def _begin(self, name: str, text: str) -> None:
        found = self.placed.get(name) or self.find(parse(name))
        if found is None:
            raise ValueError(f"there is no variable {name[:120]!r}")
        fitted = fit(found.row, text, is_1_6=True)
        if isinstance(fitted, Misfit):
            raise ValueError(f"{name}: {fitted.info}")
        self.defaults[found.text] = fitted

    def _add(self, placed: Placed) -> None:
        name = placed.name
        self.placed[placed.text] = placed
        key = (name.variable.casefold(), name.instance.casefold())
        self.components.setdefault(name.place.folded, {})[key] = placed
        if placed.row.default is not None:
            self.defaults[placed.text] = placed.row.default
        for kind, attribute in placed.others.items():
            self.defaults[attribute_key(placed.text, kind)] = attribute.default

    def find(self, name: Name) -> Placed | None:
        """A variable, by its name in any case."""
        variables = self.components.get(name.place.folded, {})
        return variables.get((name.variable.casefold(), name.instance.casefold()))

    def has(self, place: Place) -> bool:
        """Whether a component is there, for others to see."""
        variables = self.components.get(place.folded, {}).values()
        return any(not each.row.is_hidden for each in variables)


def attribute_key(name: str, kind: str) -> str:
    """Under which a value is kept."""
    return name if kind == ACTUAL else f"{name}!{kind}"


def layout_of(
    model: StationModel, rows: tuple[Row, ...] = (), initial: Pairs = ()
) -> Layout:
    """The variables of a station; ``rows`` are some of its own, by their full names.

    A row with the name of a standard variable replaces it.

    Raises:
        ValueError: a row has no proper name, or a value of ``initial`` does not fit.
    """
    evses = tuple(replace(each, iso15118_id=_known(each)) for each in model.evses)
    return _layout(evses, rows, initial)


def _known(evse: EvseModel) -> str | None:
    """Only whether there is one: stations of one build have different ones."""
    return "*" if evse.iso15118_id is not None else None


@lru_cache(maxsize=64)
def _layout(
    evses: tuple[EvseModel, ...], rows: tuple[Row, ...], initial: Pairs
) -> Layout:
    model = StationModel("", evses=evses)
    own = {_key(parse(row.name)): row for row in rows}
    return Layout(_all(model, own), initial)


def _all(model: StationModel, own: dict[Name, Row]) -> Iterator[Placed]:
    left = dict(own)
    for row in ROWS:
        name = parse(row.name)
        for place in _places(name.place, row, model):
            full = name._replace(place=place)
            yield _placed(full, left.pop(_key(full), row), model)
    for row in left.values():
        yield _placed(parse(row.name), row, model)


def _key(name: Name) -> Name:
    variable, instance = name.variable.casefold(), name.instance.casefold()
    return Name(name.place.folded, variable, instance)


def _placed(name: Name, row: Row, model: StationModel) -> Placed:
    if row.limit is not None:
        row = replace(row, high=LIMITS[row.limit](model, name.place))
    return Placed(str(name), name, row, {each.type: each for each in row.attributes})


def _places(place: Place, row: Row, model: StationModel) -> Iterator[Place]:
    if row.level == "station":
        yield place
        return
    for evse in model.evses:
        if not _fits(row, evse):
            continue
        if row.level == "evse":
            yield place._replace(evse=evse.number)
        else:
            for number in range(1, len(evse.connectors) + 1):
                yield place._replace(evse=evse.number, connector=number)


def _fits(row: Row, evse: EvseModel) -> bool:
    match row.needs:
        case "discharge":
            return evse.rating.max_discharge_w > 0
        case "dc":
            return evse.rating.is_dc
        case "ac":
            return not evse.rating.is_dc
        case "iso15118":
            return evse.iso15118_id is not None
    return True
