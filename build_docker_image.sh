#!/usr/bin/env bash
# Build the image bemcom/ocpp-connector:<version>; the fast tests run in the build.
set -euo pipefail
cd "$(dirname "$0")"

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' source/connector/main.py)
[ -n "$version" ] || { echo "no __version__ in source/connector/main.py" >&2; exit 1; }

docker build \
    --build-arg PIP_INDEX_URL --build-arg PIP_EXTRA_INDEX_URL \
    --tag "bemcom/ocpp-connector:$version" "$@" ./source
echo "bemcom/ocpp-connector:$version"
