"""What both forms have: EVSEs, connections, components with their variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connector.ocppj.enumerations import enumeration
from connector.station.device_model.checks import Misfit, fit
from connector.station.device_model.layout import Layout, Placed, layout_of
from connector.station.device_model.names import LONGEST, Name, Place, parse
from connector.station.device_model.rows import (
    READ_ONLY,
    READ_WRITE,
    WRITE_ONLY,
    Attribute,
    Kind,
    Mutability,
    Row,
)
from connector.station.files.marked import Marked, Table
from connector.station.model import StationModel

DC = frozenset(
    {"cCCS1", "cCCS2", "cChaoJi", "cG105", "cGBT", "cMCS", "OppCharge", "Pan"}
)
_OF_2_1 = frozenset({"cNACS", "cMCS", "cUltraChaoJi", "cLECCS"})
"""Types that 2.1 has beside those of 2.0.1 (part 2, appendix)."""
_MUTABILITY: tuple[Mutability, ...] = (READ_ONLY, READ_WRITE, WRITE_ONLY)
_ATTRIBUTES = {"target": "Target", "min_set": "MinSet", "max_set": "MaxSet"}


def connector_type(marked: Marked) -> str:
    """One of 2.x (ConnectorEnumType)."""
    known = enumeration("2.0.1", "ConnectorEnumType") | _OF_2_1
    return marked.text(values=known)


class Shape:
    """The device model of a station while its file is read."""

    def __init__(self, model: StationModel) -> None:
        self._layout: Layout = layout_of(model)
        self.rows: list[Row] = []
        self.values: dict[str, str] = {}
        self._own: dict[Name, Row] = {}

    def component(self, table: Table) -> None:
        """A component with its variables, of the standard ones or another."""
        name = table.need("name")
        place = Place(
            name.text(longest=LONGEST) if name else "",
            table.text("instance", "", longest=LONGEST),
            table.whole("evse_id", 0, 1, 10_000),
            table.whole("connector_id", 0, 1, 10_000),
        )
        variables = table.need("variables")
        table.finish()
        for each in variables.items() if variables is not None else ():
            self._variable(place, each.table())

    def _variable(self, place: Place, table: Table) -> None:
        found = table.need("name")
        text = found.text(longest=LONGEST) if found else ""
        name = Name(place, text, table.text("instance", "", longest=LONGEST))
        standard = self._layout.find(name)
        row = self._row(name, table, standard.row if standard else None)
        value = table.get("value", is_secret=row.mutability == WRITE_ONLY)
        table.finish()
        if found is None:
            return
        if standard is None:
            self._add(name, row, value, found)
        elif value is not None and not _is_live(standard):
            self.set(standard.text, standard.row, value)

    def _add(self, name: Name, row: Row, value: Marked | None, where: Marked) -> None:
        folded = Name(
            name.place.folded, name.variable.casefold(), name.instance.casefold()
        )
        if folded in self._own:
            where.problems.add(where.mark, f"{name}: is there twice")
        self._own[folded] = row
        self.rows.append(row)
        if value is not None:
            self.set(str(name), row, value)

    def _row(self, name: Name, table: Table, standard: Row | None) -> Row:
        """The row of a variable of its own; of a standard one only what is checked."""
        kind = table.get("data_type")
        values = table.get("values_list")
        mutability = table.get("mutability")
        row = Row(
            str(name),
            Kind(kind.text(values=list(Kind))) if kind else Kind.STRING,
            "",
            _mutability(mutability),
            table.text("unit", "", longest=16) or None,
            _limit(table, "min_limit"),
            _limit(table, "max_limit"),
            tuple(filter(None, values.value().split(","))) if values else (),
            is_constant=table.flag("constant", default=False),
            needs_reboot=table.flag("needs_reboot", default=False),
            is_optional=True,
            attributes=_attributes(table),
        )
        return row if standard is None else replace(standard, attributes=())

    def set(self, name: str, row: Row, value: Marked) -> None:
        """A first value, where it fits."""
        text = value.value()
        fitted = fit(row, text, is_1_6=True)
        if isinstance(fitted, Misfit):
            value.wrong(fitted.info.removeprefix("expected ").partition(", found")[0])
        else:
            self.values[name] = fitted

    def named(self, name: Marked, value: Marked) -> None:
        """`Component/Variable: value`."""
        text = name.text()
        placed = self.find(name, text)
        if placed is None:
            return
        if _is_live(placed):
            name.problems.add(name.mark, f"{text}: follows from the station itself")
        else:
            is_secret = placed.row.mutability == WRITE_ONLY
            self.set(placed.text, placed.row, replace(value, is_secret=is_secret))

    def find(self, where: Marked, text: str) -> Placed | None:
        """The variable that a text names, or a note that there is none."""
        try:
            name = parse(text)
        except ValueError as problem:
            where.problems.add(where.mark, f"{where.path}: {problem}")
            return None
        row = self._own.get(
            Name(name.place.folded, name.variable.casefold(), name.instance.casefold())
        )
        if row is not None:
            return Placed(row.name, parse(row.name), row)
        found = self._layout.find(name)
        if found is None:
            where.problems.add(where.mark, f"{where.path}: there is no such variable")
        return found


def _is_live(placed: Placed) -> bool:
    """What is so now, and what the rest of the file says."""
    return placed.row.live is not None or placed.row.own is not None


def _mutability(found: Marked | None) -> Mutability:
    text = found.text(values=_MUTABILITY) if found is not None else READ_WRITE
    return next((each for each in _MUTABILITY if each == text), READ_WRITE)


def _limit(table: Table, name: str) -> float | None:
    found = table.get(name)
    return None if found is None else found.number(-1e12, 1e12)


def _attributes(table: Table) -> tuple[Attribute, ...]:
    found: Mapping[str, Marked | None] = {
        kind: table.get(name) for name, kind in _ATTRIBUTES.items()
    }
    return tuple(
        Attribute(type=kind, default=value.value())
        for kind, value in found.items()
        if value is not None
    )
