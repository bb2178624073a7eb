#!/usr/bin/env bash
# Set up everything the tests need and run them all: lint, format, types, tests.
# Arguments go to pytest: ./test.sh -k settings
#
# What is absent and cannot be installed is skipped, with the reason; with CI=true it fails.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/common.sh
export PATH="$PATH:/usr/sbin:/usr/local/sbin"  # where Debian keeps mosquitto
engine_tool=../shared/tools/docker-engine

engine_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

make_venv source/requirements.txt source/requirements-test.txt

if ! command -v mosquitto >/dev/null || ! command -v mosquitto_pub >/dev/null; then
    { install_packages mosquitto mosquitto-clients && disable_service mosquitto; } \
        || say "no Mosquitto, and it may not be installed here"
fi

if ! command -v chromium >/dev/null; then
    install_packages chromium || say "no Chromium, and it may not be installed here"
fi

if ! command -v promtool >/dev/null; then
    { install_packages prometheus && disable_service prometheus; } \
        || say "no promtool, and it may not be installed here"
fi

if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    { install_packages postgresql && disable_service postgresql; } \
        || say "no PostgreSQL, and it may not be installed here"
fi

if ! command -v ip >/dev/null; then
    install_packages iproute2 || say "no iproute2, and it may not be installed here"
fi
scripts/v2g.sh environment >/dev/null || say "no environment for ISO 15118 sessions"
scripts/home_assistant.sh >/dev/null || say "no Home Assistant"

if ! engine_answers && [ -x "$engine_tool" ]; then
    say "starting a container engine"
    if "$engine_tool" up; then trap '"$engine_tool" down >/dev/null 2>&1 || true' EXIT; fi
fi
engine_answers || say "no container engine answers"

python=$PWD/.venv/bin/python
status=0
cd source
"$python" -m ruff check . ../scripts ../bench ../v2g || status=1
"$python" -m ruff format --check . ../scripts ../bench ../v2g || status=1
"$python" -m mypy . ../scripts || status=1
if [ -x ../.venv-v2g/bin/python ]; then
    (cd .. && "$python" -m mypy --config-file v2g/mypy.ini -p v2g) || status=1
fi
[ "$status" = 0 ] || say "lint or types failed: see above"

# One more than cores: many tests wait for processes, sockets and containers.
"$python" -m pytest -n "${PYTEST_WORKERS:-$(($(nproc) + 1))}" --dist loadgroup "$@" || status=$?
exit "$status"
