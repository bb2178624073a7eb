#!/usr/bin/env bash
# Ask the package index whether all that the image's build installs has wheels for the
# machines the image is built for; nothing is compiled there. Says what has none.
#
#   scripts/wheels.sh                     x86_64 and aarch64
#   scripts/wheels.sh aarch64 ppc64le     these
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

python_version=$(sed -n 's/^FROM python:\([0-9.]*\)-slim.*/\1/p' source/Dockerfile | head -n 1)
locks=(-r source/requirements.txt -r source/requirements-test.txt -r source/requirements-sbom.txt)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(find_python)
"$python" -m venv "$work/venv"

[ $# != 0 ] || set -- x86_64 aarch64
status=0
for machine in "$@"; do
    tags=(--platform "manylinux2014_$machine")
    # For the C library of the image, which is Debian 13's, 2.41, and for older ones.
    for minor in $(seq 17 41); do tags+=(--platform "manylinux_2_${minor}_$machine"); done
    if "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --dry-run --ignore-installed --no-deps --target "$work/none" \
        --only-binary :all: --implementation cp --python-version "$python_version" \
        "${tags[@]}" "${locks[@]}"
    then echo "$machine: a wheel of everything, for Python $python_version"
    else status=1; fi
done
exit "$status"
