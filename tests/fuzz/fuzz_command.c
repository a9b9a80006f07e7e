/* fuzz_command.c: a page's command is read within its bounds, or refused with a sentence. Layer: tests. */
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "tccc/error.h"

static void require(int truth) {
    if (!truth) abort();
}

static void check_args(const command *command) {
    const wire_args *args = &command->args;
    require(!args->session_id || (*args->session_id && strlen(args->session_id) <= WIRE_SESSION_ID_MAX));
    require(!args->phone_number || (*args->phone_number && strlen(args->phone_number) <= WIRE_NUMBER_MAX));
    require(!args->digits || (strlen(args->digits) <= WIRE_DIGITS_MAX && args->digits[strspn(args->digits, "0123456789*#ABCD")] == 0));
    require(!args->sdp || strlen(args->sdp) <= WIRE_SDP_MAX);
    require(args->n_number_groups >= 0 && args->n_number_groups <= WIRE_NUMBER_GROUPS_MAX);
    bool names_session = strncmp(command_name(command->name), "Call.", 5) == 0 && command->name != COMMAND_CALL_START;
    require(names_session == (args->session_id != NULL));
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
