"""What `build_docker_image.sh` asks the engine for, and what it says it needs.

A stand-in for `docker` notes how it was called; the engine's own tests build for real.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from connector.tests.scripts.conftest import LOCAL

pytestmark = pytest.mark.repository

SCRIPT = LOCAL.parents[1] / "build_docker_image.sh"
_DOCKER = """\
#!/usr/bin/env bash
echo "$*" >>"{top}/calls"
case "$1 ${{2:-}}" in
    "buildx version") [ -e "{top}/buildx" ] ;;
    "buildx inspect") cat "{top}/buildx" ;;
    "build "*) [ ! -e "{top}/fails" ] || {{ cat "{top}/fails"; exit 1; }} ;;
    "create "*) echo 4711 ;;
    "cp "*) echo '{{}}' >"$3" ;;
esac
exit
"""
BOTH = "linux/amd64,linux/arm64"


class Engine:
    """A repository, and a docker that builds nothing."""

    def __init__(self, folder: Path) -> None:
        self.top, self.bin = folder / "top", folder / "bin"
        (self.top / "source" / "connector").mkdir(parents=True)
        (self.top / "source/connector/main.py").write_text('__version__ = "1.2.3"\n')
        shutil.copy(SCRIPT, self.top)
        self.bin.mkdir()
        (self.bin / "docker").write_text(_DOCKER.format(top=self.top))
        (self.bin / "docker").chmod(0o755)

    def builds(self, platforms: str) -> None:
        """It has buildx, for these."""
        text = f"Name: default\nDriver: docker\nPlatforms: {platforms}\n"
        (self.top / "buildx").write_text(text)

    def is_cloned_from(self, url: str) -> None:
        self._git("init", "--quiet")
        self._git("remote", "add", "origin", url)
        self._git("add", "source")
        name = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        self._git(*name, "commit", "--quiet", "--message", "One")

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.top, check=True)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(self.bin), os.environ["PATH"]])
        # Whatever repository the folder for temporary files lies in is not asked.
        environ = os.environ | {
            "PATH": path,
            "GIT_CEILING_DIRECTORIES": str(self.top.parent),
        }
        return subprocess.run(
            [str(self.top / SCRIPT.name), *arguments],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, word: str) -> list[str]:
        lines = (self.top / "calls").read_text().splitlines()
        return [line for line in lines if line.startswith(word)]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


class TestForThisMachine:
    def test_it_is_built_under_the_version(self, engine: Engine) -> None:
        done = engine.run("--no-cache")

        [build] = engine.calls("build ")
        assert done.stdout == "bemcom/ocpp-connector:1.2.3\n"
        assert "--tag bemcom/ocpp-connector:1.2.3 " in build
        assert "--label org.opencontainers.image.version=1.2.3 " in build
        assert build.endswith(" --no-cache ./source")
        assert "--platform" not in build

    def test_what_is_in_it_lies_beside_it_and_no_container_stays(
        self, engine: Engine
    ) -> None:
        engine.run()

        assert (engine.top / "build/ocpp-connector-1.2.3.cdx.json").exists()
        assert engine.calls("rm ") == ["rm --volumes 4711"]

    def test_a_failed_build_is_told(self, engine: Engine) -> None:
        (engine.top / "fails").write_text("1 failed\n")

        done = engine.run()

        assert (done.returncode, done.stdout) == (1, "1 failed\n")
        assert not engine.calls("create ")

    def test_it_says_where_it_is_from(self, engine: Engine) -> None:
        engine.is_cloned_from("https://me:secret@example.com/ocpp.git")

        engine.run()

        [build] = engine.calls("build ")
        assert "image.source=https://example.com/ocpp " in build
        assert "secret" not in build
        assert "image.revision=" in build
        assert "-modified" not in build

    def test_what_is_not_committed_is_told(self, engine: Engine) -> None:
        engine.is_cloned_from("/a/folder")
        (engine.top / "source/connector/main.py").write_text('__version__ = "2"\n')

        engine.run()

        [build] = engine.calls("build ")
        assert "-modified " in build
        assert "image.source" not in build


class TestForOthers:
    def test_one_platform_needs_no_buildx(self, engine: Engine) -> None:
        done = engine.run("--platforms", "linux/arm64")

        [build] = engine.calls("build ")
        assert done.returncode == 0
        assert "--platform linux/arm64 " in build

    def test_several_have_to_go_somewhere(self, engine: Engine) -> None:
        done = engine.run("--platforms", BOTH)

        assert done.returncode == 1
        assert "one platform under a tag: add --push NAME or --archive" in done.stderr
        assert not (engine.top / "calls").exists()

    def test_several_are_pushed_under_the_version(self, engine: Engine) -> None:
        engine.builds("linux/amd64*, linux/386, linux/arm64")

        done = engine.run("--platforms", BOTH, "--push", "example.com/ocpp")

        [build] = engine.calls("buildx build ")
        assert done.stdout == "example.com/ocpp:1.2.3\n"
        assert f"--platform {BOTH} --push --tag example.com/ocpp:1.2.3 " in build

    def test_several_go_into_an_archive(self, engine: Engine) -> None:
        engine.builds("linux/amd64, linux/arm64")

        done = engine.run("--archive", "both.tar")

        [build] = engine.calls("buildx build ")
        assert done.stdout == "both.tar\n"
        assert f"--platform {BOTH} --output type=oci,dest=both.tar " in build

    @pytest.mark.parametrize("option", ["--push", "--archive"])
    def test_without_buildx_it_says_what_is_missing(
        self, engine: Engine, option: str
    ) -> None:
        done = engine.run("--platforms", BOTH, option, "x")

        assert done.returncode == 1
        assert f"{option} needs docker buildx" in done.stderr
        assert not engine.calls("buildx build")

    def test_without_emulation_it_says_what_is_missing(self, engine: Engine) -> None:
        engine.builds("linux/amd64, linux/386")

        done = engine.run("--platforms", BOTH, "--push", "example.com/ocpp")

        assert done.returncode == 1
        assert (
            "cannot build linux/arm64, only linux/amd64,linux/386: install QEMU"
        ) in done.stderr
        assert not engine.calls("buildx build")

    @pytest.mark.parametrize("option", ["--platforms", "--push", "--archive"])
    @pytest.mark.parametrize("after", [[], ["--no-cache"]])
    def test_a_value_that_is_missing_is_named(
        self, engine: Engine, option: str, after: list[str]
    ) -> None:
        done = engine.run(option, *after)

        assert done.returncode == 1
        assert f"{option} needs a value" in done.stderr
