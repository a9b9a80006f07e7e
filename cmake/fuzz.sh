#!/bin/bash
# Runs every fuzzer of build/fuzz for some seconds each, two at a time. Layer: build.
# Usage: fuzz.sh <seconds> [build directory]. With FUZZ_SEED the same inputs come in the same order, from the seeds in the tree
# alone; without it others each time. Corpora are kept in <build directory>/corpus, findings in .../found.
# An input may take 30 s; with FUZZ_SEED 600 s of the clock, because make test gives fuzzers only what other stages leave of the
# processor (the idle class weighs 3 to 1024).
set -euo pipefail
seconds=$1
dir=$(cd "${2:-build/fuzz}" && pwd)
limit=$([ -n "${FUZZ_SEED:-}" ] && echo 600 || echo 30)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$dir/found" "$dir/fuzz-log"

# Seeds, when a fuzzer has some, lie in tests/fuzz/seeds/<name>.
run_one() {
    local name=$1 log=$dir/fuzz-log/$1.log corpus=$dir/corpus/$1 dirs
    mkdir -p "$corpus"
    [ -z "${FUZZ_SEED:-}" ] || corpus=$(mktemp -d)
    dirs=("$corpus")
    [ -d "$root/tests/fuzz/seeds/$name" ] && dirs+=("$root/tests/fuzz/seeds/$name")
    if "$dir/$name" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" -timeout="$limit" -rss_limit_mb=2048 -max_len=4096 \
        -artifact_prefix="$dir/found/$name-" "${dirs[@]}" >"$log" 2>&1; then
        printf '  %-28s %s\n' "$name" "$(grep -E '^Done ' "$log" || echo 'done')"
    else
        printf '  %-28s FAILED\n' "$name"
        grep -E -A25 'ERROR|SUMMARY|runtime error|Assertion' "$log" | head -60
        for found in "$dir/found/$name"-*; do [ ! -f "$found" ] || { echo "  $found:"; base64 -w 160 "$found" | head -30; }; done
        return 1
    fi
}
export -f run_one
export dir root seconds limit

names=$(cd "$dir" && find . -maxdepth 1 -type f -executable -name 'fuzz_*' -printf '%f\n' | sort)
[ -n "$names" ] || { echo "fuzz: no fuzzers in $dir" >&2; exit 1; }
xargs -P 2 -I{} bash -c 'run_one {}' <<<"$names"
