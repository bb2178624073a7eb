# What run.sh and test.sh share; sourced by them from the top folder.

say() { echo "$(basename "$0"): $*" >&2; }

install_packages() {  # distribution packages, where we may: as root or by sudo without password
    command -v apt-get >/dev/null || return 1
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    say "installing $*"
    "${as_root[@]}" apt-get update -qq >/dev/null || true  # an old list may do
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

disable_service() {  # a service that a package of ours has just brought along
    [ -d /run/systemd/system ] || return 0
    if [ "$(id -u)" = 0 ]; then systemctl disable --quiet --now "$1"
    else sudo -n systemctl disable --quiet --now "$1"; fi
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

find_python() {  # print a Python >= 3.11, one that can make virtual environments first
    local candidate fallback=""
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        is_new_enough "$candidate" || continue
        if can_make_venv "$candidate"; then echo "$candidate"; return; fi
        fallback=${fallback:-$candidate}
    done
    if [ -z "$fallback" ]; then
        say "Python 3.11 or newer is needed, and none is on the path"
        return 1
    fi
    local version package
    version=$("$fallback" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    package="python$version-venv"
    install_packages "$package" || true
    if ! can_make_venv "$fallback"; then
        say "Python $version cannot make virtual environments; on Debian and Ubuntu: apt install $package"
        return 1
    fi
    echo "$fallback"
}

make_venv() {  # .venv with what the lock files name; quick where nothing has changed
    local lock stamp python arguments=() stale=""
    if ! { is_new_enough .venv/bin/python && .venv/bin/python -m pip --version; } >/dev/null 2>&1; then
        python=$(find_python) || return 1
        say "making .venv"
        rm -rf .venv
        "$python" -m venv .venv || return 1
    fi
    for lock in "$@"; do
        stamp=.venv/installed-$(basename "$lock")
        cmp -s "$lock" "$stamp" || stale=yes
        arguments+=(-r "$lock")
    done
    # Nothing of ours is installed: the command finds the connector in source/.
    ln -sf ../../source/ocpp-connector .venv/bin/ocpp-connector || return 1
    [ -n "$stale" ] || return 0
    say "installing the Python packages"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "${arguments[@]}" || return 1
    for lock in "$@"; do cp "$lock" ".venv/installed-$(basename "$lock")"; done
}

# Tools with an environment apart: .venv-NAME with what a lock file names.

make_tool_venv() {  # NAME PACKAGES..: anew
    local name=$1 python
    shift
    python=$(find_python)
    say "making .venv-$name"
    rm -rf ".venv-$name"
    "$python" -m venv ".venv-$name"
    ".venv-$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2
}

tool_venv() {  # NAME LOCK: quick where nothing has changed
    exec 9>".venv-$1.lock"
    flock 9  # two test processes may want it at once
    cmp -s "$2" ".venv-$1/installed" && return
    make_tool_venv "$1" -r "$2"
    cp "$2" ".venv-$1/installed"
}

lock_tool() {  # NAME LOCK PACKAGE ABOUT: write the lock file anew, with the newest
    make_tool_venv "$1" "$3"
    { echo "# $4 Written by scripts/$(basename "$0") --lock."
      ".venv-$1/bin/python" -m pip freeze --quiet; } >"$2"
}
