"""The tables that commands print, as data."""

from __future__ import annotations

from typing import Any

from connector.cli.shapes import Column, kilowatt_hours, minute, text_of

Json = Any


def _statuses(connectors: Json) -> str:
    """``Charging``, or ``1: Charging, 2: Available`` where there are several."""
    known = [each for each in connectors or () if each.get("status")]
    if len(connectors or ()) == 1:
        return "".join(each["status"] for each in known)
    return ", ".join(f"{each['where']}: {each['status']}" for each in known)


def _version(protocol: Json) -> str:
    return text_of(protocol).removeprefix("ocpp")


def _value(setting: Json) -> str:
    """``(all interfaces)`` where nothing is set."""
    value, means = setting["value"], setting["means"]
    return f"({means})" if value is None else str(value)


def _what_to_do(finding: Json) -> str:
    """What was found, and below it what to do about it."""
    advice = f"\n-> {finding['advice']}" if finding["advice"] else ""
    return f"{finding['found']}{advice}"


def _looked_at(finding: Json) -> str:
    return f"{finding['area']}: {finding['check']}"


_VERDICTS = {"ok": "green", "warn": "yellow", "bad": "bold red"}


# fmt: off
SETTINGS = (
    Column("SETTING", "name"),
    Column("VALUE", "", _value),
    Column("FROM", "origin"),
)
FINDINGS = (
    Column("", "verdict", style=lambda finding: _VERDICTS[finding["verdict"]]),
    Column("LOOKED AT", "", _looked_at),
    Column("FOUND", "", _what_to_do, has_lines=True),
)
STATIONS = (
    Column("STATION", "station"),
    Column("NAME", "name"),
    Column("REGISTRATION", "registration"),
    Column("CONNECTED", "connected"),
    Column("OCPP", "ocpp_version", _version),
    Column("VENDOR", "boot.vendor"),
    Column("MODEL", "boot.model"),
    Column("STATUS", "connectors", _statuses),
    Column("LAST SEEN", "last_seen", minute),
)
TOKENS = (
    Column("TOKEN", "id"),
    Column("TYPE", "type"),
    Column("STATUS", "status"),
    Column("EXPIRY", "expiry", minute),
    Column("GROUP", "group"),
    Column("MAX", "max_active", is_number=True),
    Column("NOTE", "note"),
    Column("FROM", "source"),
)
SEEN_TOKENS = (
    Column("TOKEN", "id"),
    Column("TYPE", "type"),
    Column("STATION", "station"),
    Column("WHERE", "where"),
    Column("TIMES", "times", is_number=True),
    Column("FIRST", "first", minute),
    Column("LAST", "last", minute),
)
TRANSACTIONS = (
    Column("KEY", "key"),
    Column("STATION", "station"),
    Column("WHERE", "where"),
    Column("TOKEN", "token"),
    Column("START", "start", minute),
    Column("STOP", "stop", minute),
    Column("KWH", "energy", kilowatt_hours, is_number=True),
    Column("REASON", "reason"),
)
CERTIFICATES = (
    Column("SERIAL", "serial"),
    Column("NAME", "common_name"),
    Column("STATION", "station"),
    Column("EXPIRES", "expires", minute),
    Column("DAYS LEFT", "days_left", is_number=True),
    Column("REVOKED", "revoked", minute),
    Column("REASON", "reason"),
)
# fmt: on
