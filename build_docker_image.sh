#!/usr/bin/env bash
# Build the image bemcom/ocpp-connector:<version>; the fast tests run in the build.
#
#   ./build_docker_image.sh                         for this machine
#   ./build_docker_image.sh --platforms linux/arm64             for another one
#   ./build_docker_image.sh --platforms linux/amd64,linux/arm64 --push NAME
#   ./build_docker_image.sh --platforms linux/amd64,linux/arm64 --archive FILE
#
# --push NAME     to the registry, as NAME:<version>; needs buildx
# --archive FILE  into an OCI archive; needs buildx
# Everything else goes to docker build. What is in the image is written beside it:
# build/ocpp-connector-<version>.cdx.json
set -euo pipefail
cd "$(dirname "$0")"

fail() { echo "build_docker_image.sh: $1" >&2; exit 1; }
value_of() { [ $# -gt 1 ] && [ "${2#-}" = "$2" ] || fail "$1 needs a value"; }

platforms="" push="" archive="" others=()
while [ $# -gt 0 ]; do
    case $1 in
        --platforms) value_of "$@"; platforms=$2; shift ;;
        --push) value_of "$@"; push=$2; shift ;;
        --archive) value_of "$@"; archive=$2; shift ;;
        *) others+=("$1") ;;
    esac
    shift
done

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' source/connector/main.py)
[ -n "$version" ] || fail "no __version__ in source/connector/main.py"
tag=bemcom/ocpp-connector:$version

has_buildx() { docker buildx version >/dev/null 2>&1; }
check_builder() {  # that it can build all that is asked for
    has_buildx || fail "$1 needs docker buildx, which this docker has not: install its plugin
(docker-buildx-plugin of Docker's packages, docker-buildx of Debian 13 or Ubuntu)"
    local can platform
    can=$(docker buildx inspect --bootstrap | sed -n 's/^Platforms: *//p' | tr -d '* ')
    for platform in ${platforms//,/ }; do
        case ,$can, in
            *,"$platform",*) ;;
            *) fail "the builder cannot build $platform, only ${can:-nothing}: install QEMU for it
(package qemu-user-static), or add a machine that is one:
docker buildx create --append --platform $platform ssh://user@machine" ;;
        esac
    done
}

labels=(--label "org.opencontainers.image.version=$version")
if revision=$(git rev-parse HEAD 2>/dev/null); then
    git diff --quiet HEAD -- source || revision=$revision-modified
    labels+=(--label "org.opencontainers.image.revision=$revision")
fi
# A remote may have a password in it, and may be a folder.
origin=$(git config --get remote.origin.url 2>/dev/null | sed -E 's#^(https?://)[^/@]*@#\1#') || true
case $origin in
    http://* | https://*) labels+=(--label "org.opencontainers.image.source=${origin%.git}") ;;
esac
build=(--build-arg PIP_INDEX_URL --build-arg PIP_EXTRA_INDEX_URL "${labels[@]}"
       ${others[@]+"${others[@]}"})

if [ -n "$push" ]; then
    check_builder --push
    docker buildx build --platform "${platforms:-linux/amd64,linux/arm64}" --push \
        --tag "$push:$version" "${build[@]}" ./source
    echo "$push:$version"
elif [ -n "$archive" ]; then
    check_builder --archive
    docker buildx build --platform "${platforms:-linux/amd64,linux/arm64}" \
        --output "type=oci,dest=$archive" --tag "$tag" "${build[@]}" ./source
    echo "$archive"
else
    case $platforms in
        *,*) fail "an engine keeps one platform under a tag: add --push NAME or --archive FILE" ;;
        ?*) build+=(--platform "$platforms") ;;
    esac
    docker build --tag "$tag" "${build[@]}" ./source
    mkdir -p build
    container=$(docker create "$tag")
    trap 'docker rm --volumes "$container" >/dev/null' EXIT
    docker cp "$container:/usr/share/doc/ocpp-connector/sbom.cdx.json" \
        "build/ocpp-connector-$version.cdx.json" >/dev/null
    echo "$tag"
fi
