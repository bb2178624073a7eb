"""The URL of `/files` that a station is told: by the way it reached us itself."""

from __future__ import annotations

import ipaddress

from connector.csms.options import FileOptions
from connector.csms.station import Station
from connector.errors import CommandRejected, StationNotConnected

LOCALHOST = "localhost"


def files_url(options: FileOptions, port: int, station: Station) -> str:
    """What stands before the one-time name; ends in a slash.

    ``port`` is that of our HTTP server, 0 where there is none.

    Raises:
        StationNotConnected: there is no link that would tell how it reaches us.
        CommandRejected: it cannot reach `/files`; the text names what to set.
    """
    if station.session is None:
        raise StationNotConnected(station.identity)
    if not port:
        raise CommandRejected(
            "no HTTP server for the file is up: HTTP_PORT is 0 or taken "
            "(set another one, or give a location of your own)"
        )
    if options.http_url is not None:
        return f"{options.http_url}/files/"
    link = station.session.link
    host = link.reached_at
    if _is_loopback(options.http_host):
        peer = link.remote_address
        if not (_is_loopback(peer) or peer == host.strip("[]")):
            raise CommandRejected(
                f"the station cannot reach /files: HTTP_HOST is {options.http_host} "
                "(set HTTP_HOST=0.0.0.0, or HTTP_URL where a proxy stands before it)"
            )
        host = _as_host(options.http_host)
    if not host:
        raise CommandRejected(
            "nobody knows by which address the station reaches us: set HTTP_URL"
        )
    return f"http://{host}:{port}/files/"


def _is_loopback(host: str) -> bool:
    if host.lower() == LOCALHOST:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _as_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
