#!/usr/bin/env bash
# Ask the database of known weaknesses about everything that is installed at run time.
# Needs the internet; what goes without it is a test (connector/tests/test_dependencies.py).
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet pip-audit
"$work/venv/bin/pip-audit" --strict --disable-pip --no-deps -r source/requirements.txt
