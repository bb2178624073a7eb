#!/usr/bin/env bash
# Hold a bill of materials to the schema of CycloneDX, by its own library, in an
# environment apart from everything else's:
#
#   scripts/sbom.sh FILE      nothing to say: it is one
#   scripts/sbom.sh --lock    write source/requirements-sbom.txt anew, with the newest
set -euo pipefail
[ $# = 1 ] || { echo "sbom.sh: one argument: a file, or --lock" >&2; exit 2; }
file=$(realpath -m -- "$1")
cd "$(dirname "$0")/.."
. scripts/common.sh

lock=source/requirements-sbom.txt
if [ "$1" = --lock ]; then
    lock_tool sbom "$lock" cyclonedx-bom "What describes the image's contents."
    exit
fi
tool_venv sbom "$lock"
.venv-sbom/bin/python source/sbom.py --check "$file"
