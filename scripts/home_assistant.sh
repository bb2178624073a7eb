#!/usr/bin/env bash
# An environment with Home Assistant itself: the tests hold its rules against what is
# published for it, and run it as its users do; apart from everything else's.
#
#   scripts/home_assistant.sh    make .venv-home-assistant if need be; print its Python
#
# Home Assistant as it is today needs Python 3.13. With an older one there is its last
# release for that: its rules can be held against, but it knows no device messages.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

venv=$PWD/.venv-home-assistant
runs=(homeassistant==2026.2.3 home-assistant-frontend==20260128.6 paho-mqtt==2.1.0)
has_rules=(homeassistant==2024.3.3 paho-mqtt==1.6.1 setuptools)

is_3_13() { "$1" -c 'import sys, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; }

find_3_13() {  # on the path, or among those of pyenv, whether or not it is switched to one
    local candidate
    for candidate in python3.13 python3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python3; do
        if is_3_13 "$candidate"; then echo "$candidate"; return; fi
    done
    return 1
}

exec 9>"$venv.lock"
flock 9  # two test processes may want it at once
if python=$(find_3_13); then packages=("${runs[@]}"); else packages=("${has_rules[@]}"); fi
if [ "$(cat "$venv/installed" 2>/dev/null)" != "${packages[*]}" ]; then
    python=${python:-$(find_python)}
    say "making .venv-home-assistant with ${packages[0]}"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    # It asks for 3.13.2, and runs with what came before.
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check \
        --ignore-requires-python "${packages[@]}" >&2
    echo "${packages[*]}" >"$venv/installed"
fi
echo "$venv/bin/python"
