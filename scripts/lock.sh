#!/usr/bin/env bash
# Write source/requirements.txt and source/requirements-test.txt anew: the newest
# versions that pyproject.toml allows, of everything that is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

freeze() {  # everything installed in a virtual environment but the package itself
    "$1/bin/python" -m pip freeze --quiet --exclude ocpp-connector \
        | sed "s/^uvloop==.*/&; sys_platform != 'win32' and implementation_name == 'cpython'/"
}

cp -r source "$work/source"
for extra in "" "[dev]"; do
    python3 -m venv "$work/venv$extra"
    "$work/venv$extra/bin/python" -m pip install --quiet "$work/source$extra"
done

{ echo "# Everything installed at run time. Written by scripts/lock.sh."
  freeze "$work/venv"; } >source/requirements.txt
{ echo "# What the tests and tools need on top. Written by scripts/lock.sh."
  freeze "$work/venv[dev]" | grep -vxFf source/requirements.txt; } >source/requirements-test.txt
