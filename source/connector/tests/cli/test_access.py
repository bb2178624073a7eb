"""Where the connector is, and which token it wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import SettingsError
from connector.settings.access import data_dir, find_access
from connector.settings.model import Settings

HERE = "http://127.0.0.1:8080"


def keep_token(folder: Path, text: str = "kept-token\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "api.token"
    path.write_text(text)
    return path


def test_without_settings_it_is_the_default_of_the_settings() -> None:
    fields = Settings.model_fields
    access = find_access(environ={})

    assert access.url == (
        f"http://{fields['http_host'].default}:{fields['http_port'].default}"
    )
    assert data_dir({}) == fields["data_dir"].default
    assert access.token is None
    assert "API_TOKEN is not set" in access.origin


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"HTTP_PORT": "8081"}, "http://127.0.0.1:8081"),
        ({"HTTP_HOST": "0.0.0.0"}, HERE),
        ({"HTTP_HOST": "::"}, "http://[::1]:8080"),
        ({"HTTP_HOST": "192.168.1.5"}, "http://192.168.1.5:8080"),
        ({"HTTP_HOST": "fe80::1", "HTTP_PORT": "1"}, "http://[fe80::1]:1"),
        ({"OCPP_CONNECTOR_URL": "https://x.example/ocpp/"}, "https://x.example/ocpp"),
        ({"OCPP_CONNECTOR_URL": "", "HTTP_PORT": " 9 "}, "http://127.0.0.1:9"),
    ],
)
def test_the_environment_says_where(environ: dict[str, str], url: str) -> None:
    assert find_access(environ=environ).url == url


def test_the_command_line_outranks_the_environment() -> None:
    environ = {"OCPP_CONNECTOR_URL": "http://a:1", "HTTP_PORT": "nonsense"}

    assert find_access("http://b:2", environ=environ).url == "http://b:2"


def test_dotenv_is_read(nowhere: Path) -> None:
    (nowhere / ".env").write_text("HTTP_PORT=8099\nAPI_TOKEN=from-dotenv\n")

    access = find_access(environ={})

    assert (access.url, access.token) == ("http://127.0.0.1:8099", "from-dotenv")
    assert ".env" in access.origin


def test_settings_that_are_wrong_elsewhere_are_no_matter(nowhere: Path) -> None:
    (nowhere / ".env").write_text("OCPP_PORT=x\n")

    assert find_access(environ={"LIMIT_HOLD_S": "never"}).url == HERE


@pytest.mark.parametrize(
    "url",
    [
        *("", "localhost:8080", "ftp://x", "http://", "http://x:0", "http://x:99999"),
        *("http://u:secret@x", "http://x?a=1", "http://x#a", "http://x y", "http://[x"),
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(
        SettingsError, match=r"--url is .*expected http://<host>"
    ) as told:
        find_access(url, environ={})
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"HTTP_PORT": "0"}, "HTTP_PORT is 0: this connector has no API"),
        ({"HTTP_PORT": "http"}, "HTTP_PORT is 'http', expected a port"),
        ({"OCPP_CONNECTOR_URL": "x"}, "OCPP_CONNECTOR_URL is 'x', expected http"),
        ({"API_TOKEN": "two words"}, "API_TOKEN: expected 1 to 512 visible ASCII"),
        ({"API_TOKEN_FILE": "/nowhere/at/all"}, "API_TOKEN_FILE is '/nowhere/at/all'"),
    ],
)
def test_what_cannot_be_used_is_named(environ: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as problem:
        find_access(environ=environ)
    assert "two words" not in str(problem.value)


def test_the_kept_token_is_found(nowhere: Path) -> None:
    path = keep_token(nowhere / "kept")

    access = find_access(environ={"DATA_DIR": str(nowhere / "kept")})

    assert (access.token, access.origin) == ("kept-token", str(path))
    assert "kept-token" not in repr(access)


def test_a_token_of_the_settings_outranks_the_kept_one(nowhere: Path) -> None:
    keep_token(nowhere / "data")

    assert find_access(environ={"API_TOKEN": "set"}).token == "set"


def test_a_file_that_is_given_outranks_all(nowhere: Path) -> None:
    keep_token(nowhere / "data")
    (nowhere / "mine").write_text("mine\n")

    access = find_access(token_file=Path("mine"), environ={"API_TOKEN": "set"})

    assert (access.token, access.origin) == ("mine", "mine")


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.2:1", True),
        ("http://[::1]:1", True),
        ("https://ocpp.example", False),
        ("http://192.168.1.5:8080", False),
    ],
)
def test_the_kept_token_goes_to_no_other_machine(
    nowhere: Path, url: str, is_sent: bool
) -> None:
    keep_token(nowhere / "data")

    assert (find_access(url, environ={}).token is not None) == is_sent


def test_a_token_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="--token-file gone: No such file"):
        find_access(token_file=Path("gone"), environ={})


def test_a_kept_token_that_cannot_be_read_says_so(nowhere: Path) -> None:
    (nowhere / "data" / "api.token").mkdir(parents=True)

    assert "Is a directory" in find_access(environ={}).origin
