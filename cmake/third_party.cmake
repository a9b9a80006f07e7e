# Our own targets over the fetched Debian sources (opus, speexdsp, srtp2, cjson): the same scalar float builds for
# native, sanitizer, fuzz and WebAssembly, bit-identical between them. Layer: build.
set(TCCC_THIRD_PARTY ${CMAKE_SOURCE_DIR}/build/third_party CACHE PATH "where fetch_sources.sh unpacks")
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/cmake/fetch_sources.sh ${TCCC_THIRD_PARTY}
                RESULT_VARIABLE fetch_result)
if(NOT fetch_result EQUAL 0)
  message(FATAL_ERROR "cmake/fetch_sources.sh failed; see above")
endif()
set(src ${TCCC_THIRD_PARTY}/src)
set(gen ${CMAKE_BINARY_DIR}/gen)

function(third_party name)
  add_library(${name} STATIC ${ARGN})
  target_compile_options(${name} PRIVATE -w)
endfunction()

# Opus: the tarball's CMakeLists names a file that is not in it, so its own source lists are read instead.
function(opus_list out mk variable)
  file(READ ${src}/opus/${mk} text)
  string(REPLACE "\\\n" " " text "${text}")
  string(REGEX MATCH "(^|\n)${variable} = *([^\n]*)" unused "${text}")
  string(REGEX MATCHALL "[A-Za-z0-9_/]+\\.c" files "${CMAKE_MATCH_2}")
  list(TRANSFORM files PREPEND ${src}/opus/)
  set(${out} ${files} PARENT_SCOPE)
endfunction()
opus_list(celt celt_sources.mk CELT_SOURCES)
opus_list(silk silk_sources.mk SILK_SOURCES)
opus_list(silk_float silk_sources.mk SILK_SOURCES_FLOAT)
opus_list(opus opus_sources.mk OPUS_SOURCES)
opus_list(opus_float opus_sources.mk OPUS_SOURCES_FLOAT)
third_party(opus ${celt} ${silk} ${silk_float} ${opus} ${opus_float})
target_include_directories(opus SYSTEM PUBLIC ${src}/opus/include)
target_include_directories(opus PRIVATE ${src}/opus ${src}/opus/celt ${src}/opus/silk ${src}/opus/silk/float)
target_compile_definitions(opus PRIVATE OPUS_BUILD VAR_ARRAYS HAVE_LRINTF HAVE_LRINT "PACKAGE_VERSION=\"1.3.1\"")
if(EMSCRIPTEN)
  # What WebAssembly does in one instruction and opus or libc do not expect of it; the results are the same. arch.h thinks
  # that only LP64 machines multiply to 64 bits; lrintf would be a call.
  file(CONFIGURE OUTPUT ${gen}/opus/wasm_arch.h @ONLY CONTENT [[
#include <math.h>
#include "arch.h"
#undef OPUS_FAST_INT64
#define OPUS_FAST_INT64 1
#define lrintf(x) ((long)__builtin_rintf(x))
]])
  target_compile_options(opus PRIVATE -include ${gen}/opus/wasm_arch.h)
endif()

# SpeexDSP: autotools only upstream; DISABLE_WARNINGS keeps stdio (and a WASI fd_write import) out.
file(CONFIGURE OUTPUT ${gen}/speexdsp/speex/speexdsp_config_types.h @ONLY CONTENT [[
#ifndef __SPEEX_TYPES_H__
#define __SPEEX_TYPES_H__
#include <stdint.h>
typedef int16_t spx_int16_t;
typedef uint16_t spx_uint16_t;
typedef int32_t spx_int32_t;
typedef uint32_t spx_uint32_t;
#endif
]])
set(speex buffer fftwrap filterbank jitter kiss_fft kiss_fftr mdf preprocess resample scal smallft)
list(TRANSFORM speex REPLACE "(.+)" "${src}/speexdsp/libspeexdsp/\\1.c")
third_party(speexdsp ${speex})
target_include_directories(speexdsp SYSTEM PUBLIC ${src}/speexdsp/include ${gen}/speexdsp ${gen}/speexdsp/speex)
target_compile_definitions(speexdsp PUBLIC FLOATING_POINT
                           PRIVATE USE_SMALLFT EXPORT= VAR_ARRAYS DISABLE_WARNINGS DISABLE_NOTIFICATIONS)

# libsrtp with its internal crypto (AES-ICM and HMAC-SHA1); config.h by hand because its checks misread emscripten.
file(CONFIGURE OUTPUT ${gen}/srtp2/config.h @ONLY CONTENT [[
#define HAVE_BYTESWAP_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRING_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_ARPA_INET_H 1
#define HAVE_NETINET_IN_H 1
#define HAVE_UINT8_T 1
#define HAVE_UINT16_T 1
#define HAVE_UINT32_T 1
#define HAVE_UINT64_T 1
#define HAVE_INLINE 1
#define SIZEOF_UNSIGNED_LONG_LONG 8
#define CPU_RISC 1
#define PACKAGE_VERSION "2.5.0"
#define PACKAGE_STRING "libsrtp2 2.5.0"
]])
set(srtp srtp/srtp
    crypto/cipher/aes crypto/cipher/aes_icm crypto/cipher/cipher crypto/cipher/cipher_test_cases crypto/cipher/null_cipher
    crypto/hash/auth crypto/hash/auth_test_cases crypto/hash/hmac crypto/hash/null_auth crypto/hash/sha1
    crypto/kernel/alloc crypto/kernel/crypto_kernel crypto/kernel/err crypto/kernel/key
    crypto/math/datatypes crypto/replay/rdb crypto/replay/rdbx)
list(TRANSFORM srtp REPLACE "(.+)" "${src}/libsrtp2/\\1.c")
third_party(srtp2 ${srtp})
target_include_directories(srtp2 SYSTEM PUBLIC ${src}/libsrtp2/include ${src}/libsrtp2/crypto/include)
target_include_directories(srtp2 PRIVATE ${gen}/srtp2)
target_compile_definitions(srtp2 PRIVATE HAVE_CONFIG_H)

third_party(cjson ${src}/cjson/cJSON.c)
target_include_directories(cjson SYSTEM PUBLIC ${src}/cjson)
target_compile_definitions(cjson PUBLIC CJSON_HIDE_SYMBOLS)
