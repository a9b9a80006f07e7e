#!/bin/bash
# `make test`: sets up what is missing, builds, runs everything. A failed build ends it; a failed test stage is told at the
# end, after the others have run. Layer: build. FUZZ_SECONDS (default 5) is each fuzzer's time, with inputs that are the same in
# every run (`make fuzz` looks for new ones); TEST_JOBS (default 3) how many files of mocha tests run at a time beside one
# with browsers; those that measure sound have the machine for themselves.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/stages.sh 13

failed=()
try() { stage "$@" || failed+=("$1"); }

# try_beside <title> <command...>: a stage that runs beside others on a busy machine. What fails in it runs once more with nothing
# beside it (alone), and what fails then has failed.
again=()
try_beside() { stage "$@" || again+=("$1"); }

# mocha_folders <jobs> <list> <folders under tests/>: that many files at a time; the files of tests that failed go into the list. From z
# to a: transcript.test.js and voice_page.test.js, the longest, are then not left for the end, when all other jobs have nothing to do.
mocha_folders() {
    local jobs=$1 list=$2 files
    shift 2
    rm -f "$list"
    mapfile -t files < <(cd tests && find "$@" -name '*.test.js' | sort -r | sed 's|^|tests/|')
    FAILED_FILES=$list npx mocha --no-config --timeout 60000 --reporter tests/failed_files.cjs --parallel --jobs "$jobs" "${files[@]}" && return
    [ -s "$list" ] || echo "(no test: mocha itself failed)" >"$list"
    return 1
}

# mocha_again <lists>: the files in these lists, one after the other. A few only: where more failed, it is not the machine.
mocha_again() {
    local files
    mapfile -t files < <(cat "$@" 2>/dev/null | sort -u)
    if [ ${#files[@]} -eq 0 ] || [ ${#files[@]} -gt 8 ]; then return 1; fi
    printf '  FAILED; once more by themselves:\n'
    printf '    %s\n' "${files[@]}"
    npx mocha --no-config --timeout 60000 "${files[@]}"
}

sound() { mocha_folders 1 build/log/failed-sound e2e || mocha_again build/log/failed-sound; }

# Browsers fill a processor: one file of theirs at a time, beside three of the others.
mocha_with_browsers() {
    local status=0 log=build/log/browsers.log browsers
    mocha_folders 1 build/log/failed-browsers browser >"$log" 2>&1 &
    browsers=$!
    mocha_folders "${TEST_JOBS:-3}" build/log/failed wasm js server peers || status=$?
    wait "$browsers" || status=$?
    cat "$log"
    return $status
}

# All of them with the sanitizers; those that compare bits also as gcc optimises them.
unit_tests() {
    local status=0 log=build/asan/Testing/Temporary/LastTest.log
    ctest --preset asan || status=$?
    ctest --preset native -R golden || status=$?
    awk '/^\[  PASSED  \]/ { passed += $4 } /^\[  FAILED  \] [0-9]+ test/ { failed += $4 }
         END { printf "  unit test cases: %d passed, %d failed\n", passed, failed }' "$log"
    return $status
}

# The stages that failed beside others, with nothing beside them.
alone() {
    local title status=0
    for title in "$@"; do
        case $title in
            unit*)
                [ ! -s build/asan/Testing/Temporary/LastTestsFailed.log ] || ctest --preset asan --rerun-failed || status=$?
                ctest --preset native -R golden || status=$?
                ;;
            *) mocha_again build/log/failed build/log/failed-browsers || status=$? ;;
        esac
    done
    return $status
}

# What went wrong in a stage, once more: who reads the end of a long output finds it there.
tell_failure() {
    printf '\n%s:\n' "$1"
    grep -E -A40 'FAILED|[0-9]+ failing|tests failed' "$(log_of "$1")" | head -n 120
}

stage "installing Debian packages" cmake/setup.sh
stage "fetching third-party sources" cmake/fetch_sources.sh
stage "building native" preset native
stage "building WASM" preset wasm
stage "building WASM with SIMD" preset wasm-simd
stage "installing npm packages" npm_install
stage "building scripts" scripts
stage "building with sanitizers" preset asan

try "layers, names, sizes" mocha_folders 1 build/log/failed-checks check
try_beside "WASM, scripts, server, telephones, browsers" mocha_with_browsers
beside "fuzzers, ${FUZZ_SECONDS:-5} s each" env FUZZ_SEED=1 cmake/fuzz.sh "${FUZZ_SECONDS:-5}" build/asan
try_beside "unit tests with AddressSanitizer and UBSan" unit_tests
collect || failed+=("$beside_title")
if [ ${#again[@]} -gt 0 ]; then
    stage_total=$((stage_total + 1))
    try "what failed beside others, by itself" alone "${again[@]}"
fi
try "end to end: sound" sound

printf 'total: %d s\n' $((SECONDS - started))
if [ ${#failed[@]} -gt 0 ]; then
    for title in "${again[@]}" "${failed[@]}"; do tell_failure "$title"; done
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
echo "all stages passed"
