"""What both ends are told on their command lines."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from iso15118.shared.settings import SettingKey, shared_settings

from v2g.bus import BrokerAddress

_MQTT_PORT = 1883


def add_common(parser: argparse.ArgumentParser) -> None:
    """Options of both."""
    parser.add_argument("--tls", action="store_true", help="TLS, with --pki")
    parser.add_argument("--tls-1-3", action="store_true", help="TLS 1.3, as -20 wants")
    parser.add_argument(
        "--pki", type=Path, default=Path("pki"), help="the folder with iso15118_2/"
    )
    parser.add_argument("--verbose", action="store_true", help="log all messages")


def prepare(given: argparse.Namespace) -> None:
    """Tell the package; its log goes to stderr, where ours is."""
    shared_settings.update(
        {
            # The package appends names of folders to it.
            SettingKey.PKI_PATH: f"{given.pki}/",
            SettingKey.MESSAGE_LOG_JSON: given.verbose,
            SettingKey.MESSAGE_LOG_EXI: False,
            SettingKey.ENABLE_TLS_1_3: given.tls_1_3,
        }
    )
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if given.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )


def broker_of(text: str, prefix: str) -> BrokerAddress:
    """`host` or `host:port`."""
    host, _, port = text.partition(":")
    return BrokerAddress(host, int(port or _MQTT_PORT), prefix)
