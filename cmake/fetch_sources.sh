#!/bin/bash
# Fetches the pinned Debian source packages of the third-party C libraries and unpacks them, patched, under
# <build>/third_party/src. Layer: build. Needs no root: apt runs on private lists in a temporary directory.
# Usage: fetch_sources.sh [destination]     (does nothing when all four are there)
#        TCCC_DEB_SRC="<uri> <suite>;<uri> <suite>" overrides where the sources come from.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dest=${1:-$root/build/third_party}
src=$dest/src

# name, version that apt is asked for ("" = newest), original tarball's sha256
packages=(
    "opus     1.3.1-3  65b58e1e25b2a114157014736a3d9dfeaad8d41be1c8179866f144a2fb44ff9d"
    "speexdsp 1.2.1-1  8c777343e4a6399569c72abc38a95b24db56882c83dbdb6c6424a5f4aeb54d3d"
    "libsrtp2 2.5.0-3  8a43ef8e9ae2b665292591af62aa1a4ae41e468b6d98d8258f91478735da4e09"
    "cjson    -        5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2"
)

complete() {
    local p name
    for p in "${packages[@]}"; do
        read -r name _ <<<"$p"
        [ -f "$src/$name/.complete" ] || return 1
    done
}

if complete; then exit 0; fi
for tool in apt-get dpkg-source sha256sum flock; do
    command -v "$tool" >/dev/null || { echo "fetch_sources: $tool is missing; run 'make setup'" >&2; exit 1; }
done

mkdir -p "$src"
exec 9>"$dest/.lock"
flock 9
if complete; then exit 0; fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial" "$tmp/dl"

# The machine's own Debian mirrors, or those of the environment, as source lists.
deb_src_lines() {
    if [ -n "${TCCC_DEB_SRC:-}" ]; then
        tr ';' '\n' <<<"$TCCC_DEB_SRC" | sed '/^ *$/d; s/^ */deb-src /; s/$/ main/'
        return
    fi
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk '$3 == "main" && $2 ~ /^(bookworm|oldstable)(-updates|-security|\/updates)?$/ && !seen[$0]++ { print "deb-src", $1, $2, "main" }'
}

deb_src_lines >"$tmp/sources.list"
if [ ! -s "$tmp/sources.list" ]; then
    echo "fetch_sources: no Debian 12 mirror in this machine's apt sources;" >&2
    echo "  set TCCC_DEB_SRC=\"<mirror uri> bookworm;<security mirror uri> bookworm-security\" and run again" >&2
    exit 1
fi

apt=(apt-get -q -o "Dir::Etc::sourcelist=$tmp/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$tmp/lists" -o "Dir::Cache=$tmp/cache" -o Dir::State::status=/var/lib/dpkg/status
    -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=3)

log=$tmp/log
quiet() { "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }; }

wanted=()
for p in "${packages[@]}"; do
    read -r name version _ <<<"$p"
    if [ "$version" = - ]; then wanted+=("$name"); else wanted+=("$name=$version"); fi
done
echo "  fetching sources: ${wanted[*]}"
quiet "${apt[@]}" update
(cd "$tmp/dl" && quiet "${apt[@]}" source --download-only --only-source "${wanted[@]}")

for p in "${packages[@]}"; do
    read -r name _ sum <<<"$p"
    tarball=$(ls "$tmp/dl/${name}_"*.orig.tar.*z* | grep -v '\.asc$')
    echo "$sum  $tarball" | sha256sum --check --quiet - || { echo "fetch_sources: $name: wrong checksum" >&2; exit 1; }
    quiet dpkg-source --no-check -x "$tmp/dl/${name}_"*.dsc "$tmp/$name"
    rm -rf "${src:?}/$name"
    cp -r "$tmp/$name" "$src/$name"
    touch "$src/$name/.complete"
    echo "  unpacked $(basename "$tmp/dl/${name}_"*.dsc .dsc)"
done
