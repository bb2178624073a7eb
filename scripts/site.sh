#!/usr/bin/env bash
# Build the documentation as a site of plain files, which needs no server:
#
#   scripts/site.sh            into site/: open site/index.html
#   scripts/site.sh FOLDER     into a folder
#   scripts/site.sh --lock     write docs/site/requirements.txt anew, with the newest
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

venv=$PWD/.venv-site
lock=docs/site/requirements.txt

make_site_venv() {
    local python
    python=$(find_python)
    say "making .venv-site"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2
}

exec 9>"$venv.lock"
flock 9  # two test processes may want it at once
if [ "${1:-}" = --lock ]; then
    make_site_venv mkdocs-material
    { echo "# What the documentation site is built with. Written by scripts/site.sh --lock."
      "$venv/bin/python" -m pip freeze --quiet; } >"$lock"
    exit
fi
if ! cmp -s "$lock" "$venv/installed"; then
    make_site_venv -r "$lock"
    cp "$lock" "$venv/installed"
fi
export NO_MKDOCS_2_WARNING=true  # an advertisement
# --quiet would hide the warnings from --strict, too.
"$venv/bin/mkdocs" build --strict --clean --site-dir "$(realpath -m "${1:-site}")" 2>&1 \
    | { grep -v '^INFO ' >&2 || true; }
