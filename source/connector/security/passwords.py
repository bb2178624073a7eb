"""Passwords of stations: made, kept as hashes, and checked.

What is kept of a station is `Station.security`, a JSON object::

    {"password": <hash>, "older": <hash> or null, "profile": 0 to 3 or null,
     "replaces": <hash> or null}

``password`` is the one that counts, ``older`` the one before it, which is right too
until the new one was used; ``profile`` is the least security profile that the station
may use; ``replaces`` is the hash of the password in `STATIONS` that ``password`` took
the place of: while `STATIONS` says the same, ``password`` counts, and as soon as it
says another one, that one does. Every member may be missing. A hash is text that only
`Passwords.verify` reads:

- ``hmac-sha256$<key>$<salt>$<digest>`` of passwords that nobody can guess (128 bits or
  more): a fast one, with a key of our own in ``passwords.key``. Thousands of stations
  that come back at once cost next to nothing.
- ``scrypt$<log2 n>$<r>$<p>$<salt>$<digest>`` of those that people made up: slow, for
  whoever finds it may guess. It is done once for each password in the life of a
  process; then a fast one in memory stands for it.

A password is bytes on the wire and text for people. Where the text is the hexadecimal
spelling of a key (32 to 40 digits: OCPP-J 1.6, section 6.2.2, and the security
whitepaper, AuthorizationKey), the key itself, and its digits in any case, are the same
password; text beyond ASCII is right as UTF-8 and as ISO 8859-1 (RFC 7617, section 2).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from connector.errors import PasswordError
from connector.security.private_files import write_new
from connector.security.slow_line import LineFull, SlowLine

KEY_FILE = "passwords.key"
LONGEST_BYTES = 1024
"""On the wire; longer ones are not looked at."""
_GENERATED_BYTES = 20
"""40 hexadecimal digits: what 1.6 takes at most, and 2.x too."""
_FAST, _SLOW = "hmac-sha256", "scrypt"
_LOG2_N, _R, _P = 14, 8, 1
_SALT_BYTES = 16
_KEY_BYTES = 32
_MAX_MEMORY = 128 * 1024 * 1024
_REMEMBERED = 100_000
_HEX_KEY = re.compile(rb"(?:[0-9a-fA-F]{2}){16,20}")


def generate() -> str:
    """A new password of 160 bits that stations of every version take."""
    return secrets.token_hex(_GENERATED_BYTES)


def same(one: str, presented: bytes) -> bool:
    """Whether a password that we have as text is the one presented.

    The time it takes says nothing of either.
    """
    [wanted, *_] = _forms(one.encode("utf-8", "surrogatepass"))
    digest = hashlib.sha256(wanted).digest()
    found = [
        hmac.compare_digest(digest, hashlib.sha256(form).digest())
        for form in _forms(presented)
    ]
    return any(found) and bool(presented)


class Passwords:
    """Makes and checks hashes; the key is in ``folder``, made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / KEY_FILE
        self._key: bytes | None = None
        self._own_key = secrets.token_bytes(_KEY_BYTES)
        self._verified: dict[str, bytes] = {}
        """By slow hash: a fast one of the password that was found to be right."""
        self._checks: dict[tuple[str, bytes], asyncio.Task[bool]] = {}
        self._line = SlowLine("passwords")

    async def hash_generated(self, password: str) -> str:
        """A fast hash, for a password of 128 bits or more that a machine made.

        Raises:
            PasswordError: there is no key, and none can be made.
        """
        key = await asyncio.to_thread(self._load_key, True)
        salt = secrets.token_bytes(_SALT_BYTES)
        digest = _fast(key, salt, _canonical(password))
        return "$".join((_FAST, _name(key), _text(salt), _text(digest)))

    async def hash_human(self, password: str) -> str:
        """A slow hash, for a password that a person made up.

        Raises:
            PasswordError: too many wait for one.
        """
        form = _canonical(password)
        salt = secrets.token_bytes(_SALT_BYTES)
        try:
            digest = await self._line.run(0, lambda: _slow(form, salt, _LOG2_N, _R, _P))
        except LineFull:
            raise PasswordError("too many passwords are being checked") from None
        kept = "$".join((_SLOW, f"{_LOG2_N}${_R}${_P}", _text(salt), _text(digest)))
        self._remember(kept, form)
        return kept

    async def verify(self, kept: str, password: bytes | str, rank: int = 0) -> bool:
        """Whether a password is the one that a hash was made of.

        ``rank``: where slow checks wait, the lowest is the first.

        Raises:
            PasswordError: it cannot be checked: the hash is none, its key is not here,
                or too many wait.
        """
        presented = password.encode() if isinstance(password, str) else password
        if not presented or len(presented) > LONGEST_BYTES:
            return False
        kind = kept.partition("$")[0]
        for form in _forms(presented):
            if kind == _FAST:
                is_right = await self._verify_fast(kept, form)
            else:
                is_right = await self._verify_slow(kept, form, rank)
            if is_right:
                return True
        return False

    def close(self) -> None:
        """Check nothing more."""
        self._line.close()

    # -- fast

    async def _verify_fast(self, kept: str, form: bytes) -> bool:
        key = self._key
        if key is None:
            key = await asyncio.to_thread(self._load_key, False)
        try:
            _, name, salt, digest = kept.split("$")
            wanted, salted = _bytes(digest), _bytes(salt)
        except ValueError:
            raise PasswordError("what is kept of it is no hash") from None
        if name != _name(key):
            raise PasswordError(
                f"it was kept with another key than that in {self._path}"
            )
        return hmac.compare_digest(wanted, _fast(key, salted, form))

    def _load_key(self, may_make: bool) -> bytes:
        if self._key is not None:
            return self._key
        try:
            if may_make and not self._path.exists():
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_new(self._path, secrets.token_bytes(_KEY_BYTES).hex().encode())
            key = bytes.fromhex(self._path.read_text("ascii"))
        except OSError as problem:
            text = f"{self._path} cannot be used: {problem.strerror}"
            raise PasswordError(text) from None
        except ValueError:
            raise PasswordError(f"{self._path} is no key of passwords") from None
        if len(key) < _KEY_BYTES:
            raise PasswordError(f"{self._path} is too short for a key of passwords")
        self._key = key
        return key

    # -- slow

    async def _verify_slow(self, kept: str, form: bytes, rank: int) -> bool:
        known = self._verified.get(kept)
        tag = self._tag(form)
        if known is not None:
            return hmac.compare_digest(known, tag)
        check = self._checks.get((kept, tag))
        if check is None:
            check = asyncio.create_task(self._check(kept, form, rank))
            self._checks[kept, tag] = check
            check.add_done_callback(lambda _: self._checks.pop((kept, tag)))
        # Whoever asks may give up; the answer serves it when it comes again.
        return await asyncio.shield(check)

    async def _check(self, kept: str, form: bytes, rank: int) -> bool:
        try:
            kind, log2_n, r, p, salt, digest = kept.split("$")
            costs, salted, wanted = (
                (int(log2_n), int(r), int(p)),
                _bytes(salt),
                _bytes(digest),
            )
        except ValueError:
            raise PasswordError("what is kept of it is no hash") from None
        if kind != _SLOW:
            raise PasswordError("what is kept of it is no hash")
        try:
            found = await self._line.run(rank, lambda: _slow(form, salted, *costs))
        except LineFull:
            raise PasswordError("too many passwords are being checked") from None
        except (ValueError, MemoryError) as problem:
            raise PasswordError(f"it cannot be checked: {problem}") from None
        if not hmac.compare_digest(wanted, found):
            return False
        self._remember(kept, form)
        return True

    def _remember(self, kept: str, form: bytes) -> None:
        if len(self._verified) >= _REMEMBERED:
            del self._verified[next(iter(self._verified))]
        self._verified[kept] = self._tag(form)

    def _tag(self, form: bytes) -> bytes:
        return hmac.digest(self._own_key, form, "sha256")


def _canonical(password: str) -> bytes:
    """The form that is hashed."""
    if not password or len(password.encode()) > LONGEST_BYTES:
        raise PasswordError(f"a password has 1 to {LONGEST_BYTES} bytes")
    return _forms(password.encode())[0]


def _forms(presented: bytes) -> list[bytes]:
    """What bytes may have meant: a key in digits is that key; text is UTF-8."""
    if _HEX_KEY.fullmatch(presented):
        return [bytes.fromhex(presented.decode())]
    try:
        presented.decode("utf-8")
    except UnicodeDecodeError:
        return [presented, presented.decode("latin-1").encode("utf-8")]
    return [presented]


def _fast(key: bytes, salt: bytes, form: bytes) -> bytes:
    return hmac.digest(key, salt + form, "sha256")


def _slow(form: bytes, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        form, salt=salt, n=2**log2_n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=32
    )


def _name(key: bytes) -> str:
    """Says which key it was, and nothing of it."""
    return hmac.digest(key, b"name", "sha256")[:4].hex()


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)
