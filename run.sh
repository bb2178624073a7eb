#!/usr/bin/env bash
# Start the connector, and a Mosquitto of its own where no broker answers on this machine.
#
#   ./run.sh           until Ctrl-C
#   ./run.sh --demo    the same with two simulated stations that charge
#   ./run.sh --setup   start nothing: only make .venv, with the command ocpp-connector in it
set -euo pipefail
cd "$(dirname "$0")"
. scripts/common.sh

make_venv source/requirements.txt
export PYTHONPATH=source${PYTHONPATH:+:$PYTHONPATH}
exec .venv/bin/python scripts/local.py "$@"
