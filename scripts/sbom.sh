#!/usr/bin/env bash
# Hold a bill of materials to the schema of CycloneDX, by its own library, in an
# environment apart from everything else's:
#
#   scripts/sbom.sh FILE      nothing to say: it is one
#   scripts/sbom.sh --lock    write source/requirements-sbom.txt anew, with the newest
set -euo pipefail
top=$(dirname "$(readlink -f "$0")")/..
. "$top/scripts/common.sh"

venv=$(readlink -f "$top")/.venv-sbom
lock=$top/source/requirements-sbom.txt
[ $# = 1 ] || { say "one argument: a file, or --lock"; exit 2; }

make_sbom_venv() {
    local python
    python=$(find_python)
    say "making .venv-sbom"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2
}

exec 9>"$venv.lock"
flock 9  # two test processes may want it at once
if [ "$1" = --lock ]; then
    make_sbom_venv cyclonedx-bom
    { echo "# What describes the image's contents. Written by scripts/sbom.sh --lock."
      "$venv/bin/python" -m pip freeze --quiet; } >"$lock"
    exit
fi
if ! cmp -s "$lock" "$venv/installed"; then
    make_sbom_venv -r "$lock"
    cp "$lock" "$venv/installed"
fi
"$venv/bin/python" "$top/source/sbom.py" --check "$1"
