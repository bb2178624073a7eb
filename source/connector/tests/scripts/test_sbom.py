"""What `sbom.py` adds to the bill of materials of the image."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[3]
SYSTEM = {"name": "debian", "version": "13"}


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", SOURCE / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, name: str, **sboms: dict[str, Any]) -> None:
    """An installed package, with what its wheel says it holds."""
    info = folder / f"{name}-1.0.dist-info"
    (info / "sboms").mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1\n")
    names = [f"{info.name}/sboms/{each}.json" for each in sboms]
    (info / "RECORD").write_text("".join(f"{each},,\n" for each in names))
    for each, content in sboms.items():
        (info / "sboms" / f"{each}.json").write_text(json.dumps(content))


def openssl(**more: Any) -> dict[str, Any]:
    return {"type": "library", "name": "openssl", "version": "4.0.3", **more}


def test_the_version_is_that_of_the_source(sbom: ModuleType) -> None:
    assert sbom.version('import x\n__version__ = "1.2.3"\n') == "1.2.3"


def test_no_version_is_an_error(sbom: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"no __version__ in .*main\.py"):
        sbom.version("")


def test_hashes_are_those_of_the_wheels(sbom: ModuleType) -> None:
    installed = {
        "metadata": {"name": "typing_Extensions"},
        "download_info": {"archive_info": {"hashes": {"sha256": "ab"}}},
    }

    assert list(sbom.hashes_of([installed])) == [("typing-extensions", "ab")]


class TestInsideWheels:
    def test_what_is_compiled_in_is_found(
        self, sbom: ModuleType, tmp_path: Path
    ) -> None:
        wheel(tmp_path, "Crypto_Graphy", one={"components": [openssl()]}, two={})

        assert list(sbom.compiled_in(tmp_path)) == [("crypto-graphy", [openssl()])]

    def test_nothing_of_the_machine_that_built_it_is_kept(
        self, sbom: ModuleType, tmp_path: Path
    ) -> None:
        found = openssl(**{"bom-ref": "file:///home/runner", "author": "Me"})
        wheel(tmp_path, "x", one={"components": [found]})

        assert list(sbom.compiled_in(tmp_path)) == [("x", [openssl()])]

    def test_a_wheel_that_names_itself_holds_nothing(
        self, sbom: ModuleType, tmp_path: Path
    ) -> None:
        wheel(tmp_path, "open_ssl", one={"components": [openssl(name="open-ssl")]})

        assert list(sbom.compiled_in(tmp_path)) == []

    def test_each_is_named_once_and_apart_from_those_of_others(
        self, sbom: ModuleType
    ) -> None:
        found = list(sbom.distinct([openssl(), openssl()], "x==1"))

        assert [each["bom-ref"] for each in found] == ["x==1/openssl@4.0.3"]


class TestDebian:
    def test_a_package_is_named_with_its_source(
        self, sbom: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(sbom, "_DOC", tmp_path)

        found = sbom.deb("libstdc++6", "1:14.2~a+b", "arm64", "gcc-14", SYSTEM)

        assert found["purl"] == (
            "pkg:deb/debian/libstdc%2B%2B6@1:14.2~a%2Bb"
            "?arch=arm64&distro=debian-13&upstream=gcc-14"
        )

    def test_a_source_of_the_same_name_is_left_out(
        self, sbom: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(sbom, "_DOC", tmp_path)

        found = sbom.deb("bash", "5", "amd64", "bash", SYSTEM)

        assert found["purl"] == "pkg:deb/debian/bash@5?arch=amd64&distro=debian-13"

    def test_licences_are_read_once_each(
        self, sbom: ModuleType, tmp_path: Path
    ) -> None:
        path = tmp_path / "copyright"
        path.write_text(
            "Format: https://example.com\n\nFiles: *\nLicense: MIT\n text\n\n"
            "License: GPL-2+ \n\nLicense: MIT\n\nLicense:\n BSD\n"
        )

        found = [each["license"]["name"] for each in sbom.licences(path)]

        assert found == ["GPL-2+", "MIT"]

    @pytest.mark.parametrize("text", [None, "", "License: as it is\n"])
    def test_what_no_machine_reads_is_pointed_to(
        self, sbom: ModuleType, tmp_path: Path, text: str | None
    ) -> None:
        path = tmp_path / "copyright"
        if text is not None:
            path.write_text(text)

        assert sbom.licences(path) == [{"license": {"name": f"see {path}"}}]


def test_libraries_of_the_dashboard_come_with_their_files(sbom: ModuleType) -> None:
    library = {
        "name": "@preact/signals",
        "version": "2.0.0",
        "license": "MIT",
        "files": [{"file": "signals.js", "sha256": "cd"}],
    }

    [found] = sbom.vendored([library])

    assert found["purl"] == "pkg:npm/%40preact/signals@2.0.0"
    assert [(each["name"], each["hashes"]) for each in found["components"]] == [
        ("signals.js", [{"alg": "SHA-256", "content": "cd"}])
    ]


def test_who_needs_whom_is_noted_beside_what_was_known(sbom: ModuleType) -> None:
    bom: dict[str, Any] = {"dependencies": [{"ref": "root", "dependsOn": ["a"]}]}

    sbom.depend(bom, "root", [{"bom-ref": "b"}])
    sbom.depend(bom, "new", [{"bom-ref": "c"}])

    assert bom["dependencies"] == [
        {"ref": "root", "dependsOn": ["a", "b"]},
        {"ref": "new", "dependsOn": ["c"]},
    ]
