/* stream_config.h: a stream's configuration from JSON. Layer: media. The members are listed in src/wasm/voice_exports.c. */
#ifndef TCCC_MEDIA_STREAM_CONFIG_H
#define TCCC_MEDIA_STREAM_CONFIG_H

#include <stddef.h>

#include "tccc/media.h"

#define STREAM_CONFIG_JSON_MAX 4096
#define STREAM_CONFIG_MESSAGE 160

/* Reads json[len]. 0 with *config filled; or ARG_MISSING, ARG_TYPE, ARG_RANGE (also for an unknown member), FORMAT (no JSON),
 * TOO_LARGE, NO_MEMORY with a sentence in message that names the member ("" when there is none to name); *config is then
 * undefined. */
int stream_config_parse(tccc_stream_config *config, const char *json, size_t len, char message[STREAM_CONFIG_MESSAGE]);

#endif
