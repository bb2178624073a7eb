"""What a failed TLS handshake says, in words: for the log, and to be counted."""

from __future__ import annotations

import ssl

CERTIFICATE, VERSION, CIPHER, OTHER = (
    "client_certificate",
    "tls_version",
    "tls_cipher",
    "tls_handshake",
)
_WORDS = {
    "UNSUPPORTED_PROTOCOL": (VERSION, "it speaks no version from TLS 1.2 on"),
    "VERSION_TOO_LOW": (VERSION, "it speaks no version from TLS 1.2 on"),
    "INAPPROPRIATE_FALLBACK": (VERSION, "it falls back to an older version"),
    "NO_SHARED_CIPHER": (CIPHER, "it offers no cipher suite that is allowed"),
    "NO_SUITABLE_SIGNATURE_ALGORITHM": (CIPHER, "no common signature algorithm"),
    "NO_SHARED_GROUPS": (CIPHER, "no common key exchange"),
    "NO_SUITABLE_KEY_SHARE": (CIPHER, "no common key exchange"),
    "HTTP_REQUEST": (OTHER, "it speaks plain HTTP on the TLS port"),
    "WRONG_VERSION_NUMBER": (OTHER, "what it speaks is no TLS"),
    "SSLV3_ALERT_BAD_CERTIFICATE": (OTHER, "it does not trust our certificate"),
    "TLSV1_ALERT_UNKNOWN_CA": (OTHER, "it does not know the CA of our certificate"),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (OTHER, "to it our certificate has expired"),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": (OTHER, "it does not trust our certificate"),
}
"""By OpenSSL's name of the problem (OCPP's security events have the same kinds:
InvalidTLSVersion, InvalidTLSCipherSuite, InvalidChargingStationCertificate)."""


def why(problem: ssl.SSLError) -> tuple[str, str]:
    """The word under which a failure is counted, and what it means.

    Whose certificate was refused nobody can tell: OpenSSL drops it with the handshake.
    """
    if isinstance(problem, ssl.SSLCertVerificationError):
        return CERTIFICATE, f"the certificate that it showed: {problem.verify_message}"
    name = problem.reason or ""
    reason, text = _WORDS.get(name, (OTHER, ""))
    text = text or name.replace("_", " ").lower() or "the handshake failed"
    return reason, f"no TLS, {text}"
