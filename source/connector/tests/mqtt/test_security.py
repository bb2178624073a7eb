from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.errors import CertificateError
from connector.mqtt import Client, MqttOptions, TlsOptions
from connector.tests.broker import Broker
from connector.tests.mqtt.conftest import Running, eventually

Run = Callable[..., Running]


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def _authority(folder: Path, name: str) -> None:
    _openssl(
        folder,
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-subj", f"/CN={name}", "-days", "2"),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        *("-keyout", f"{name}.key", "-out", f"{name}.pem"),
    )


def _certificate(folder: Path, name: str, ca: str) -> None:
    _openssl(
        folder,
        *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr"),
    )
    (folder / "ext").write_text(
        "subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n"
    )
    _openssl(
        folder,
        *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem"),
        *("-CAkey", f"{ca}.key", "-CAcreateserial", "-days", "2"),
        *("-extfile", "ext", "-out", f"{name}.pem"),
    )


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on the path")
    folder = tmp_path_factory.mktemp("certificates")
    _authority(folder, "ca")
    _authority(folder, "stranger")
    _certificate(folder, "server", "ca")
    _certificate(folder, "client", "ca")
    _openssl(folder, "ec", "-in", "client.key", "-aes256", "-passout", "pass:secret",
             "-out", "locked.key")  # fmt: skip
    (folder / "empty.pem").write_text("")
    return folder


@pytest.fixture
def tls_broker(tmp_path: Path, certificates: Path) -> Iterator[Broker]:
    """It wants a certificate of the client."""
    broker = Broker(
        tmp_path,
        f"cafile {certificates / 'ca.pem'}",
        f"certfile {certificates / 'server.pem'}",
        f"keyfile {certificates / 'server.key'}",
        "require_certificate true",
    )
    broker.start()
    yield broker
    broker.stop()


def _tls(folder: Path, ca: str = "ca", cert: str | None = "client") -> MqttOptions:
    return MqttOptions(
        tls=TlsOptions(
            ca=str(folder / f"{ca}.pem"),
            cert=None if cert is None else str(folder / f"{cert}.pem"),
            key=None if cert is None else str(folder / f"{cert}.key"),
        )
    )


@pytest.mark.broker
def test_both_ends_show_their_certificates(
    tls_broker: Broker, certificates: Path, run: Run
) -> None:
    running = run(tls_broker.port, _tls(certificates)).connected()
    running.client.subscribe("#")
    big = b"x" * 3_000_000
    running.client.publish_batch([("a", big, False), ("b", b"y", False)])
    assert running.next().payload == big
    assert running.next().payload == b"y"
    tls_broker.restart()
    running.connected(10)


@pytest.mark.broker
def test_a_broker_of_a_strange_authority_is_told_and_not_talked_to(
    tls_broker: Broker,
    certificates: Path,
    run: Run,
    caplog: pytest.LogCaptureFixture,
) -> None:
    running = run(tls_broker.port, _tls(certificates, ca="stranger"))
    eventually(lambda: "certificate verify failed" in caplog.text)
    assert running.connects.empty()


@pytest.mark.broker
def test_without_our_certificate_the_broker_lets_nobody_in(
    tls_broker: Broker,
    certificates: Path,
    run: Run,
    caplog: pytest.LogCaptureFixture,
) -> None:
    running = run(tls_broker.port, _tls(certificates, cert=None))
    eventually(lambda: "trying on" in caplog.text)
    assert running.connects.empty()


@pytest.mark.parametrize("ca", ["absent.pem", "empty.pem", "ca.key"])
def test_an_unusable_authority_is_named(certificates: Path, ca: str) -> None:
    options = MqttOptions(tls=TlsOptions(ca=str(certificates / ca)))
    with pytest.raises(CertificateError, match=ca):
        Client(options)


@pytest.mark.parametrize(
    ("cert", "key"),
    [
        ("absent.pem", "client.key"),
        ("client.pem", "absent.key"),
        ("client.pem", "server.key"),
        ("client.pem", "locked.key"),
        ("empty.pem", None),
    ],
)
def test_an_unusable_certificate_is_named(
    certificates: Path, cert: str, key: str | None
) -> None:
    key_path = None if key is None else str(certificates / key)
    options = MqttOptions(tls=TlsOptions(cert=str(certificates / cert), key=key_path))
    with pytest.raises(CertificateError, match=cert):
        Client(options)


@pytest.fixture
def locked_broker(tmp_path: Path) -> Iterator[Broker]:
    """It lets somebody with the password "swordfish" in, and nobody else."""
    passwords = tmp_path / "passwords"
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("no mosquitto_passwd on the path")
    passwords.touch(mode=0o600)
    subprocess.run(
        [program, "-b", str(passwords), "somebody", "swordfish"],
        check=True,
        capture_output=True,
    )
    broker = Broker(tmp_path, f"password_file {passwords}", anonymous=False)
    broker.start()
    yield broker
    broker.stop()


@pytest.mark.broker
def test_user_and_password(
    locked_broker: Broker, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    options = MqttOptions(username="somebody", password="swordfish")
    run(locked_broker.port, options).connected()
    assert "swordfish" not in caplog.text


@pytest.mark.broker
def test_a_wrong_password_is_told(
    locked_broker: Broker, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    options = MqttOptions(username="somebody", password="herring")
    running = run(locked_broker.port, options)
    eventually(lambda: "Not authorized" in caplog.text)
    assert "herring" not in caplog.text
    assert running.connects.empty()


def test_a_password_is_in_no_representation() -> None:
    assert "swordfish" not in repr(MqttOptions(username="me", password="swordfish"))
