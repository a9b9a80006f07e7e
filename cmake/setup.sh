#!/bin/bash
# Installs the Debian packages of cmake/packages.txt, and of the lists given by name, that are missing; asks nothing and needs no
# network when none is.
# Layer: build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# A command stands for its package where another source may provide it (Node.js from elsewhere brings its own npm).
provided() {
    case $1 in
    npm | git | make | cmake | curl) command -v "$1" >/dev/null ;;
    nodejs) command -v node >/dev/null ;;
    ninja-build) command -v ninja >/dev/null ;;
    *) return 1 ;;
    esac
}

mapfile -t wanted < <(sed 's/#.*//; /^ *$/d' packages.txt "$@")
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
missing=()
for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$installed" || provided "$package" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "  all ${#wanted[@]} packages are there"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: run as root, or install: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
echo "  installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 || { tail -30 "$log" >&2; exit 1; }; }
run apt-get -q update
# Daemons among the packages are for tests only: their services must not start.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    "${as_root[@]}" sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy"
    trap 'rm -f "$log"; "${as_root[@]}" rm -f '$policy EXIT
fi
install=(apt-get -q -y --no-install-recommends install "${missing[@]}")
# apt tells its progress on descriptor 3, which sudo would close: "dlstatus:..:percent:..", "pmstatus:..:percent:..".
progress() {
    awk -F: '{ what = $1 == "dlstatus" ? "downloaded" : "installed" }
             what != last { last = what; told = 0 }
             $3 >= told + 20 { told = $3 - $3 % 20; printf "  %s %d %%\n", what, told; fflush() }'
}
if [ "$(id -u)" -eq 0 ]; then
    run "${install[@]}" -o APT::Status-Fd=3 3>&1 | progress
else
    run "${install[@]}"
fi
