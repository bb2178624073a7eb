"""What to do where the broker does not let us in, by the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connector.cli.doctor.shown_certificates import Shown, look_at
from connector.mqtt.reasons import Reason

if TYPE_CHECKING:
    from connector.mqtt.diagnosis import VisitFailed
    from connector.settings.model import Settings

_START = "start it (`./run.sh` does), or set MQTT_BROKER_HOST and MQTT_BROKER_PORT"
_LOGIN = "set MQTT_USERNAME and MQTT_PASSWORD (or MQTT_PASSWORD_FILE) as it knows them"
_NO_TLS = (
    "correct MQTT_BROKER_PORT (brokers often have 8883 for TLS), or set MQTT_TLS=FALSE"
)
_OLD = "its TLS is too old to be safe: bring the broker, or the proxy before it, to 1.2"
_CLIENT = "set MQTT_TLS_CERT and MQTT_TLS_KEY to a certificate that it accepts"
_TLS_TOO = (
    "that port speaks TLS: set MQTT_TLS=TRUE, and MQTT_TLS_CA to the CA that issued "
    "its certificate ({})"
)
_RENEW = "renew the broker's certificate; it held until {:%Y-%m-%d %H:%M} UTC"
_NOT_YET = (
    "it holds from {:%Y-%m-%d %H:%M} UTC on: set this machine's clock, if it is slow; "
    "else wait, or have the certificate issued anew"
)
_NAMES = "set MQTT_BROKER_HOST to a name that is in it: {}"
_TRUST = "it was issued by {}: set MQTT_TLS_CA to the file with the CA that did so"
_TRUST_ANOTHER = (
    "it was issued by {}, which is not below MQTT_TLS_CA={}: set that to the right CA, "
    "or have the broker send the certificates between the two (its certfile)"
)


def advice(problem: VisitFailed, settings: Settings) -> str:
    """What to do about it."""
    make = _BY_REASON.get(problem.why)
    if make is None:
        return _of_plain(settings)
    return make(settings)


def _of_plain(settings: Settings) -> str:
    """Nothing is known but that it does not work."""
    if not settings.mqtt_tls and (shown := _shown(settings)) is not None:
        return _TLS_TOO.format(shown.issuer)
    return _START


def _of_closed(settings: Settings) -> str:
    """It hangs up on who does, or does not, speak TLS, or on who has no certificate."""
    if not settings.mqtt_tls:
        return _of_plain(settings)
    if _shown(settings) is None:
        return _NO_TLS
    return _CLIENT if settings.mqtt_tls_cert is None else _START


def _of_stranger(settings: Settings) -> str:
    shown = _shown(settings)
    issuer = shown.issuer if shown is not None else "somebody"
    if settings.mqtt_tls_ca is None:
        return _TRUST.format(issuer)
    return _TRUST_ANOTHER.format(issuer, settings.mqtt_tls_ca)


def _of_name(settings: Settings) -> str:
    shown = _shown(settings)
    names = ", ".join(shown.names) if shown is not None else ""
    return _NAMES.format(names or "none is; have one issued with it")


def _of_expired(settings: Settings) -> str:
    shown = _shown(settings)
    return _RENEW.format(shown.until) if shown else "renew the broker's certificate"


def _of_early(settings: Settings) -> str:
    shown = _shown(settings)
    return _NOT_YET.format(shown.since) if shown else "look at this machine's clock"


def _shown(settings: Settings) -> Shown | None:
    """What the broker shows whoever asks; None: nothing, it speaks no TLS."""
    try:
        return look_at(settings.mqtt_broker_host, settings.mqtt_broker_port)
    except (OSError, ValueError):
        return None


_BY_REASON: dict[Reason, Callable[[Settings], str]] = {
    Reason.LOGIN: lambda _: _LOGIN,
    Reason.EXPIRED: _of_expired,
    Reason.NOT_YET: _of_early,
    Reason.STRANGER: _of_stranger,
    Reason.NAME: _of_name,
    Reason.VERSION: lambda _: _OLD,
    Reason.NO_TLS: lambda _: _NO_TLS,
    Reason.NO_CERTIFICATE: lambda _: _CLIENT,
    Reason.CLOSED: _of_closed,
}
