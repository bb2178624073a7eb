"""`ocpp-connector pki`: over the API, and on the CA itself."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from connector.cli.exits import Exit
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command
from connector.tests.signing import csr

PEM = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
ISSUED = {
    "serial": "5f3a",
    "common_name": "CP-7",
    "station": "CP-7",
    "expires": "2027-01-31T12:00:00Z",
    "certificate": PEM,
    "root": PEM,
    "key": "-----BEGIN PRIVATE KEY-----\nSECRET\n",
}
ITEM = {"serial": "5f3a\x1b", "common_name": "CP-7", "station": "CP-7", "days_left": 30}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.fixture
def here(nowhere: Path, command: Command) -> Command:
    """Commands on the CA in the folder `data`."""

    def run(*words: str) -> Any:
        return command("pki", *words, "--data-dir", "data")

    return run


# -- over the API


@pytest.mark.parametrize(("name", "path"), [("init", "root"), ("crl", "crl")])
def test_a_document_is_given(
    api: Api, command: Command, nowhere: Path, name: str, path: str
) -> None:
    api.answer("GET", f"/pki/{path}", PEM.encode())

    assert command("pki", name).out == PEM
    assert command("pki", name, "--json").json == {path: PEM}
    done = command("pki", name, "--output", "x.pem")
    assert (done.out, (nowhere / "x.pem").read_text()) == ("x.pem is written\n", PEM)
    assert mode(nowhere / "x.pem") == 0o644


def test_what_a_connector_issues_is_written_and_no_key_is_shown(
    api: Api, command: Command, nowhere: Path
) -> None:
    api.answer("POST", "/pki/certificates", ISSUED, 201)
    (nowhere / "cp.csr").write_text("REQUEST\n")

    done = command("pki", "issue", "CP-7", "--output-dir", "keys", "--days", "30")
    signed = command(
        *("pki", "issue", "CP 8", "--csr", "cp.csr", "--common-name", "A1", "--json")
    )

    assert api.asked[0].body == {"station": "CP-7", "days": 30, "key": "ec"}
    assert api.asked[1].body == {
        "station": "CP 8",
        "days": 365,
        "key": "ec",
        "csr": "REQUEST",
        "common_name": "A1",
    }
    assert done.out.splitlines() == [
        "key: keys/CP-7.key",
        "certificate: keys/CP-7.pem",
        "root: keys/station-ca.pem",
    ]
    assert mode(nowhere / "keys" / "CP-7.key") == 0o600
    assert (nowhere / "keys" / "CP-7.key").read_text() == ISSUED["key"]
    assert signed.json["files"] == {
        "certificate": "CP 8.pem",
        "root": "station-ca.pem",
    }
    assert "SECRET" not in done.out + done.err + signed.out + signed.err


@pytest.mark.parametrize("name", ["CP-7.pem", "CP-7.key"])
def test_nothing_is_issued_over_a_file_that_is_there(
    api: Api, command: Command, nowhere: Path, name: str
) -> None:
    (nowhere / name).write_text("mine")

    done = command("pki", "issue", "CP-7")

    assert (done.code, api.asked) == (Exit.USAGE, [])
    assert done.err == f"{name} is there already, and stays\n"


@pytest.mark.parametrize("mine", ["mine", PEM.replace("AA==", "AQ==")])
def test_nothing_is_issued_beside_the_root_of_another_ca(
    api: Api, command: Command, nowhere: Path, mine: str
) -> None:
    api.answer("GET", "/pki/root", PEM.encode())
    (nowhere / "station-ca.pem").write_text(mine)

    done = command("pki", "issue", "CP-7")

    assert (done.code, [asked.method for asked in api.asked]) == (Exit.USAGE, ["GET"])
    assert done.err.startswith("station-ca.pem is there already, and stays: ")
    assert (nowhere / "station-ca.pem").read_text() == mine
    assert not (nowhere / "CP-7.pem").exists()


def test_the_root_of_this_ca_stays_as_it_is(here: Command, nowhere: Path) -> None:
    here("init", "--output", "station-ca.pem")
    mine = (nowhere / "station-ca.pem").read_bytes().replace(b"\n", b"\r\n")
    (nowhere / "station-ca.pem").write_bytes(mine)

    done = here("issue", "CP-7")

    assert (done.code, done.err) == (Exit.DONE, "")
    assert "root: station-ca.pem" in done.out
    assert (nowhere / "station-ca.pem").read_bytes() == mine


def test_a_name_leads_into_no_other_folder(
    api: Api, command: Command, nowhere: Path
) -> None:
    api.answer("POST", "/pki/certificates", ISSUED, 201)

    command("pki", "issue", "../../up", "--output-dir", "keys")

    assert not (nowhere.parent / "up.pem").exists()
    assert len(list((nowhere / "keys").iterdir())) == 3


def test_certificates_are_listed_shown_and_revoked(api: Api, command: Command) -> None:
    page = {"items": [ITEM], "next": None, "days_left": {}}
    api.answer("GET", "/pki", page)
    api.answer("GET", "/pki/certificates/5f3a", ITEM)
    api.answer("POST", "/pki/certificates/5f3a/revoke", ITEM)

    listed = command("pki", "list", "--station", "CP-7")
    revoked = command("pki", "revoke", "5f3a", "--reason", "superseded")

    row = listed.out.splitlines()[1].split()
    assert row == ["5f3a\\x1b", "CP-7", "CP-7", "30"]
    assert api.asked[0].query == {"limit": "101", "station": "CP-7"}
    assert command("pki", "show", "5f3a", "--json").json == ITEM
    assert api.asked[2].body == {"reason": "superseded"}
    assert (revoked.code, revoked.out) == (Exit.DONE, "5f3a\\x1b (CP-7): revoked\n")


def test_a_certificate_for_the_server_is_issued(api: Api, command: Command) -> None:
    files = {"certificate_file": "/data/s.pem", "key_file": "/data/s.key"}
    api.answer("POST", "/pki/server", files, 201)

    done = command("pki", "server", "cs.example.com", "192.0.2.1", "--key", "rsa")

    assert api.asked[0].body == {
        "hosts": ["cs.example.com", "192.0.2.1"],
        "days": 365,
        "key": "rsa",
    }
    assert done.out == "OCPP_TLS_CERT=/data/s.pem\nOCPP_TLS_KEY=/data/s.key\n"


# -- on the CA itself


def test_from_nothing_to_a_certificate_and_back(here: Command, nowhere: Path) -> None:
    root = here("init", "--output", "root.pem")
    issued = here("issue", "CP-7", "--output-dir", "keys", "--json").json

    assert root.code == Exit.DONE
    found = certificate(nowhere / "keys" / "CP-7.pem")
    found.verify_directly_issued_by(certificate(nowhere / "root.pem"))
    key = load_pem_private_key((nowhere / "keys" / "CP-7.key").read_bytes(), None)
    assert key.public_key() == found.public_key()
    assert mode(nowhere / "keys" / "CP-7.key") == 0o600

    serial = issued["serial"]
    assert here("show", serial, "--json").json["certificate"].startswith("-----BEGIN")
    [listed] = here("list", "--json").json
    assert listed["serial"] == serial
    assert listed["days_left"] in (364, 365)
    revoked = here("revoke", serial, "--reason", "key_compromise", "--json").json
    assert revoked["reason"] == "key_compromise"
    crl = x509.load_pem_x509_crl(here("crl").out.encode())
    assert crl.get_revoked_certificate_by_serial_number(int(serial, 16)) is not None


def test_who_revokes_a_second_time_is_told_that_it_was(here: Command) -> None:
    serial = here("issue", "CP-7", "--json").json["serial"]
    first = here("revoke", serial, "--reason", "superseded", "--json").json

    again = here("revoke", serial, "--reason", "key_compromise")

    told = f"was revoked already (superseded, {first['revoked']})"
    assert (again.code, again.out) == (Exit.DONE, f"{serial} (CP-7): {told}\n")


def test_a_request_is_signed(here: Command, nowhere: Path) -> None:
    (nowhere / "cp.csr").write_bytes(csr("CP-7"))

    done = here("issue", "CP-7", "--csr", "cp.csr")

    assert done.out.splitlines()[0] == "certificate: CP-7.pem"
    assert not (nowhere / "CP-7.key").exists()


def test_a_bundle_is_encrypted_with_a_password_that_is_piped_in(
    here: Command, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "stdin").write_text("open sesame\n")
    with (nowhere / "stdin").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        done = here("issue", "CP-7", "--pkcs12", "--key", "rsa")

    bundle = nowhere / "CP-7.p12"
    key, found, more = pkcs12.load_key_and_certificates(
        bundle.read_bytes(), b"open sesame"
    )
    assert key is not None
    assert found == certificate(nowhere / "CP-7.pem")
    assert more == [certificate(nowhere / "station-ca.pem")]
    assert mode(bundle) == 0o600
    assert "sesame" not in done.out + done.err


def test_the_server_gets_files(here: Command, nowhere: Path) -> None:
    found = here("server", "cs.example.com", "192.0.2.1", "--json").json

    path = nowhere / found["certificate_file"]
    names = certificate(path).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == ["cs.example.com"]
    assert (nowhere / found["key_file"]).is_file()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["show", "abcd"], Exit.NOT_FOUND, "no certificate abcd was issued here"),
        (["revoke", "abcd"], Exit.NOT_FOUND, "no certificate abcd was issued here"),
        (["server", "not a host"], Exit.USAGE, "not a host"),
        (["issue", "CP-7", "--days", "0"], Exit.USAGE, "--days"),
        (["issue", "CP-7", "--csr", "gone.csr"], Exit.USAGE, "gone.csr: No such file"),
        (["issue", "C" * 65], Exit.USAGE, "a CN has at most 64 characters"),
        (["issue", "CP-7", "--csr", "x", "--pkcs12"], Exit.USAGE, "--pkcs12 holds"),
    ],
)
def test_what_cannot_be_is_told(
    here: Command, words: list[str], code: Exit, told: str
) -> None:
    done = here(*words)

    assert (done.code, done.out) == (code, "")
    assert told in done.err


def test_a_reason_that_is_none_is_told(here: Command) -> None:
    serial = here("issue", "CP-7", "--json").json["serial"]

    done = here("revoke", serial, "--reason", "mood")

    assert done.code == Exit.USAGE
    assert "expected unspecified, key_compromise" in done.err


def test_a_store_alone_has_no_ca(command: Command) -> None:
    done = command("pki", "init", "--data-dir", "a", "--direct")

    assert (done.code, done.out) == (Exit.USAGE, "")


def test_a_document_that_cannot_be_written_is_told(here: Command) -> None:
    done = here("init", "--output", "gone/x.pem")

    assert (done.code, done.err) == (
        Exit.USAGE,
        "gone/x.pem: No such file or directory\n",
    )


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_issued(
    here: Command, nowhere: Path
) -> None:
    (nowhere / "file").write_text("")

    done = here("issue", "CP-7", "--output-dir", "file/keys")

    assert (done.code, done.out) == (Exit.USAGE, "")
    assert done.err.startswith("file/keys: ")
    assert here("list", "--json").json == []


def test_nothing_is_issued_where_nothing_can_be_written(
    api: Api, command: Command, nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / "keys").mkdir()

    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(30, "Read-only file system")

    # Folders that even root cannot write to are not to be had everywhere.
    monkeypatch.setattr("tempfile._mkstemp_inner", read_only)
    done = command("pki", "issue", "CP-7", "--output-dir", "keys")

    assert (done.code, api.asked) == (Exit.USAGE, [])
    assert done.err.startswith("keys: Read-only file system; nothing is issued")


def test_what_was_issued_and_cannot_be_written_is_to_be_revoked(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("connector.security.private_files.write_over", full)
    api.answer("POST", "/pki/certificates", ISSUED, 201)

    done = command("pki", "issue", "CP-7")

    assert (done.code, done.out) == (Exit.NO, "")
    assert done.err.endswith("what was issued is of no use: revoke 5f3a\n")
    assert "SECRET" not in done.err
