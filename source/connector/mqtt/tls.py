"""What a broker must show, and what we show it."""

from __future__ import annotations

import ssl

from connector.errors import CertificateError
from connector.mqtt.options import TlsOptions


class ClosingSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho leaves that to the collector."""

    def do_handshake(self, block: bool = False) -> None:
        """As ever."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def tls_context(options: TlsOptions) -> ssl.SSLContext:
    """The context of a connection to a broker.

    Raises:
        CertificateError: a file cannot be used; the text names it.
    """
    context = _trusting(options.ca)
    context.sslsocket_class = ClosingSocket
    if options.cert is not None:
        try:
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(options.cert, options.key, password="")
        except (OSError, ValueError) as problem:
            files = " with ".join(filter(None, [options.cert, options.key]))
            raise CertificateError(
                f"the MQTT client certificate {files} cannot be used: {problem}"
            ) from problem
    return context


def _trusting(ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as problem:
        raise CertificateError(
            f"the MQTT broker's CA {ca} cannot be used: {problem}"
        ) from problem
