#!/usr/bin/env bash
# An environment with Home Assistant's own package, whose rules the tests hold against
# what is published for it; apart from everything else's.
#
#   scripts/home_assistant.sh    make .venv-home-assistant if need be; print its Python
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

venv=$PWD/.venv-home-assistant
# The last ones that run on the oldest Python we support.
packages=(homeassistant==2024.3.3 paho-mqtt==1.6.1 setuptools)

exec 9>"$venv.lock"
flock 9  # two test processes may want it at once
if [ "$(cat "$venv/installed" 2>/dev/null)" != "${packages[*]}" ]; then
    python=$(find_python)
    say "making .venv-home-assistant"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}" >&2
    echo "${packages[*]}" >"$venv/installed"
fi
echo "$venv/bin/python"
