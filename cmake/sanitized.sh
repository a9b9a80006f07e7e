#!/bin/bash
# What `make test` does beside the stages that mostly wait: builds for the sanitizers, then fuzzes. Layer: build.
# Usage: sanitized.sh <seconds for each fuzzer>. build/asan.lock is held until the unit tests are built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source cmake/stages.sh 0
exec {lock}>build/asan.lock
flock "$lock"
preset asan
flock -u "$lock"
FUZZ_SEED=1 cmake/fuzz.sh "$1" build/asan
