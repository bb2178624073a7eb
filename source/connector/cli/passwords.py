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


def generate_password() -> str:
    """A safe one that stations of every version take."""
    from connector.security.passwords import generate  # noqa: PLC0415

    return generate()
