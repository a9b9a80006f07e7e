/* error.h: every error libtccc and tcccd report, from one table. Layer: public.
 *
 * Functions return 0 or more on success and one of the negative values below on failure. The same table
 * yields the names, sentences and remedies that JavaScript rejections carry (`err.code`, `err.errorMsg`,
 * `err.remedy`), the wire protocol's error objects and docs/errors.md.
 */
#ifndef TCCC_ERROR_H
#define TCCC_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(NAME, value, sentence, remedy). `err.code` in JavaScript and on the wire is NAME as a string. */
#define TCCC_ERRORS(X)                                                                                          \
    X(ARG_MISSING, -1, "A required option is missing.", "Pass the option that the message names.")             \
    X(ARG_TYPE, -2, "An option has the wrong type.", "Pass the option with the type that the message names.")  \
    X(ARG_RANGE, -3, "An option is outside its range.", "Pass a value inside the range that the message names.") \
    X(STATE, -4, "This cannot be done in the present state.", "Wait for the event that the message names.")    \
    X(NOT_READY, -5, "The SDK is not ready yet.", "Call after the ready event has fired.")                     \
    X(NOT_FOUND, -6, "There is no such session.", "Use a sessionId from callIn, callOuted or startOutboundCall that has not been deleted.") \
    X(TIMEOUT, -7, "The server did not answer in time.", "Check the network and try again.")                   \
    X(TOKEN_EXPIRED, -8, "The sign-in token has expired.", "Ask your back end for a new SdkURL; one lives ten minutes.") \
    X(TOKEN_USED, -9, "The sign-in token was used before.", "Ask your back end for a new SdkURL for each page load.") \
    X(TOKEN_INVALID, -10, "The sign-in token is not known.", "Load the script from an SdkURL that CreateSDKLoginToken returned.") \
    X(KICKED, -11, "The agent signed in somewhere else.", "Use one page at a time, or turn on multi-tab mode (data-enable-shared).") \
    X(CONNECTION_LOST, -12, "The connection to the server is lost.", "Check the network; the SDK reconnects by itself.") \
    X(SHUTTING_DOWN, -13, "The server is stopping and takes no new calls.", "Try again in a minute.")           \
    X(NO_OUTBOUND_NUMBER, -14, "There is no number that may call out.", "Ask the administrator for a number with outbound use.") \
    X(NUMBER_INVALID, -15, "The telephone number cannot be dialled.", "Pass digits with an optional leading +, or an extension.") \
    X(AGENT_OFFLINE, -16, "The agent is offline.", "Call Agent.online() first.")                                \
    X(AGENT_BUSY, -17, "The agent is on another call.", "End or hold the other call first.")                    \
    X(TRUNK_DOWN, -18, "The telephone line cannot be reached.", "Ask the administrator to check the SIP trunk.") \
    X(PROTOCOL, -19, "The peer broke the protocol.", "Use the same version of the script and the server.")      \
    X(NO_MEMORY, -20, "Memory is exhausted.", "Close other pages and load the page again.")                     \
    X(TOO_LARGE, -21, "The message is too large.", "Send less at once.")                                        \
    X(MIC_DENIED, -22, "The page may not use the microphone.", "Allow the microphone in the browser's address bar and load the page again.") \
    X(MIC_NOT_FOUND, -23, "There is no microphone.", "Plug in a microphone or headset.")                        \
    X(MIC_BUSY, -24, "The microphone is in use by another program.", "Close the other program and try again.")  \
    X(INSECURE_CONTEXT, -25, "The page is not secure, so the browser gives no microphone.", "Serve the page over HTTPS or from localhost.") \
    X(BROWSER_UNSUPPORTED, -26, "This browser lacks something the SDK needs.", "Use a current Chrome, Edge, Firefox or Safari.") \
    X(CSP_BLOCKED, -27, "The page's Content-Security-Policy blocks the SDK.", "Allow script-src <sdk origin> 'wasm-unsafe-eval'; worker-src blob:; connect-src <sdk origin>.") \
    X(AUDIO_BLOCKED, -28, "The browser holds back sound until someone clicks in the page.", "Click once in the page.") \
    X(MEDIA_UNREACHABLE, -29, "No media path to the server works.", "Allow WebSocket or UDP to the server; see docs/network.md.") \
    X(CODEC, -30, "Both sides have no audio codec in common.", "Offer Opus, PCMA or PCMU on the telephone's side.") \
    X(INTERNAL, -31, "The SDK or the server met a fault of its own.", "Report it with the log.")                \
    X(UNAUTHORIZED, -32, "The request is not signed in.", "Sign in first.")                                     \
    X(FORBIDDEN, -33, "The agent's role does not allow this.", "Ask an administrator for the role.")            \
    X(LIMIT, -34, "A limit is reached.", "Wait for earlier work to end; the message names the limit.")          \
    X(DESTROYED, -35, "The SDK was removed from the page.", "Load the script again.")                           \
    X(AGAIN, -36, "There is nothing now.", "Call again later.")                                                 \
    X(FORMAT, -37, "The data has a wrong form.", "Send data in the form that the documentation gives.")         \
    X(AUTH, -38, "The data failed its authentication check.", "Use the keys that both sides agreed on.")        \
    X(REPLAY, -39, "The packet was received before.", "Nothing needs to be done; the packet is dropped.")       \
    X(IO, -40, "Reading or writing failed.", "Check the disk and the network.")                                 \
    X(CAMERA_DENIED, -41, "The page may not use the camera.", "Allow camera and microphone in the browser's address bar.") \
    X(CAMERA_NOT_FOUND, -42, "There is no camera.", "Plug in a camera; the session runs with sound alone meanwhile.") \
    X(CAMERA_BUSY, -43, "The camera is in use by another program.", "Close the other program and try again.") \
    X(TABS_UNSUPPORTED, -44, "This browser cannot share one sign-in among tabs; this tab works alone.", "Use a desktop browser with Web Locks and BroadcastChannel on a page of https.") \
    X(COLLEAGUE_OFFLINE, -45, "The agent who is asked for is offline.", "Choose another agent, a group or a number.") \
    X(COLLEAGUE_BUSY, -46, "The agent who is asked for is busy.", "Try again later, or choose another agent or a group.")

enum tccc_error {
    TCCC_OK = 0,
#define TCCC_ERROR_ENUM(name, value, sentence, remedy) TCCC_E_##name = (value),
    TCCC_ERRORS(TCCC_ERROR_ENUM)
#undef TCCC_ERROR_ENUM
};

/* The name ("ARG_MISSING"), sentence and remedy of an error; static strings, never NULL ("UNKNOWN" for others). A module for
 * pages has the names alone (TCCC_ERROR_NAMES_ONLY): sentence and remedy are "" there, and the page fills them in. */
const char *tccc_error_name(int error);
const char *tccc_error_sentence(int error);
const char *tccc_error_remedy(int error);

#ifdef __cplusplus
}
#endif
#endif
