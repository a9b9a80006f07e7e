# core.wasm and voice.wasm: raw modules without generated JavaScript; exports are named in src/wasm/. Layer: build.
set(wasm_link -sSTANDALONE_WASM=1 --no-entry -sFILESYSTEM=0 -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=2MB
    -sTOTAL_STACK=131072 -Wl,--stack-first -sMALLOC=emmalloc -sASSERTIONS=0)

function(wasm_module name)
  set(file ${CMAKE_SOURCE_DIR}/src/wasm/${name}_exports.c)
  if(NOT EXISTS ${file})
    return()
  endif()
  add_executable(${name} ${file})
  set_target_properties(${name} PROPERTIES SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_compile_options(${name} PRIVATE ${warnings})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_link_options(${name} PRIVATE ${wasm_link})
endfunction()

# A new exports file is noticed without a fresh configure.
file(GLOB unused CONFIGURE_DEPENDS src/wasm/*_exports.c)
wasm_module(voice tccc_media tccc_dsp tccc_base)
if(TCCC_VOICE_ONLY)
  set_target_properties(tccc_core tccc_engine PROPERTIES EXCLUDE_FROM_ALL ON)
else()
  wasm_module(core tccc_engine tccc_core tccc_base)
  # The core waits for the network, not for the processor: small counts (30 kB brotli is its budget).
  foreach(target cjson tccc_base tccc_core tccc_engine core)
    target_compile_options(${target} PRIVATE -Oz)
  endforeach()
  target_compile_definitions(tccc_base PRIVATE TCCC_ERROR_NAMES_ONLY) # js/src/errors.js has the texts
  target_link_options(core PRIVATE -Oz)
endif()

# The voice benchmark again, as a WASI program that tests/bench/bench_voice_wasm.js runs in Node.
if(EXISTS ${CMAKE_SOURCE_DIR}/tests/bench/bench_voice.c)
  add_executable(bench_voice tests/bench/bench_voice.c)
  set_target_properties(bench_voice PROPERTIES SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_compile_options(bench_voice PRIVATE ${warnings})
  target_link_libraries(bench_voice PRIVATE tccc_model tccc_media tccc_dsp tccc_base)
  target_link_options(bench_voice PRIVATE -sSTANDALONE_WASM=1 -sINITIAL_MEMORY=16MB -sTOTAL_STACK=262144 -sMALLOC=emmalloc)
endif()

# tccc-audio for Node: node build/wasm/tccc-audio.cjs aec ...; the files are the machine's own.
if(NOT TCCC_VOICE_ONLY)
  file(GLOB audio_files CONFIGURE_DEPENDS src/cli/audio/*.c)
  add_executable(tccc-audio src/cli/audio.c ${audio_files})
  set_target_properties(tccc-audio PROPERTIES SUFFIX .cjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
                        RULE_LAUNCH_LINK "env NODE_PATH=/usr/share/nodejs") # where Debian keeps emcc's acorn
  target_compile_options(tccc-audio PRIVATE ${warnings})
  target_link_libraries(tccc-audio PRIVATE tccc_model tccc_media tccc_dsp tccc_base m)
  target_link_options(tccc-audio PRIVATE -sNODERAWFS=1 -sSINGLE_FILE=1 -sENVIRONMENT=node -sALLOW_MEMORY_GROWTH=1 -sEXIT_RUNTIME=1 -sTOTAL_STACK=1048576)
endif()
