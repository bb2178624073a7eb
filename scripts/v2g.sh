#!/usr/bin/env bash
# The environment of v2g/ (both ends of ISO 15118), apart from everything else's.
#
#   scripts/v2g.sh environment   make .venv-v2g if need be, see to Java; print its Python
#   scripts/v2g.sh pki FOLDER    make certificates for trying things out in FOLDER
#   scripts/v2g.sh lock          write v2g/requirements.txt anew
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

venv=$PWD/.venv-v2g
lock=v2g/requirements.txt

need_program() {  # a program, and the package that has it
    command -v "$1" >/dev/null && return
    install_packages "$2" || true
    command -v "$1" >/dev/null && return
    say "no $1 on the path; on Debian and Ubuntu: apt install $2"
    return 1
}

make_environment() {
    need_program java default-jre-headless
    cmp -s "$lock" "$venv/installed" && return
    local python
    python=$(find_python)
    say "making .venv-v2g"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$lock" >&2
    cp "$lock" "$venv/installed"
}

make_pki() {  # iso15118's own script writes below the folder that it is called in
    need_program openssl openssl
    local package folder=$1
    package=$("$venv/bin/python" -c 'import iso15118; print(iso15118.__path__[0])')
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cp -r "$package/shared/pki/." "$work"
    (cd "$work" && bash create_certs.sh -v iso-2) >"$work/log" 2>&1 \
        || { cat "$work/log" >&2; return 1; }
    [ -s "$work/iso15118_2/certs/cpoCertChain.pem" ] || { cat "$work/log" >&2; return 1; }
    mkdir -p "$folder"
    cp -r "$work/iso15118_2" "$folder/"
}

write_lock() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    "$(find_python)" -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet -r v2g/requirements.in
    { echo "# Everything installed for v2g/. Written by scripts/v2g.sh lock."
      "$work/venv/bin/python" -m pip freeze --quiet; } >"$lock"
}

case "${1:-}" in
    environment)
        exec 9>"$PWD/.venv-v2g.lock"
        flock 9  # two test processes may want it at once
        make_environment
        echo "$venv/bin/python"
        ;;
    pki) make_pki "${2:?the folder}" ;;
    lock) write_lock ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
