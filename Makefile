# A thin front over CMake presets and npm. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
FUZZ_SECONDS ?= 600
CHAOS_RUNS ?= 200
CHAOS_SEED ?= 1
SOAK_CALLS ?= 2000
CRASH_KILLS ?= 200
DEMO_ARGS ?=
stages = source cmake/stages.sh

.PHONY: help setup build demo test check bench chaos soak fuzz crash dist docs clean bench-voice train-voice

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: ## installs the missing Debian packages (root or sudo)
	@$(stages) 1
	stage "installing Debian packages" cmake/setup.sh

build: ## builds tcccd, the WASM modules and the scripts
	@$(stages) $(n_build)
	build_all

demo: ## builds everything and starts a contact centre on http://localhost:8080
	@$(stages) $(n_build)
	build_all
	exec build/native/tcccd --demo $(DEMO_ARGS)

test: ## builds and runs all tests: C with sanitizers, fuzzers, WASM, browsers with SIP peers
	@exec cmake/test.sh

check: ## layer arrows, names, sizes and generated documents
	@$(stages) 1
	stage "installing npm packages" npm_install
	npx mocha --no-config --reporter dot 'tests/check/*.test.js'

bench: ## measures; writes build/bench/results.json
	@$(stages) $$(($(n_build) + 1))
	build_all
	stage "building benchmarks" preset native
	exec node tests/bench/run.js

bench-voice: ## compares the voice engine with others on simulated rooms, noises, talkers and networks; VOICE_ARGS=--quick for a first look
	@$(stages) 6
	stage "installing Debian packages" cmake/setup.sh packages-voice.txt
	stage "fetching third-party sources" cmake/fetch_sources.sh
	cmake --preset native -DTCCC_BENCH_VOICE=ON >/dev/null
	stage "building the voice engine and its peers" preset native voice_bench
	stage "building WASM" preset wasm voice bench_voice tccc-audio
	stage "building WASM with SIMD" preset wasm-simd voice bench_voice
	stage "installing npm packages" npm_install
	exec node tests/bench/voice/run.js $(VOICE_ARGS)

train-voice: ## trains a model of AI noise reduction without the talkers of bench-voice, each time the same: build/bench/voice/learned.bin
	@$(stages) 5
	stage "installing Debian packages" cmake/setup.sh packages-voice.txt packages-train.txt
	stage "fetching third-party sources" cmake/fetch_sources.sh
	cmake --preset native -DTCCC_BENCH_VOICE=ON >/dev/null
	stage "building the trainer" preset native voice_train
	stage "collecting speech and noise" node tests/bench/voice/train_material.js build/bench/voice/first first
	stage "collecting more of it" node tests/bench/voice/train_material.js build/bench/voice/train
	build/native/voice_train build/bench/voice/first build/bench/voice/first.bin 37008
	exec build/native/voice_train build/bench/voice/train build/bench/voice/learned.bin 1801 build/bench/voice/first.bin

chaos: ## ten tabs of one seat, closed, reloaded, killed, halted: CHAOS_RUNS (200) seeds from CHAOS_SEED (1)
	@$(stages) $(n_build)
	build_all
	exec node tests/chaos/chaos.js $(CHAOS_RUNS) $(CHAOS_SEED)

soak: ## SOAK_CALLS (2000) calls in one page: what is left behind, and growth of the heap
	@$(stages) $(n_build)
	build_all
	exec node tests/chaos/soak.js $(SOAK_CALLS)

fuzz: ## runs every fuzzer for FUZZ_SECONDS (default 600); keeps what it finds in build/fuzz
	@$(stages) 3
	stage "installing Debian packages" cmake/setup.sh
	stage "building fuzzers" preset fuzz
	stage "fuzzing, $(FUZZ_SECONDS) s each" cmake/fuzz.sh $(FUZZ_SECONDS)

crash: ## kills a writing program 200 times on each database (CRASH_KILLS); make test does it 60 times
	@$(stages) 3
	stage "installing Debian packages" cmake/setup.sh
	stage "building the test" preset asan test_store_crash
	stage "killing, $(CRASH_KILLS) times on each database" env TCCC_KILLS=$(CRASH_KILLS) build/asan/test_store_crash

dist: ## builds dist/ (scripts, WASM, types) and the npm package
	@$(stages) $$(($(n_build) + 1))
	build_all
	stage "packing" pack

docs: ## generates docs/errors.md
	@$(stages) 1
	stage "building the error table" preset native error_table
	build/native/error_table markdown >docs/errors.md

clean: ## removes what was built, but not the fetched sources
	@find build -mindepth 1 -maxdepth 1 ! -name third_party -exec rm -rf {} + 2>/dev/null || true
	find dist -mindepth 1 ! -name .gitkeep -delete 2>/dev/null || true

n_build = 7
