"""Passwords that people type, pipe in, or have made; never on the command line."""

from __future__ import annotations

import sys

import typer

from connector.cli.problems import UsageProblem


def chosen_password(prompt: str, *, is_made: bool = False) -> str:
    """A new password.

    Raises:
        UsageProblem: there is none.
    """
    if is_made:
        return generate_password()
    if sys.stdin.isatty():
        typed: str = typer.prompt(
            prompt, hide_input=True, confirmation_prompt=True, err=True
        )
        return typed
    piped = sys.stdin.readline().rstrip("\r\n")
    if not piped:
        raise UsageProblem("standard input: expected a password in its first line")
    return piped


def station_password(prompt: str, *, is_made: bool = False) -> str:
    """A new password that a station can have.

    Raises:
        UsageProblem: there is none, or it is too short or too long.
    """
    from connector.csms import password_change  # noqa: PLC0415

    chosen = chosen_password(prompt, is_made=is_made)
    least, most = password_change.SHORTEST, password_change.LONGEST_21
    if not least <= len(chosen) <= most:
        raise UsageProblem(
            f"the password has {len(chosen)} characters, expected {least} to "
            f"{password_change.LONGEST} (OCPP 2.1: to {most})"
        )
    return chosen


def generate_password() -> str:
    """A safe one that stations of every version take."""
    from connector.security.passwords import generate  # noqa: PLC0415

    return generate()
