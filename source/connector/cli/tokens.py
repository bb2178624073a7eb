"""`ocpp-connector tokens`: who may charge, and who has tried."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.caller import Caller, remote
from connector.cli.columns import SEEN_TOKENS, TOKENS
from connector.cli.exits import Exit
from connector.cli.lists import DEFAULT_MOST, Most, show_list
from connector.cli.problems import CommandFailed, ConnectorRefused, UsageProblem
from connector.cli.times import iso, time_after
from connector.cli.token_files import ANY, Entry, read_tokens

ABOUT = "Id tokens: who may charge, and who has tried."
_Id = Annotated[str, typer.Argument(metavar="TOKEN", help="The id token.")]
_Type = Annotated[
    str,
    typer.Option(
        "--type", help="ISO14443, Central, ..; any stands for each (OCPP 1.6 has none)."
    ),
]
_Status = Annotated[
    str | None,
    typer.Option(help="Accepted, Blocked, Expired, Invalid or ConcurrentTx."),
]
_OfStatus = Annotated[
    str | None, typer.Option("--status", help="Only those of this status.")
]
_OfGroup = Annotated[
    str | None, typer.Option("--group", help="Only those of this group.")
]
_Expiry = Annotated[
    str | None,
    typer.Option(help="Until when it is accepted, as 2026-12-31T23:59:59Z, or 30d."),
]
_Group = Annotated[str | None, typer.Option(help="Its parent token, or group.")]
_Note = Annotated[str | None, typer.Option(help="For people.")]
_Language = Annotated[
    str | None, typer.Option(help="That its messages are in, such as de.")
]
_MaxActive = Annotated[
    int | None, typer.Option(min=1, help="Most transactions at the same time.")
]
_File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="JSON or YAML as in TOKENS, a list of objects in JSON, or CSV with a line "
        "of names (id, type, status, expiry, group, note, language, max_active); "
        "- is standard input, JSON.",
    ),
]
_DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Read and check the file, and change nothing.")
]


def add_to(top: typer.Typer) -> None:
    """Add the commands to those there are."""
    group = typer.Typer(help=ABOUT, no_args_is_help=True)
    say = "ocpp-connector tokens"
    remote(group, "list", example=f"{say} list")(list_tokens)
    remote(group, "seen", example=f"{say} seen")(seen)
    remote(group, "show", example=f"{say} show 04A2B3C4")(show)
    remote(group, "set", example=f"{say} set 04A2B3C4 --status Blocked")(change)
    remote(group, "delete", example=f"{say} delete 04A2B3C4")(delete)
    remote(group, "import", example=f"{say} import tokens.csv")(import_file)
    top.add_typer(group, name="tokens")


def list_tokens(
    caller: Caller,
    status: _OfStatus = None,
    group: _OfGroup = None,
    limit: Most = DEFAULT_MOST,
) -> None:
    """List the id tokens that are registered."""
    empty = "no tokens are registered"
    filters = {"status": status, "group": group}
    show_list(caller, _path(), TOKENS, empty, limit, **filters)


def seen(caller: Caller, limit: Most = DEFAULT_MOST) -> None:
    """List the id tokens that nobody has registered, and where they were presented."""
    empty = "no unknown token was presented"
    show_list(caller, _path("seen"), SEEN_TOKENS, empty, limit)


def show(caller: Caller, token: _Id, kind: _Type = ANY) -> None:
    """Show what is registered for an id token."""
    with caller.client() as client:
        found = client.get(_path(kind, token))
    caller.terminal.item(found)


def change(
    caller: Caller,
    token: _Id,
    kind: _Type = ANY,
    status: _Status = None,
    expiry: _Expiry = None,
    group: _Group = None,
    note: _Note = None,
    language: _Language = None,
    max_active: _MaxActive = None,
) -> None:
    """Register an id token, or register it anew: what is left out is not set."""
    members = {
        "status": status or "Accepted",
        "expiry": iso(time_after(expiry)) if expiry else None,
        "group": group,
        "note": note,
        "language": language,
        "max_active": max_active,
    }
    body = {name: value for name, value in members.items() if value is not None}
    with caller.client() as client:
        found = client.put(_path(kind, token), body)
    caller.terminal.done(found, f"{token} ({kind}): {body['status']}")


def delete(caller: Caller, token: _Id, kind: _Type = ANY) -> None:
    """Forget what is registered for an id token."""
    with caller.client() as client:
        client.delete(_path(kind, token))
    caller.terminal.done(
        {"id": token, "type": kind, "deleted": True}, f"{token} ({kind}) is forgotten"
    )


def import_file(caller: Caller, file: _File, dry_run: _DryRun = False) -> None:
    """Register every id token of a file; others stay as they are."""
    if dry_run:
        checked = read_tokens(file, _misfit)
        caller.terminal.done(checked, f"{len(checked)} tokens in {file}")
        return
    entries = read_tokens(file)
    refused = []
    with caller.client() as client:
        for entry in entries:
            try:
                client.put(_path(entry["type"], entry["id"]), _body(entry))
            except ConnectorRefused as problem:
                if problem.code not in (Exit.USAGE, Exit.NO):
                    raise
                refused.append({"id": entry["id"], "detail": str(problem)})
    _tell(caller, len(entries), refused)


def _tell(caller: Caller, count: int, refused: list[dict[str, str]]) -> None:
    done = count - len(refused)
    result = {"registered": done, "refused": refused}
    caller.terminal.done(result, f"{done} of {count} tokens are registered")
    for each in refused:
        caller.terminal.note(f"{each['id']}: {each['detail']}")
    if refused:
        raise CommandFailed("", Exit.NO)


def _misfit(entry: Entry) -> str:
    """What the connector would say to an entry; "" where it takes it."""
    from connector.web.api.tokens import misfit  # noqa: PLC0415

    return misfit(entry["type"], entry["id"], _body(entry))


def _body(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in ("id", "type")}


def _path(*parts: str) -> str:
    from connector.cli.client import path_of  # noqa: PLC0415

    if parts and not all(parts):
        raise UsageProblem("an id token, and its type, have at least one character")
    return path_of("tokens", *parts)
