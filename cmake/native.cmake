# tcccd, the command line tools, unit tests, fuzzers and benchmarks. Layer: build.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
enable_testing()

# The server: everything but main.c is a library, so that its tests link it.
file(GLOB_RECURSE server_files CONFIGURE_DEPENDS src/server/*.c)
list(REMOVE_ITEM server_files ${CMAKE_SOURCE_DIR}/src/server/main.c)
set(server_lib "")
if(server_files)
  pkg_check_modules(SERVER REQUIRED IMPORTED_TARGET libre librem libwebsockets libuv usrsctp openssl ogg sqlite3 libcurl libmpg123 libpq)
  # Debian's pocketsphinx.pc names a folder that is not there, and a library for sound cards.
  pkg_check_modules(SPHINX REQUIRED pocketsphinx)
  foreach(folder ${SPHINX_INCLUDE_DIRS})
    if(EXISTS ${folder})
      list(APPEND sphinx_folders ${folder})
    endif()
  endforeach()
  add_library(tcccd_lib STATIC ${server_files})
  target_include_directories(tcccd_lib SYSTEM PRIVATE ${sphinx_folders})
  target_compile_options(tcccd_lib PRIVATE ${warnings})
  target_link_libraries(tcccd_lib PUBLIC ${layers} speexdsp PkgConfig::SERVER pocketsphinx sphinxbase Threads::Threads m)
  set(server_lib tcccd_lib)
endif()

function(program name file)
  add_executable(${name} ${file})
  target_compile_options(${name} PRIVATE ${warnings})
  target_compile_definitions(${name} PRIVATE TCCC_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()

function(programs pattern prefix)
  file(GLOB files CONFIGURE_DEPENDS ${pattern})
  foreach(file ${files})
    get_filename_component(name ${file} NAME_WE)
    program(${prefix}${name} ${file} ${ARGN})
  endforeach()
endfunction()

function(unit_tests pattern)
  file(GLOB files CONFIGURE_DEPENDS ${pattern})
  foreach(file ${files})
    get_filename_component(name ${file} NAME_WE)
    program(${name} ${file} ${ARGN} cmocka)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 180 LABELS unit)
  endforeach()
endfunction()

file(GLOB main_file CONFIGURE_DEPENDS src/server/main.c)
if(TCCC_FUZZ)
  add_link_options(-fsanitize=fuzzer)
  programs("tests/fuzz/fuzz_*.c" "" ${server_lib} ${layers})
  return()
endif()
# With sanitizers the fuzzers as well, which see only what their own file reaches: make test tries their seeds and what is near to them,
# without a build of everything that tells them more, as make fuzz has it.
if(TCCC_SANITIZE)
  file(GLOB fuzz_files CONFIGURE_DEPENDS tests/fuzz/fuzz_*.c)
  foreach(file ${fuzz_files})
    get_filename_component(name ${file} NAME_WE)
    program(${name} ${file} ${server_lib} ${layers})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endif()
if(main_file AND server_lib)
  program(tcccd src/server/main.c tcccd_lib)
endif()

# The error table as JSON for the JavaScript shim, and the check that docs/errors.md is that table.
program(error_table cmake/error_table.c tccc_base)
set(errors_json ${CMAKE_SOURCE_DIR}/build/gen/errors.json)
add_custom_command(OUTPUT ${errors_json} DEPENDS error_table
                   COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_SOURCE_DIR}/build/gen
                   COMMAND error_table json > ${errors_json}.$<CONFIG> && ${CMAKE_COMMAND} -E rename ${errors_json}.$<CONFIG> ${errors_json})
add_custom_target(errors_json ALL DEPENDS ${errors_json})
add_test(NAME docs_errors_is_up_to_date
         COMMAND sh -c "$<TARGET_FILE:error_table> markdown | diff - ${CMAKE_SOURCE_DIR}/docs/errors.md")

program(tccc-wire src/cli/wire.c ${layers})
file(GLOB audio_files CONFIGURE_DEPENDS src/cli/audio/*.c)
program(tccc-audio src/cli/audio.c tccc_model ${layers})
target_sources(tccc-audio PRIVATE ${audio_files})
programs("tests/server/*.c" "" ${server_lib} ${layers}) # peers that the tests in that folder start
unit_tests("tests/unit/test_*.c" tccc_model ${layers})
unit_tests("tests/unit/server/test_*.c" ${server_lib} ${layers})
programs("tests/bench/bench_*.c" "" ${server_lib} tccc_model ${layers})

option(TCCC_BENCH_VOICE "build what make bench-voice compares the voice engine by" OFF)
if(TCCC_BENCH_VOICE)
  include(cmake/bench_voice.cmake)
endif()

# What the demo's customer says.
set(speech ${CMAKE_SOURCE_DIR}/build/gen/speech.wav)
set(speech_text "Hello, this is the demo customer. My parcel has not arrived yet, and I would like to know where it is. \
The order number is four, two, seven, one. Could you please look it up for me? Thank you very much, I will wait.")
add_custom_command(OUTPUT ${speech} COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_SOURCE_DIR}/build/gen
                   COMMAND espeak-ng -v en-us -s 150 -w ${speech} ${speech_text} VERBATIM)
add_custom_target(speech ALL DEPENDS ${speech})

# What a run of the demo needs; the tests and benchmarks are left out.
add_custom_target(demo DEPENDS errors_json speech)
if(TARGET tcccd)
  add_dependencies(demo tcccd)
endif()
