"""`ocpp-connector pki`: our own CA, for stations and for this server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, remote
from connector.cli.columns import CERTIFICATES
from connector.cli.completing import identities
from connector.cli.direct import DataDir, Direct, place_of
from connector.cli.key_files import StationFiles, put_text
from connector.cli.lists import DEFAULT_MOST, Most, show_found
from connector.cli.passwords import chosen_password
from connector.cli.pki_desks import desk_of
from connector.cli.values import read_text

ABOUT = "Our own CA: certificates for stations and for this server."


class Key(StrEnum):
    """What a key can be."""

    EC = "ec"
    RSA = "rsa"


_Station = Annotated[
    str,
    typer.Argument(
        metavar="STATION", help="The station's identity.", autocompletion=identities
    ),
]
_Hosts = Annotated[
    list[str],
    typer.Argument(
        metavar="HOST...", help="Names and addresses by which stations reach it."
    ),
]
_Serial = Annotated[
    str, typer.Argument(metavar="SERIAL", help="Its serial number, as in the list.")
]
_Output = Annotated[
    Path | None,
    typer.Option(help="The file to write; else standard output.", dir_okay=False),
]
_Folder = Annotated[
    Path, typer.Option("--output-dir", help="Where the files are put.", file_okay=False)
]
_Csr = Annotated[
    Path | None,
    typer.Option(help="The station's signing request (PEM); else a key is made."),
]
_CommonName = Annotated[
    str | None,
    typer.Option(help="Its CN, where that is not the identity but the serial number."),
]
_Days = Annotated[
    int, typer.Option(min=1, max=7300, help="For how many days it is valid.")
]
_KeyKind = Annotated[Key, typer.Option("--key", help="The kind of key.")]
_Pkcs12 = Annotated[
    bool,
    typer.Option(
        "--pkcs12", help="Write a PKCS #12 file, too; its password is asked for."
    ),
]
_OfStation = Annotated[
    str | None, typer.Option("--station", help="Only those of this station.")
]
_Reason = Annotated[
    str,
    typer.Option(help="key_compromise, superseded, cessation_of_operation, .."),
]


def add_to(top: typer.Typer) -> None:
    """Add the commands to those there are."""
    group = typer.Typer(help=ABOUT, no_args_is_help=True)
    say = "ocpp-connector pki"
    remote(group, "init", example=f"{say} init --output station-ca.pem")(init)
    remote(group, "server", example=f"{say} server cs.example.com")(server)
    remote(group, "issue", example=f"{say} issue CP-7 --output-dir keys")(issue)
    remote(group, "list", example=f"{say} list")(list_certificates)
    remote(group, "show", example=f"{say} show 5f3a9c0e")(show)
    remote(group, "revoke", example=f"{say} revoke 5f3a9c0e --reason key_compromise")(
        revoke
    )
    remote(group, "crl", example=f"{say} crl --output station-ca.crl")(crl)
    top.add_typer(group, name="pki")


def init(
    caller: Caller,
    output: _Output = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Make the CA where there is none, and give its certificate (PEM)."""
    with desk_of(caller, place_of(None, data_dir, direct)) as desk:
        _give(caller, "root", desk.root(), output)


def crl(
    caller: Caller,
    output: _Output = None,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Give the revocation list (PEM)."""
    with desk_of(caller, place_of(None, data_dir, direct)) as desk:
        _give(caller, "crl", desk.crl(), output)


def server(
    caller: Caller,
    hosts: _Hosts,
    days: _Days = 365,
    key: _KeyKind = Key.EC,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Issue a certificate for this server, and put it where OCPP_TLS_CERT may point."""
    body = {"hosts": hosts, "days": days, "key": key.value}
    with desk_of(caller, place_of(None, data_dir, direct)) as desk:
        found = desk.issue_server(body)
    text = (
        f"OCPP_TLS_CERT={found['certificate_file']}\nOCPP_TLS_KEY={found['key_file']}"
    )
    caller.terminal.done(found, text)


def issue(
    caller: Caller,
    station: _Station,
    output_dir: _Folder = Path(),
    csr: _Csr = None,
    common_name: _CommonName = None,
    days: _Days = 365,
    key: _KeyKind = Key.EC,
    pkcs12: _Pkcs12 = False,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Issue a client certificate for a station, and write it with its key to files.

    The key is kept nowhere else: give it to the station, and remove it.
    """
    files = StationFiles.of(station, output_dir, with_key=csr is None, pkcs12=pkcs12)
    password = chosen_password(f"Password of {files.pkcs12}") if pkcs12 else None
    body: dict[str, Any] = {"station": station, "days": days, "key": key.value}
    if csr is not None:
        body["csr"] = read_text(f"@{csr}")[0]
    if common_name is not None:
        body["common_name"] = common_name
    with desk_of(caller, place_of(None, data_dir, direct)) as desk:
        files.refuse_another_root(desk.root)
        issued = desk.issue(body)
    written = files.write(issued, password)
    shown = {name: issued[name] for name in ("serial", "common_name", "expires")}
    text = "\n".join(f"{name}: {path}" for name, path in written.items())
    caller.terminal.done(shown | {"files": written}, text)


def list_certificates(
    caller: Caller,
    station: _OfStation = None,
    limit: Most = DEFAULT_MOST,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """List the certificates that were issued, newest first, with days left."""
    with desk_of(caller, place_of(None, data_dir, direct)) as desk:
        found = desk.certificates(station, limit + 1 if limit else 0)
    show_found(caller, found, CERTIFICATES, "no certificates were issued", limit)


def show(
    caller: Caller,
    serial: _Serial,
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Show a certificate that was issued."""
    with desk_of(caller, place_of(None, data_dir, direct)) as desk:
        found = desk.certificate(serial)
    caller.terminal.item(found)


def revoke(
    caller: Caller,
    serial: _Serial,
    reason: _Reason = "unspecified",
    data_dir: DataDir = None,
    direct: Direct = False,
) -> None:
    """Let a certificate be good no more; links that it has let in are ended.

    A second time changes nothing.
    """
    with desk_of(caller, place_of(None, data_dir, direct)) as desk:
        was_revoked = desk.certificate(serial).get("revoked") is not None
        found = desk.revoke(serial, reason)
    text = "revoked"
    if was_revoked:
        text = f"was revoked already ({found['reason']}, {found['revoked']})"
    caller.terminal.done(found, f"{found['serial']} ({found['common_name']}): {text}")


def _give(caller: Caller, name: str, pem: str, output: Path | None) -> None:
    """A document, as it is or as a file."""
    if output is None:
        caller.terminal.done({name: pem}, pem.rstrip("\n"))
        return
    put_text(output, pem)
    caller.terminal.done({"output": str(output)}, f"{output} is written")
