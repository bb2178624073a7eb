"""How secrets are called: one table for members of JSON, keys and variables.

Chargers are free in what they call theirs, so names are compared without case, and
words may be joined by ``_``, ``-``, ``.``, ``/`` or a space: ``WifiPassphrase``,
``WLAN_PSK``, ``client-secret``. Words that other words have in them (``pin`` is in
``mapping``) count where they stand for themselves and last: ``AdminPin``, ``wifi_pw``.
Id tokens are no such secret; they have rules of their own.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = (
    "authorization key",
    "basic auth",
    "credentials?",
    "pass(?:word|wd|phrase|code)",
    "(?:admin|apn|auth|ftp|http|mail|mqtt|proxy|root|service|smtp|ui|user|vpn|web|wifi"
    "|wlan) (?:pass|pin|pw)(?![a-z])",
    "pin code",
    "psk",
    "pwd",
    "secret",
    "sim pin",
    "(?:access|aes|api|auth|encryption|hmac|master|network|preshared|private|session"
    "|shared|vpn|wep|wifi|wlan|wpa) key",
    "(?:access|api|auth|bearer|jwt|oauth|refresh|security|session) token",
)
_JOINED = r"(?:ctrlr)?[\\s_./-]?"
NAME = "(?:" + re.sub(" ", _JOINED, "|".join(_WORDS)) + ")"
"""What a secret's name has in it; to be compared without case."""
_LAST = (
    r"(?:[\s_.-]?(?:[Nn]ew|[Oo]ld|[Cc]onfirm|[Rr]epeat|[Hh]ash|[Vv]alue|\d{1,3}))?"
    r"(?![_.-]?[A-Za-z\d])"
)
LONE = (
    r"(?-i:(?:(?<![A-Za-z])(?<![Bb]y[_.-])(?:pass|pin|pw)"
    rf"|(?<![Bb]y)(?<![Mm]aster)Pass|Pin|Pw|(?<![A-Z])(?:PASS|PIN|PW)){_LAST})"
)
"""The same of whole words, by the case in which they are joined to others."""
_NAME = re.compile(f"{NAME}|{LONE}", re.IGNORECASE)
_STEM = re.compile("auth|cred|key|p(?:ass|in|sk|w)|secret|token", re.IGNORECASE)
"""One of them is in each of the words: most text is passed by without a long look."""
_LONGEST_KEPT = 64


def has_stem(text: str) -> bool:
    """Whether it is worth looking for a name in a text."""
    return _STEM.search(text) is not None


def is_secret(name: str) -> bool:
    """Whether what is called so is not to be shown."""
    if len(name) > _LONGEST_KEPT:
        return _NAME.search(name) is not None
    return _is_secret(name)


@lru_cache(maxsize=2048)
def _is_secret(name: str) -> bool:
    return _NAME.search(name) is not None


def is_in(text: str) -> bool:
    """Whether a text has the name of a secret in it."""
    return has_stem(text) and _NAME.search(text) is not None
