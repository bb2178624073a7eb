"""Why a broker could not be reached, as far as its TLS tells."""

from __future__ import annotations

import ssl
from enum import StrEnum


class Reason(StrEnum):
    """What stands between a broker and us; the value says it to people."""

    LOGIN = "it refuses us"
    EXPIRED = "its certificate has expired"
    NOT_YET = "its certificate is not valid yet"
    STRANGER = "nobody whom we trust has issued its certificate"
    NAME = "its certificate is for another name"
    VERSION = "it has no version of TLS from 1.2 on"
    NO_TLS = "it does not speak TLS"
    NO_CERTIFICATE = "it wants a certificate of us"
    CLOSED = "it takes connections and closes them"
    OTHER = ""


_BY_VERIFY_CODE = {
    # X509_V_ERR_.. of OpenSSL's x509_vfy.h.
    2: Reason.STRANGER,
    9: Reason.NOT_YET,
    10: Reason.EXPIRED,
    18: Reason.STRANGER,
    19: Reason.STRANGER,
    20: Reason.STRANGER,
    21: Reason.STRANGER,
    62: Reason.NAME,
    64: Reason.NAME,
}
_BY_REASON = {
    "NO_PROTOCOLS_AVAILABLE": Reason.VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": Reason.VERSION,
    "UNSUPPORTED_PROTOCOL": Reason.VERSION,
    "WRONG_SSL_VERSION": Reason.VERSION,
    "WRONG_VERSION_NUMBER": Reason.NO_TLS,
    "HTTP_REQUEST": Reason.NO_TLS,
    "RECORD_LAYER_FAILURE": Reason.NO_TLS,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": Reason.NO_CERTIFICATE,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": Reason.NO_CERTIFICATE,
    "UNEXPECTED_EOF_WHILE_READING": Reason.CLOSED,
}
"""As Python's ssl module spells them."""


def reason_of(problem: Exception) -> Reason:
    """What it means; `Reason.OTHER`: its own text says enough."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return _BY_VERIFY_CODE.get(problem.verify_code, Reason.OTHER)
    if isinstance(problem, ssl.SSLError):
        return _BY_REASON.get(problem.reason or "", Reason.OTHER)
    is_closed = isinstance(problem, ConnectionResetError | BrokenPipeError | EOFError)
    return Reason.CLOSED if is_closed else Reason.OTHER


def words_of(problem: Exception) -> str:
    """For people: what it means, else what the system says."""
    found = reason_of(problem)
    if found is not Reason.OTHER:
        return found.value
    text = getattr(problem, "strerror", None) or str(problem)
    return str(text) or type(problem).__name__
