"""What `run.sh` and `test.sh` do on machines that lack something.

The path holds a few plain tools and stand-ins for Python and the package manager.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from connector.tests.scripts.conftest import LOCAL

pytestmark = pytest.mark.repository

COMMON = LOCAL.with_name("common.sh")
TOOLS = (
    "bash", "basename", "cat", "cmp", "cp", "id", "ln", "mkdir", "rm", "touch", "true"
)  # fmt: skip
NEW, OLD, WITHOUT_VENV = "new", "old", "without venv"


class Machine:
    """A folder as the path, another one as the repository."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.top = folder / "bin", folder / "top"
        self.bin.mkdir()
        self.top.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None
            (self.bin / tool).symlink_to(found)

    def has(self, name: str, script: str) -> None:
        """A command of this name."""
        # It may be a link to the real one, which is not ours to write to.
        (self.bin / name).unlink(missing_ok=True)
        self.write(self.bin / name, script)

    def has_python(self, name: str, kind: str) -> None:
        """An interpreter that is too old, cannot make environments, or will do.

        One that cannot make environments can once its package was installed.
        """
        self.has(
            name,
            f"""
            case "$*" in
                *version_info\\ *) [ "{kind}" != old ] ;;
                *ensurepip*) [ "{kind}" = new ] || [ -e "{self.top}/installed" ] ;;
                *%d.%d*) echo 3.12 ;;
                "-m venv "*)
                    mkdir -p "$3/bin"
                    cp "$0" "$3/bin/python"
                    echo "venv" >>"{self.top}/calls" ;;
                "-m pip install"*) echo "pip $*" >>"{self.top}/calls" ;;
            esac
            """,
        )

    def write(self, path: Path, script: str) -> None:
        path.write_text(f"#!{self.bin}/bash\n{script}")
        path.chmod(0o755)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a function of `common.sh`, as `run.sh` would."""
        return subprocess.run(
            [str(self.bin / "bash"), "-euc", f". {COMMON}; {command}", "./run.sh"],
            cwd=self.top,
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        path = self.top / "calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


class TestFindPython:
    def test_python3_comes_first(self, machine: Machine) -> None:
        machine.has_python("python3", NEW)
        machine.has_python("python3.13", NEW)

        assert machine.run("find_python").stdout == "python3\n"

    def test_an_old_one_is_passed_over(self, machine: Machine) -> None:
        machine.has_python("python3", OLD)
        machine.has_python("python3.12", NEW)

        assert machine.run("find_python").stdout == "python3.12\n"

    def test_one_that_can_make_environments_comes_first(self, machine: Machine) -> None:
        machine.has_python("python3", WITHOUT_VENV)
        machine.has_python("python3.11", NEW)

        assert machine.run("find_python").stdout == "python3.11\n"

    @pytest.mark.parametrize("kind", [None, OLD])
    def test_none_is_said(self, machine: Machine, kind: str | None) -> None:
        if kind:
            machine.has_python("python3", kind)

        done = machine.run("find_python")

        assert done.returncode == 1
        assert done.stderr == (
            "run.sh: Python 3.11 or newer is needed, and none is on the path\n"
        )

    def test_the_missing_package_is_named(self, machine: Machine) -> None:
        machine.has_python("python3", WITHOUT_VENV)

        done = machine.run("find_python")

        assert done.returncode == 1
        assert "apt install python3.12-venv" in done.stderr

    def test_the_missing_package_is_installed(self, machine: Machine) -> None:
        machine.has_python("python3", WITHOUT_VENV)
        machine.has("sudo", 'shift; exec "$@"')
        machine.has("env", 'shift; exec "$@"')
        machine.has("apt-get", f'[ "$1" = update ] || touch "{machine.top}/installed"')

        done = machine.run("find_python")

        assert done.stdout == "python3\n"
        assert "installing python3.12-venv" in done.stderr


class TestInstallPackages:
    def test_not_without_the_right_to(self, machine: Machine) -> None:
        machine.has("id", "echo 1000")
        machine.has("sudo", "exit 1")
        machine.has("apt-get", f'touch "{machine.top}/installed"')

        assert machine.run("install_packages mosquitto").returncode == 1
        assert not (machine.top / "installed").exists()

    def test_not_where_there_is_no_apt(self, machine: Machine) -> None:
        assert machine.run("install_packages mosquitto").returncode == 1


class TestMakeVenv:
    @pytest.fixture
    def lock(self, machine: Machine) -> Path:
        machine.has_python("python3", NEW)
        lock = machine.top / "requirements.txt"
        lock.write_text("a==1\n")
        return lock

    def test_it_is_made_and_filled(self, machine: Machine, lock: Path) -> None:
        assert machine.run("make_venv requirements.txt").returncode == 0

        made, filled = machine.calls()
        assert made == "venv"
        assert "-r requirements.txt" in filled

    def test_the_second_time_nothing_is_done(
        self, machine: Machine, lock: Path
    ) -> None:
        machine.run("make_venv requirements.txt")
        before = machine.calls()

        done = machine.run("make_venv requirements.txt")

        assert (done.returncode, done.stderr) == (0, "")
        assert machine.calls() == before

    def test_the_command_is_in_it(self, machine: Machine, lock: Path) -> None:
        command = machine.top / ".venv" / "bin" / "ocpp-connector"
        for _ in range(2):
            machine.run("make_venv requirements.txt")

            assert command.is_symlink()
            expected = machine.top / "source" / "ocpp-connector"
            assert command.resolve() == expected.resolve()

    def test_another_lock_is_installed(self, machine: Machine, lock: Path) -> None:
        machine.run("make_venv requirements.txt")
        lock.write_text("a==2\n")

        machine.run("make_venv requirements.txt")

        assert [call[:3] for call in machine.calls()] == ["ven", "pip", "pip"]

    def test_what_could_not_be_installed_is_tried_again(
        self, machine: Machine, lock: Path
    ) -> None:
        machine.run("make_venv requirements.txt")
        lock.write_text("a==2\n")
        python = machine.top / ".venv" / "bin" / "python"
        works = python.read_text()
        machine.write(python, 'case "$*" in *install*) exit 1 ;; esac')
        assert machine.run("make_venv requirements.txt").returncode != 0

        python.write_text(works)
        machine.run("make_venv requirements.txt")

        assert [call[:3] for call in machine.calls()] == ["ven", "pip", "pip"]

    def test_a_broken_one_is_made_anew(self, machine: Machine, lock: Path) -> None:
        machine.run("make_venv requirements.txt")
        (machine.top / ".venv" / "bin" / "python").unlink()

        assert machine.run("make_venv requirements.txt").returncode == 0

        assert [call[:3] for call in machine.calls()] == ["ven", "pip"] * 2
