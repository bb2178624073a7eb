#!/usr/bin/env bash
# A Node-RED that runs the flow of docs/examples/node-red in a test.
#
#   scripts/node_red.sh    install it into .node-red if need be; print its red.js
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

home=$PWD/.node-red
package=node-red@4.1.8  # the last line that runs on Node.js 18 and 20

exec 9>"$home.lock"
flock 9  # two test processes may want it at once
if [ "$(cat "$home/installed" 2>/dev/null)" != "$package" ]; then
    command -v npm >/dev/null || { say "npm is not on the path: install Node.js"; exit 1; }
    say "installing $package"
    rm -rf "$home"
    mkdir "$home"
    npm install --prefix "$home" --ignore-scripts --omit=optional \
        --no-audit --no-fund --no-package-lock --loglevel=error "$package" >&2
    echo "$package" >"$home/installed"
fi
echo "$home/node_modules/node-red/red.js"
