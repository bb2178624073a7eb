#!/usr/bin/env bash
# Build the documentation as a site of plain files, which needs no server:
#
#   scripts/site.sh            into site/: open site/index.html
#   scripts/site.sh FOLDER     into a folder
#   scripts/site.sh --lock     write docs/site/requirements.txt anew, with the newest
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

lock=docs/site/requirements.txt
if [ "${1:-}" = --lock ]; then
    lock_tool site "$lock" mkdocs-material "What the documentation site is built with."
    exit
fi
tool_venv site "$lock"
export NO_MKDOCS_2_WARNING=true  # an advertisement
# --quiet would hide the warnings from --strict, too.
.venv-site/bin/mkdocs build --strict --clean --site-dir "$(realpath -m "${1:-site}")" 2>&1 \
    | { grep -v '^INFO ' >&2 || true; }
