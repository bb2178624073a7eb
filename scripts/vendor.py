"""Fetches the libraries of the dashboard from npm again, as vendor.json names them.

    python scripts/vendor.py            fetch; what differs is an error, and left
    python scripts/vendor.py --accept   fetch; write new hashes (after a new version)

Needs npm. The files are those that are published, byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / (
    "source/connector/web/dashboard/assets/vendor"
)
LIST = VENDOR / "vendor.json"


def fetch(library: dict[str, Any], folder: Path) -> dict[str, bytes]:
    """The files of a library, by the names that they have here."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not on the path: install Node.js")
    wanted = f"{library['name']}@{library['version']}"
    command = [npm, "pack", "--silent", "--pack-destination", str(folder), wanted]
    packed = subprocess.run(command, check=True, capture_output=True, text=True)
    with tarfile.open(folder / packed.stdout.strip()) as archive:
        return {
            each["file"]: _content(archive, f"package/{each['from']}")
            for each in library["files"]
        }


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"{name} is no file")
    return member.read()


def main() -> int:
    """Fetch all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="write new hashes")
    is_accepted = parser.parse_args().accept
    libraries = json.loads(LIST.read_text("utf-8"))
    differing = []
    with tempfile.TemporaryDirectory() as folder:
        for library in libraries:
            contents = fetch(library, Path(folder))
            for each in library["files"]:
                content = contents[each["file"]]
                found = hashlib.sha256(content).hexdigest()
                if found != each["sha256"] and not is_accepted:
                    differing.append(each["file"])
                    continue
                each["sha256"] = found
                (VENDOR / each["file"]).write_bytes(content)
    LIST.write_text(json.dumps(libraries, indent=2) + "\n", "utf-8")
    for name in differing:
        print(f"{name}: not what vendor.json says; left as it was", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
