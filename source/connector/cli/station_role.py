"""`ROLE=station`: the station command as a process whose settings are variables."""

from __future__ import annotations

import logging
import re
import sys

from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed
from connector.cli.station_frames import Frames
from connector.cli.station_health import NAME
from connector.cli.station_options import HardwareOptions, StationOptions
from connector.cli.station_serving import Manner, serve
from connector.errors import SettingsError
from connector.sessions import loops
from connector.settings.station_side import StationSettings, load_station

_OPTION = re.compile(r"--([a-z][a-z-]*)")


def run() -> int:
    """Be stations until a signal ends it; the exit code (2: wrong settings)."""
    try:
        settings = load_station()
        level = logging.DEBUG if settings.debug else logging.INFO
        logging.basicConfig(
            level=level,
            format="%(asctime)s %(levelname)-7s %(message)s",
            stream=sys.stderr,
        )
        return loops.run(_serve(settings))
    except SettingsError as problem:
        print(problem, file=sys.stderr)
        return Exit.USAGE
    except CommandFailed as problem:
        print(_OPTION.sub(_variable, problem.reason), file=sys.stderr)
        return problem.code


def _variable(option: re.Match[str]) -> str:
    """What an option is called here."""
    return f"STATION_{option[1].replace('-', '_').upper()}"


async def _serve(settings: StationSettings) -> Exit:
    observer = Frames() if settings.debug else None
    health = settings.data_dir / NAME
    return await serve(
        options_of(settings), _manner(settings), observer=observer, health=health
    )


def _manner(settings: StationSettings) -> Manner:
    return Manner(
        settings.station_id_tag,
        settings.station_count,
        is_auto=settings.station_auto,
        stay_s=settings.station_stay_s,
        away_s=settings.station_away_s,
    )


def options_of(settings: StationSettings) -> StationOptions:
    """The options of the command that these settings are."""
    return StationOptions(
        settings.station_url,
        settings.station_id,
        settings.station_ocpp_version,
        settings.station_password,
        settings.station_security_profile,
        settings.station_tls_ca,
        settings.station_tls_cert,
        settings.station_tls_key,
        settings.station_config,
        settings.station_evses,
        settings.station_quirks,
        settings.data_dir / "station",
        shows_frames=settings.debug,
        hardware=_hardware(settings),
    )


def _hardware(settings: StationSettings) -> HardwareOptions | None:
    if settings.station_hardware != "mqtt":
        return None
    return HardwareOptions(
        settings.mqtt_broker_host,
        settings.mqtt_broker_port,
        settings.station_prefix,
        settings.station_compat or "",
        settings.mqtt_username,
        settings.mqtt_password,
    )
