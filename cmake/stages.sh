# Progress lines and the build's steps; sourced with the number of stages to come. Layer: build.
# What a step prints goes to build/log/<title>.log; a step that fails shows the end of it.
mkdir -p build/log
stage_total=$1
stage_number=0
started=$SECONDS
jobs=$(nproc)
for symbolizer in /usr/lib/llvm-*/bin/llvm-symbolizer; do
    [ -x "$symbolizer" ] && export ASAN_SYMBOLIZER_PATH=$symbolizer
done
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false

log_of() { printf 'build/log/%s.log' "$(tr -cs 'A-Za-z0-9\n' '-' <<<"$1")"; }

# stage <title> <command...>
stage() {
    local title=$1 begin=$SECONDS status=0 log
    shift
    stage_number=$((stage_number + 1))
    log=$(log_of "$title")
    printf '[%d/%d] %s ...\n' "$stage_number" "$stage_total" "$title"
    "$@" 2>&1 | tee "$log" | stage_filter || status=$?
    if [ $status -ne 0 ]; then
        printf '      failed after %d s; the end of %s:\n' $((SECONDS - begin)) "$log"
        tail -n 60 "$log"
        return 1
    fi
    printf '      %d s\n' $((SECONDS - begin))
}

# beside <title> <command...>: starts a step that runs while the next stages leave the processor idle. The kernel groups
# processes by session and shares the processor among groups, where the idle class counts for nothing (sched(7),
# autogroup): the new session is told to be nice as a group.
# collect: shows its output as a stage, waits for it and takes its status.
beside() {
    beside_title=$1
    beside_log=$(log_of "$1").beside
    shift
    rm -f "$beside_log.status"
    setsid chrt --idle 0 bash -c '{ echo 19 >/proc/self/autogroup; } 2>/dev/null || true
        status=0; "${@:2}" || status=$?; echo $status >"$1"' _ "$beside_log.status" "$@" \
        >"$beside_log" 2>&1 &
    beside_pid=$!
    trap 'kill -- -$beside_pid 2>/dev/null || true' EXIT
    printf '      (started beside the next stages: %s)\n' "$beside_title"
}
collect() { stage "$beside_title" collected; }
collected() {
    tail -n +1 -f --pid="$beside_pid" "$beside_log"
    return "$(cat "$beside_log.status")"
}

# Of a step's output, what a reader wants while it runs: indented lines and summaries.
stage_filter() { grep --line-buffered -E '^  |tests passed' | grep --line-buffered -vE '^ +Start ' || true; }

# preset <name> [<target>...]: configures and builds it, telling every quarter of a long build. What a compiler has to say is for the log.
preset() {
    local name=$1
    shift
    cmake --preset "$name" | sed 's/^ *//' &&
        NINJA_STATUS='[%p] ' nice cmake --build --preset "$name" -j"$jobs" ${1:+--target "$@"} | awk '
        { print /^ / ? "|" $0 : $0 }
        match($0, /^\[ *[0-9]+%\]/) {
            percent = substr($0, 2, 3) + 0
            if (percent < 100 && percent >= told + 25) { told = percent - percent % 25; printf "  %d %%\n", told }
        }
        { fflush() }'
}

# npm ci, when the lock file is not the one that node_modules was made from.
npm_install() {
    cmp -s package-lock.json node_modules/.from-lock && return 0
    npm ci --no-progress && cp package-lock.json node_modules/.from-lock
}

scripts() { npm run --silent build; }

pack() { mkdir -p build/package && npm pack --pack-destination build/package; }

build_all() {
    stage "installing Debian packages" cmake/setup.sh
    stage "fetching third-party sources" cmake/fetch_sources.sh
    stage "building tcccd" preset native demo
    stage "building WASM" preset wasm
    stage "building WASM with SIMD" preset wasm-simd
    stage "installing npm packages" npm_install
    stage "building scripts" scripts
}
