"""Completes the image's bill of materials (CycloneDX), which its build writes.

`cyclonedx-py` has described the Python packages, with licences and who needs whom. Here
come the hashes of the wheels, what is compiled into them, the Python that runs, the
libraries of the dashboard, and Debian's packages.

    python sbom.py python.cdx.json --installed report.json --site-packages FOLDER
    python sbom.py --check sbom.cdx.json

The first needs nothing but this file, and Debian; the second cyclonedx-python-lib.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

Component = dict[str, Any]

_HERE = Path(__file__).resolve().parent
_MAIN = _HERE / "connector" / "main.py"
_VENDOR = _HERE / "connector/web/dashboard/assets/vendor/vendor.json"
_DOC = Path("/usr/share/doc")
_OS_RELEASE = Path("/etc/os-release")
_DPKG = (
    "${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\n"
)
_KEPT = ("type", "name", "version", "purl", "licenses", "hashes")
"""What is kept of a component that a wheel names; the rest is of its build machine."""


def main() -> int:
    """Write the completed one on standard output, or check one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bom", type=Path, help="what cyclonedx-py has written")
    parser.add_argument("--check", action="store_true", help="hold it to its schema")
    parser.add_argument("--installed", type=Path, help="what pip --report wrote")
    parser.add_argument("--site-packages", type=Path, help="where the packages are")
    given = parser.parse_args()
    if given.check:
        return check(given.bom.read_text("utf-8"))
    bom = json.loads(given.bom.read_text("utf-8"))
    installed = json.loads(given.installed.read_text("utf-8"))["install"]
    complete(bom, installed, given.site_packages)
    print(json.dumps(bom, indent=1, ensure_ascii=False))
    return 0


def complete(
    bom: dict[str, Any], installed: list[dict[str, Any]], site_packages: Path
) -> None:
    """Add all that is in the image beside the Python packages of the bill."""
    hashes = dict(hashes_of(installed))
    inside = dict(compiled_in(site_packages))
    for component in bom["components"]:
        name = canonical(component["name"])
        component["hashes"] = [{"alg": "SHA-256", "content": hashes[name]}]
        if name in inside:
            component["components"] = list(distinct(inside[name], component["bom-ref"]))
    debian, python = operating_system(), interpreter()
    dashboard = list(vendored(json.loads(_VENDOR.read_text("utf-8"))))
    packages = [deb(*row, debian) for row in debian_rows()]
    bom["components"] += [python, *dashboard, debian, *packages]
    root = bom["metadata"]["component"]
    root["version"] = version(_MAIN.read_text("utf-8"))
    depend(bom, root["bom-ref"], [python, *dashboard, debian])
    depend(bom, debian["bom-ref"], packages)


def canonical(name: str) -> str:
    """A name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def version(text: str) -> str:
    """The connector's, as its source has it."""
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no __version__ in {_MAIN}")
    return found[1]


def hashes_of(installed: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """SHA-256 of each wheel, by the name of its package."""
    for each in installed:
        sha256 = each["download_info"]["archive_info"]["hashes"]["sha256"]
        yield canonical(each["metadata"]["name"]), sha256


def compiled_in(site_packages: Path) -> Iterator[tuple[str, list[Component]]]:
    """By package: what its wheel says it holds, such as a library in C (PEP 770)."""
    for found in metadata.distributions(path=[str(site_packages)]):
        name = canonical(found.name)
        sboms = [each for each in found.files or () if each.parent.name == "sboms"]
        texts = [Path(str(each.locate())).read_text("utf-8") for each in sorted(sboms)]
        components = [
            {key: each[key] for key in _KEPT if key in each}
            for text in texts
            for each in json.loads(text).get("components", [])
            if canonical(each["name"]) != name
        ]
        if components:
            yield name, components


def distinct(components: Iterable[Component], parent: str) -> Iterator[Component]:
    """Each once, under a reference that no other part of the document has."""
    seen = set()
    for each in components:
        ref = f"{parent}/{each['name']}@{each.get('version', '')}"
        if ref not in seen:
            seen.add(ref)
            yield {**each, "bom-ref": ref}


def interpreter() -> Component:
    """The Python that runs, and what its image has installed for it."""
    number = platform.python_version()
    found: Component = {
        "type": "application",
        "bom-ref": f"python@{number}",
        "name": "python",
        "version": number,
        "licenses": [{"license": {"id": "PSF-2.0"}}],
        "purl": f"pkg:generic/python@{number}",
        "cpe": f"cpe:2.3:a:python:python:{number}:*:*:*:*:*:*:*",
    }
    beside = [
        {
            "type": "library",
            "bom-ref": f"python@{number}/{each.name}@{each.version}",
            "name": each.name,
            "version": each.version,
            "purl": f"pkg:pypi/{canonical(each.name)}@{each.version}",
        }
        for each in metadata.distributions()
        # What Debian has installed there is named as Debian's.
        if "dist-packages" not in str(each.locate_file(""))
    ]
    return found | ({"components": beside} if beside else {})


def vendored(libraries: Iterable[dict[str, Any]]) -> Iterator[Component]:
    """The libraries of the dashboard, and their files."""
    for each in libraries:
        ref = f"{each['name']}@{each['version']}"
        name = each["name"].replace("@", "%40")
        yield {
            "type": "library",
            "bom-ref": ref,
            "name": each["name"],
            "version": each["version"],
            "licenses": [{"license": {"id": each["license"]}}],
            "purl": f"pkg:npm/{name}@{each['version']}",
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"{ref}/{file['file']}",
                    "name": file["file"],
                    "hashes": [{"alg": "SHA-256", "content": file["sha256"]}],
                }
                for file in each["files"]
            ],
        }


def operating_system() -> Component:
    """What the image is based on."""
    lines = _OS_RELEASE.read_text("utf-8").splitlines()
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    name, number = (facts[key].strip('"') for key in ("ID", "VERSION_ID"))
    return {
        "type": "operating-system",
        "bom-ref": f"{name}@{number}",
        "name": name,
        "version": number,
    }


def debian_rows() -> Iterator[tuple[str, str, str, str]]:
    """Name, version, architecture and source of every package that is installed."""
    command = ["dpkg-query", "--show", f"--showformat={_DPKG}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        status, name, number, architecture, source = line.split("\t")
        if status == "installed":
            yield name, number, architecture, source


def deb(
    name: str, number: str, architecture: str, source: str, system: Component
) -> Component:
    """A package of Debian."""
    at = f"{quote(name, safe='')}@{quote(number, safe=':')}"
    distro = f"{system['name']}-{system['version']}"
    upstream = "" if source == name else f"&upstream={quote(source, safe='')}"
    purl = f"pkg:deb/{system['name']}/{at}"
    return {
        "type": "library",
        "bom-ref": f"deb/{name}@{number}",
        "name": name,
        "version": number,
        "licenses": licences(_DOC / name / "copyright"),
        "purl": f"{purl}?arch={architecture}&distro={distro}{upstream}",
    }


def licences(path: Path) -> list[dict[str, Any]]:
    """Those that a copyright file names where a machine can read it; else the file."""
    text = path.read_text("utf-8") if path.exists() else ""
    names: list[str] = []
    if text.startswith("Format:"):
        names = sorted(set(re.findall(r"^License: *(\S.*?)\s*$", text, re.MULTILINE)))
    return [{"license": {"name": each}} for each in names or [f"see {path}"]]


def depend(bom: dict[str, Any], ref: str, on: Iterable[Component]) -> None:
    """Note that one part needs others."""
    for each in bom["dependencies"]:
        if each["ref"] == ref:
            break
    else:
        each = {"ref": ref}
        bom["dependencies"].append(each)
    each["dependsOn"] = [*each.get("dependsOn", []), *(c["bom-ref"] for c in on)]


def check(text: str) -> int:
    """0 if it is what CycloneDX asks for; else 1, and why is said."""
    schema = importlib.import_module("cyclonedx.schema").SchemaVersion
    validator = importlib.import_module("cyclonedx.validation.json").JsonStrictValidator
    specified = json.loads(text)["specVersion"]
    error = validator(schema.from_version(specified)).validate_str(text)
    if error is not None:
        print(error, file=sys.stderr)
    return 0 if error is None else 1


if __name__ == "__main__":
    sys.exit(main())
