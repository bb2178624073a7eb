"""The files of the page, read once: what is served of them, and how it may be kept.

The page names them below a digest of all of them, so that a browser need not ask again
for what it has, and never mixes two versions.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "assets"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""What is served; everything else in the folder is not."""
_DIGEST = re.compile(r"[0-9a-f]{16}\Z")
_PLACE = "assets/-/"
"""What the pages write where the digest goes."""
_INLINE = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    content: bytes = field(repr=False)
    media_type: str
    etag: str

    @cached_property
    def packed(self) -> bytes:
        """The same, compressed."""
        return gzip.compress(self.content, 9, mtime=0)


@dataclass(frozen=True)
class Page:
    """An HTML document, and the policy it runs under."""

    content: bytes = field(repr=False)
    policy: str


class Assets:
    """All of them; reading takes some milliseconds: not on the loop."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = dict(sorted(_read(folder)))
        whole = hashlib.sha256()
        for name, asset in self._files.items():
            whole.update(f"{name} {asset.etag}\n".encode())
        self.digest = whole.hexdigest()[:16]

    def find(self, path: str) -> tuple[Asset | None, bool]:
        """What a path below ``assets/`` means, and whether it will mean so for ever.

        A page that was open before an update names the digest it came with: it is
        given what there is now.
        """
        first, _, rest = path.partition("/")
        if _DIGEST.match(first):
            return self._files.get(rest), first == self.digest
        return self._files.get(path), False

    def page(self, name: str) -> Page:
        """A document of the folder, with its links made."""
        place = f"assets/{self.digest}/".encode()
        content = self._files[name].content.replace(_PLACE.encode(), place)
        return Page(content, _policy(content))


def _read(folder: Path) -> list[tuple[str, Asset]]:
    return [
        (path.relative_to(folder).as_posix(), _asset(path))
        for path in folder.rglob("*")
        if path.suffix in _TYPES and path.is_file()
    ]


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Asset(content, _TYPES[path.suffix], f'W/"{digest[:32]}"')


def _policy(content: bytes) -> str:
    """Nothing but our files; of scripts in the document the import map alone."""
    hashes = "".join(
        f" 'sha256-{base64.b64encode(hashlib.sha256(found).digest()).decode()}'"
        for found in _INLINE.findall(content)
    )
    return (
        f"default-src 'none'; script-src 'self'{hashes}; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
