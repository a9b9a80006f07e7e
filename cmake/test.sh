#!/bin/bash
# `make test`: sets up what is missing, builds, runs everything. A failed build ends it; a failed test stage is told at the
# end, after the others have run. Layer: build. FUZZ_SECONDS (default 15) is each fuzzer's time, with inputs that are the same in
# every run (`make fuzz` looks for new ones); TEST_JOBS (default 3) how many files of mocha tests run at a time beside one
# with browsers; those that measure sound have the machine for themselves.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/stages.sh 12

failed=()
try() { stage "$@" || failed+=("$1"); }

# mocha_folders <jobs> <list> <folders under tests/>: that many files at a time; the files of tests that failed go into the list.
mocha_folders() {
    local jobs=$1 list=$2 files
    shift 2
    rm -f "$list"
    mapfile -t files < <(cd tests && find "$@" -name '*.test.js' | sort | sed 's|^|tests/|')
    FAILED_FILES=$list npx mocha --no-config --timeout 60000 --reporter tests/failed_files.cjs --parallel --jobs "$jobs" "${files[@]}"
}

# mocha_again <lists>: tests that failed beside others on a busy machine run once more with nothing beside them; what fails then has
# failed. A few files only: where more fail, it is not the machine.
mocha_again() {
    local files
    mapfile -t files < <(cat "$@" 2>/dev/null | sort -u)
    if [ ${#files[@]} -eq 0 ] || [ ${#files[@]} -gt 4 ]; then return 1; fi
    printf '  FAILED; once more by themselves:\n'
    printf '    %s\n' "${files[@]}"
    npx mocha --no-config --timeout 60000 "${files[@]}"
}

mocha_alone() { mocha_folders 1 build/log/failed "$@" || mocha_again build/log/failed; }

# Browsers fill a processor: one file of theirs at a time, beside three of the others.
mocha_with_browsers() {
    local status=0 log=build/log/browsers.log browsers
    mocha_folders 1 build/log/failed-browsers browser >"$log" 2>&1 &
    browsers=$!
    mocha_folders "${TEST_JOBS:-3}" build/log/failed wasm js server peers || status=$?
    wait "$browsers" || status=$?
    cat "$log"
    if [ $status -ne 0 ]; then
        mocha_again build/log/failed build/log/failed-browsers
    fi
}

# All of them with the sanitizers, when cmake/sanitized.sh has built them; those that compare bits also as gcc optimises them.
unit_tests() {
    local status=0 log=build/asan/Testing/Temporary/LastTest.log
    flock build/asan.lock true
    ctest --preset asan || status=$?
    ctest --preset native -R golden || status=$?
    awk '/^\[  PASSED  \]/ { passed += $4 } /^\[  FAILED  \] [0-9]+ test/ { failed += $4 }
         END { printf "  unit test cases: %d passed, %d failed\n", passed, failed }' "$log"
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

# The stages that follow mostly wait for something: what only computes is done meanwhile.
beside "building with sanitizers, fuzzers ${FUZZ_SECONDS:-15} s each" cmake/sanitized.sh "${FUZZ_SECONDS:-15}"
try "layers, names, sizes" mocha_folders 1 build/log/failed check
try "WASM, scripts, server, telephones, browsers" mocha_with_browsers
try "unit tests with AddressSanitizer and UBSan" unit_tests
collect || failed+=("$beside_title")
try "end to end: sound" mocha_alone e2e

printf 'total: %d s\n' $((SECONDS - started))
if [ ${#failed[@]} -gt 0 ]; then
    for title in "${failed[@]}"; do tell_failure "$title"; done
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
echo "all stages passed"
