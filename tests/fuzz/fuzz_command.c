/* fuzz_command.c: a page's command is read within its bounds, or refused with a sentence. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "tccc/error.h"

static void require(int truth) {
    if (!truth) abort();
}

/* Commands about one session; all others in these namespaces begin one, or list them. */
static bool names_session(enum command_name name) {
    static const char *const spaces[] = { "Call.", "Chat.", "Video.", "Visit." };
    if (name == COMMAND_CALL_START || name == COMMAND_CALL_INTERNAL || name == COMMAND_CALL_RUNNING || name == COMMAND_VISIT_START) return false;
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (strncmp(command_name(name), spaces[i], strlen(spaces[i])) == 0) return true;
    return false;
}

static void check_args(const command *command) {
    const wire_args *args = &command->args;
    require(!args->session_id || (*args->session_id && strlen(args->session_id) <= WIRE_SESSION_ID_MAX));
    require(!args->phone_number || (*args->phone_number && strlen(args->phone_number) <= WIRE_NUMBER_MAX));
    require(!args->digits || (strlen(args->digits) <= WIRE_DIGITS_MAX && args->digits[strspn(args->digits, "0123456789*#ABCD")] == 0));
    require(!args->sdp || strlen(args->sdp) <= WIRE_SDP_MAX);
    require(args->n_number_groups >= 0 && args->n_number_groups <= WIRE_NUMBER_GROUPS_MAX);
    require(names_session(command->name) == (args->session_id != NULL));
    require(command->name != COMMAND_MEDIA_PROBE || (command->seconds >= 1 && command->seconds <= 10));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    command command;
    wire_failure why;
    int error = command_parse(&command, (const char *)data, size, &why);
    if (error == 0) {
        require(command.id >= 1 && command.id <= WIRE_ID_MAX && command.name < N_COMMANDS);
        check_args(&command);
        command_free(&command);
        return 0;
    }
    require(why.message[0] && strlen(why.message) < sizeof why.message && !command.tree);
    require(command.id != 0 || error == TCCC_E_FORMAT || error == TCCC_E_TOO_LARGE);
    return 0;
}
