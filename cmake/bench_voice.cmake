# What `make bench-voice` needs besides tccc-audio: material, measures, and peers from Debian (tests/bench/voice). Layer: build.
enable_language(CXX)
pkg_check_modules(WEBRTC REQUIRED IMPORTED_TARGET webrtc-audio-processing speexdsp)
foreach(name echo_cases noise_cases measure activity long_call)
  program(voice_${name} tests/bench/voice/${name}.c tccc_media tccc_dsp tccc_base m)
  target_sources(voice_${name} PRIVATE tests/bench/voice/material.c tests/bench/voice/transform.c)
endforeach()
target_sources(voice_measure PRIVATE tests/bench/voice/stoi.c)
program(voice_peers tests/bench/voice/peers.cc tccc_media tccc_dsp tccc_base PkgConfig::WEBRTC m)
target_sources(voice_peers PRIVATE tests/bench/voice/material.c)
add_custom_target(voice_bench DEPENDS tccc-audio bench_voice voice_echo_cases voice_noise_cases voice_measure voice_activity
                              voice_long_call voice_peers)

# Trains src/dsp/learned.bin (no part of voice_bench). Not -ffast-math: sums keep their order, so that each machine with fused multiply-add
# makes the same bits, whatever the width of its vectors.
program(voice_train tests/bench/voice/train.c tccc_media tccc_dsp tccc_base m)
target_sources(voice_train PRIVATE tests/bench/voice/train_network.c tests/bench/voice/train_streams.c tests/bench/voice/material.c)
target_compile_options(voice_train PRIVATE -O3 -march=native -ffp-contract=fast -fno-math-errno -fno-trapping-math)
set_target_properties(voice_train PROPERTIES EXCLUDE_FROM_ALL ON)
